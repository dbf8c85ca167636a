"""Text as programs write it to a terminal: words stay, looks become words, nothing else does."""

from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core.console import COLOURS, LONGEST_LINE, MARKED, SHAPES, Pen, plain

WORDS = {*COLOURS, *SHAPES.values(), MARKED}


def test_styles_hold_until_they_are_reset() -> None:
    pen = Pen()
    assert pen.read("a\x1b[1;31mred") == ("ared", [(1, 4, "bold red")])
    assert pen.read("still\x1b[22m thin\x1b[0m none") == (
        "still thin none",
        [(0, 5, "bold red"), (5, 10, "red")],
    )
    assert pen.read("\x1b[3;4mshape\x1b[23;24m\x1b[93m\x1b[39mplain") == (
        "shapeplain",
        [(0, 5, "italic underline")],
    )


def test_larger_palettes_become_colours_with_names() -> None:
    pen = Pen()
    assert pen.read("\x1b[38;5;196mx")[1] == [(0, 1, "bright-red")]
    assert pen.read("\x1b[38;2;0;200;10mx")[1] == [(0, 1, "green")]
    assert pen.read("\x1b[38;5;232mx")[1] == [(0, 1, "black")]
    assert pen.read("\x1b[48;5;4m\x1b[39mx\x1b[49my")[1] == [(0, 1, "marked")]
    assert pen.read("\x1b[44mx\x1b[0m")[1] == [(0, 1, "marked")]


def test_what_is_overwritten_is_not_shown() -> None:
    assert Pen().read("10 %\r\x1b[32m50 %\r100 %\r\n") == ("100 %", [(0, 5, "green")])
    assert Pen().read("\r") == ("", [])


def test_links_titles_and_controls_are_left_out() -> None:
    text = "\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\x1b[2J\x08\x00b\x9b"
    assert plain(text) == "alinkb"
    assert plain("two\x1b]0;lines\nremain") == "two\nremain"
    long, spans = Pen().read("\x1b[31m" + "x" * (LONGEST_LINE + 5))
    assert (len(long), spans[0][1]) == (LONGEST_LINE, LONGEST_LINE)


@given(st.lists(st.text(alphabet="\x1b[]0123456789;:mKJ\r\x07<a", max_size=30), max_size=5))
def test_any_text_gives_spans_within_the_line(lines: list[str]) -> None:
    pen = Pen()
    for line in lines:
        text, spans = pen.read(line)
        assert not any(ord(char) < 32 for char in text)
        end = 0
        for begin, stop, styles in spans:
            assert end <= begin < stop <= len(text)
            assert set(styles.split()) <= WORDS
            end = stop
