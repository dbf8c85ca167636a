"""Blocks as HTML and as text."""

from html.parser import HTMLParser

from jupyter_colonies.commands.block import Block, Details, Heading, Json, Line, Table, Text
from jupyter_colonies.notebook.tables import Shown, html

WILD = '<script>alert("&")</script>'
BLOCKS: list[Block] = [
    Table(title=WILD, columns=[WILD, "State"], rows=[[WILD, "Successful"]]),
    Details(title=WILD, rows=[(WILD, WILD)]),
    Line(text=WILD, fields={WILD: WILD}, warning=True),
    Heading(text=WILD),
    Text(text=WILD),
    Json(value={WILD: WILD}),
]


class Checker(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []
        self.tags = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_every_text_is_escaped_and_every_tag_closed() -> None:
    for block in BLOCKS:
        checker = Checker()
        checker.feed(html(block))
        assert checker.open == []
        assert "script" not in checker.tags


def test_both_forms_are_given() -> None:
    bundle = Shown(BLOCKS[:2])._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"].splitlines()[1].startswith(WILD.upper())


def test_colours_are_the_theme_s() -> None:
    text = Shown([Details(rows=[("State", "Failed"), ("Id", "a" * 64)])])._repr_mimebundle_()
    assert "var(--jp-error-color1" in text["text/html"]
    assert '<span class="state state-failed">Failed</span>' in text["text/html"]
    assert f'<span class="id">{"a" * 64}</span>' in text["text/html"]


def test_text_is_aligned() -> None:
    shown = Shown([Table(columns=["a", "b"], rows=[["1234", "x"]]), Details(rows=[("k", "v")])])
    assert repr(shown) == "A     B\n1234  x\nk  v"
