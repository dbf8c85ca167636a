"""The file browser's half in the kernel, and previews, against a real server."""

import io
import threading
from base64 import b64decode

import ipywidgets
import pandas
import pytest

from jupyter_colonies.client.discovery import RUNTIME_VARIABLE
from jupyter_colonies.notebook.colony import connect
from jupyter_colonies.widgets.files.browser import PIECE, FileBrowser
from jupyter_colonies.widgets.files.preview import MOST_PICTURE, MOST_TEXT, preview

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)


@pytest.fixture(scope="module")
def colony(server):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(RUNTIME_VARIABLE, str(server.runtime_file))
        made = connect()
    yield made
    made.close()


class Page:
    """What the page sends, and what it hears."""

    def __init__(self, browser):
        self.browser = browser
        self.heard = []
        self.news = threading.Condition()
        browser.send = self._hear

    def ask(self, *buffers, **message):
        self.browser._hear(self.browser, message, [memoryview(each) for each in buffers])

    def wait(self, **expected):
        """The first thing heard that says all of this, with its bytes."""

        def found():
            return next((each for each in self.heard if expected.items() <= each[0].items()), None)

        with self.news:
            assert self.news.wait_for(found, 30), self.heard
            return found()

    def _hear(self, content, buffers=()):
        with self.news:
            self.heard.append((content, b"".join(buffers)))
            self.news.notify_all()


@pytest.fixture
def browser(colony):
    browser = FileBrowser(colony, "/b")
    yield browser
    browser.close()


@pytest.fixture
def page(browser):
    return Page(browser)


def test_pieces_become_a_file_and_are_answered(colony, browser, page, until):
    page.ask(wish="begin", upload="1", name="up.bin", size=7)
    page.wait(upload="1", received=0)
    page.ask(b"1234", wish="piece", upload="1")
    page.wait(upload="1", received=4)
    assert colony.files.list("/b") == []
    page.ask(b"567", wish="piece", upload="1")
    page.wait(upload="1", received=7)
    page.ask(wish="end", upload="1")
    page.wait(upload="1", done=True)
    until(browser, "told", lambda text: text == "up.bin is in /b")
    until(
        browser, "content", lambda content: content["files"] == [{"name": "up.bin", "size": "7 B"}]
    )
    assert b"".join(colony.files.read(colony.files.latest("/b", "up.bin"))) == b"1234567"


def test_what_is_given_up_or_refused_leaves_nothing(colony, page):
    page.ask(wish="begin", upload="1", name="half.bin", size=7)
    page.ask(b"1234", wish="piece", upload="1")
    page.ask(wish="end", upload="1")
    assert (
        "given up"
        in page.wait(upload="1", failed="It was given up; nothing of it was stored")[0]["failed"]
    )
    page.ask(wish="begin", upload="2", name="..", size=7)
    assert "no name for a file" in next(
        each["failed"] for each, _ in page.heard if each["upload"] == "2"
    )
    assert "half.bin" not in [each.name for each in colony.files.list("/b")]


def test_choosing_removing_and_taking_away(colony, browser, page, until, tmp_path, monkeypatch):
    data = b"x" * (PIECE + 5)
    colony.files.put(b"old", "/b/c", "f.txt")
    colony.files.put(data, "/b/c", "f.txt")
    browser.refresh()
    until(browser, "content", lambda content: "c" in content.get("folders", ()))
    page.ask(wish="open", label="b/c/")
    until(browser, "content", lambda content: content["files"][:1] and browser.label == "/b/c")
    page.ask(wish="choose", name="f.txt")
    details = until(browser, "details", bool)
    assert details["preview"]["text"] == "x" * MOST_TEXT
    new, old = (each["fileid"] for each in details["revisions"])
    page.ask(wish="bytes", first=0)
    page.ask(wish="bytes", first=PIECE)
    assert page.wait(piece=new, first=0)[1] + page.wait(piece=new, first=PIECE)[1] == data
    monkeypatch.chdir(tmp_path)
    page.ask(wish="save")
    until(browser, "told", lambda text: "was saved as" in text)
    assert (tmp_path / "f.txt").read_bytes() == data
    page.ask(wish="save")
    until(browser, "told", lambda text: "there already" in text)
    page.ask(wish="choose", name="f.txt", revision=old)
    until(browser, "details", lambda details: details["preview"]["text"] == "old")
    page.ask(wish="remove", name="f.txt", revision=new)
    until(browser, "told", lambda text: text == "A revision of f.txt was removed")
    assert [each.fileid for each in colony.files.revisions("/b/c", "f.txt")] == [old]
    page.ask(wish="remove", name="f.txt")
    until(browser, "content", lambda content: content["files"] == [])
    page.ask(wish="choose", name="f.txt")
    until(browser, "told", lambda text: "no file" in text)


def seen(colony, name, data):
    return preview(colony, colony.files.put(data, "/p", name))


def test_texts_tables_and_pictures_are_previewed(colony):
    assert seen(colony, "a.txt", "grün".encode()).text == "grün"
    cut = seen(colony, "long.txt", "ü".encode() * MOST_TEXT)
    assert cut.text == "ü" * (MOST_TEXT // 2)
    assert cut.note.startswith("The first 65,536 of")
    odd = seen(colony, "odd.txt", b"x" + "ü".encode() * MOST_TEXT)
    assert odd.text.endswith("ü")
    table = seen(colony, "t.csv", b'name;n\n"a;b";1\n')
    assert (table.columns, table.rows, table.note) == (["name", "n"], [["a;b", "1"]], "")
    many = seen(colony, "t.tsv", b"a\tb\n" + b"1\t2\n" * 100_000)
    assert (len(many.rows), many.note) == (50, "The first 50 rows")
    picture = seen(colony, "p.png", PNG)
    assert (picture.mime, picture.picture) == ("image/png", PNG)
    assert seen(colony, "p.svg", b"<svg/>").mime == "image/svg+xml"
    assert "not shown" in seen(colony, "large.png", PNG + bytes(MOST_PICTURE)).note
    assert "no text" in seen(colony, "x.bin", b"\0\1").note
    assert "empty" in seen(colony, "empty", b"").note


def test_parquet_is_previewed_and_what_is_none_is_said(colony):
    file = io.BytesIO()
    pandas.DataFrame({"a": range(1000), "b": [None, *"x" * 999]}).to_parquet(file)
    table = seen(colony, "t.parquet", file.getvalue())
    assert table.columns == ["a", "b"]
    assert table.rows[:2] == [["0", ""], ["1", "x"]]
    assert table.note == "1,000 rows, the first 50 of them"
    assert "no Parquet" in seen(colony, "no.parquet", b"PAR1 not").note


def test_files_and_snapshots_show_what_is_there(colony):
    colony.files.put(b"12345", "/<b>shown", "f")
    shown = colony.files._repr_mimebundle_()
    assert "&lt;b&gt;shown" in shown["text/html"]
    assert "/<b>shown" in shown["text/plain"]
    assert "5 B" in shown["text/plain"]
    assert "No snapshots yet" in colony.snapshots._repr_mimebundle_()["text/plain"]
    colony.snapshot("<i>now", "/<b>shown")
    assert "&lt;i&gt;now" in colony.snapshots._repr_mimebundle_()["text/html"]
    assert isinstance(colony.browse(), ipywidgets.DOMWidget)
