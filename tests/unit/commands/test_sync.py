"""`fs sync`, `clean`, `get` and `snapshot download`: folders and labels on a real server."""

import itertools
import json
import os
import re
from pathlib import Path
from typing import Any

import click
import pytest

from jupyter_colonies.client.colony import current
from jupyter_colonies.client.discovery import RUNTIME_VARIABLE
from jupyter_colonies.client.storage.files import Files
from jupyter_colonies.client.sync import transfer
from jupyter_colonies.client.sync.names import PART
from jupyter_colonies.client.sync.syncing import Syncing, sync
from jupyter_colonies.commands.block import Block, Json, Line, Table
from jupyter_colonies.core.file import File, Reference, S3Object
from jupyter_colonies.core.identity import new_private_key
from jupyter_colonies.errors import (
    AccessDenied,
    FileTroubles,
    NotFound,
    ServerUnreachable,
    SyncIncomplete,
)
from jupyter_colonies.testing import server_in_thread
from tests.unit.commands.conftest import Desk

LABELS = (f"/sync{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with server_in_thread(tmp_path_factory.mktemp("server")) as server:
        desk = Desk(server)
        yield desk
        desk.colony.close()


@pytest.fixture
def desk(shared, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    shared.frontend = "terminal"
    return shared


@pytest.fixture
def label():
    return next(LABELS)


def make(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def held(folder):
    """What a folder holds, without the marks."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".cfs"
    }


def on_server(desk, label):
    """What a label and those below it hold."""
    files = desk.colony.files
    return {
        f"{each.name.removeprefix(label)}/{file.name}".lstrip("/"): b"".join(
            files.read(files.latest(each.name, file.name))
        ).decode()
        for each in files.labels(label)
        for file in files.list(each.name)
    }


def add_remote(desk, label, name, **more):
    """Metadata as any member may write it."""
    file = File(colonyname=desk.colony.name, label=label, name=name, **more)
    return desk.colony.call(desk.colony.client.add_file(file=file))


def tables(blocks):
    return {block.title: block.rows for block in blocks if isinstance(block, Table)}


TREE = {"a.txt": "a", "empty": "", "sub/b.txt": "b" * 5000, "sub/deep/.c": "c", "ä 'x' %41": "d"}


def test_a_tree_goes_up_and_comes_down_and_then_nothing_is_to_do(desk, label, tmp_path) -> None:
    make(tmp_path / "one", TREE)
    done = desk.run(f"fs sync -d one -l {label[1:]}/ --yes")[-1]
    assert done.text == "Synced"
    assert done.fields == {"Label": label, "Sent": "5", "Fetched": "0", "Size": "4.9 KiB"}
    assert on_server(desk, label) == TREE
    assert json.loads((tmp_path / "one/sub/.cfs").read_text()) == {"label": f"{label}/sub"}
    assert desk.run(f"fs sync -d two -l {label} --yes")[-1].fields["Fetched"] == "5"
    assert held(tmp_path / "two") == TREE
    for folder in ("one", "two"):
        (line,) = desk.run(f"fs sync -d {folder} --yes")
        assert line.text.startswith("Nothing to do")
        assert line.fields == {"Label": label}


def test_each_side_gets_what_it_misses_and_keeplocal_decides_conflicts(
    desk, label, tmp_path
) -> None:
    make(tmp_path / "one", {"both": "old", "mine": "1"})
    desk.run(f"fs sync -d one -l {label} --yes")
    desk.run(f"fs sync -d two -l {label} --yes")
    make(tmp_path / "one", {"both": "one's", "sub/new": "n"})
    make(tmp_path / "two", {"both": "two's", "other": "o"})
    desk.run("fs sync -d one --yes")
    assert desk.run("fs sync -d two --keeplocal=false --yes")[-1].fields["Sent"] == "1"
    assert held(tmp_path / "two") == {"both": "one's", "mine": "1", "sub/new": "n", "other": "o"}
    make(tmp_path / "two", {"both": "two again"})
    desk.run("fs sync -d two --keeplocal --yes")
    assert on_server(desk, label)["both"] == "two again"
    assert len(desk.colony.files.revisions(label, "both")) == 3


def test_the_plan_is_shown_and_nothing_moves_without_yes(desk, label, tmp_path) -> None:
    make(tmp_path / "one", {"a": "1234"})
    desk.colony.files.put(b"xyz", f"{label}/sub", "b")
    blocks = desk.run(f"fs sync -d one -l {label}")
    assert blocks[-1] == Line(text="Nothing was moved: add --yes to do it", warning=True)
    assert [row[1:] for row in tables(blocks)[f"To be synced with {label}"]] == [
        ["1", "4 B"], ["1", "3 B"],
    ]  # fmt: skip
    listed = tables(desk.run(f"fs sync -d one -l {label} --dry"))[f"Plan for {label}"]
    assert [row[1:] for row in listed] == [["a", "4 B"], ["sub/b", "3 B"]]
    assert f"Plan for {label}" in tables(desk.run(f"fs sync -d one -l {label} --syncplans"))
    (found,) = desk.run(f"fs sync -d one -l {label} --dry --json")
    assert (found.value["uploads"], found.value["downloads"]) == (["a"], ["sub/b"])
    desk.run(f"fs sync -d new -l {label} --dry")
    assert names_in(tmp_path) == ["cache", "one"]
    assert names_in(tmp_path / "one") == ["a"]
    assert desk.run(f"fs sync -d one -l {label} --yes --quite") == []
    assert held(tmp_path / "one") == {"a": "1234", "sub/b": "xyz"}


def test_it_asks_on_a_terminal(desk, label, tmp_path, monkeypatch) -> None:
    make(tmp_path / "one", {"a": "1"})
    monkeypatch.setattr("sys.stdin", _Typed(["n", "y"]))
    assert desk.run(f"fs sync -d one -l {label}")[-1].warning
    assert desk.run(f"fs sync -d one -l {label}")[-1].text == "Synced"


class _Typed:
    def __init__(self, lines):
        self._lines = iter(lines)

    def isatty(self):
        return True

    def readline(self, *_):
        return f"{next(self._lines)}\n"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("fs sync -d .", "Give --label: '.' was not synced before"),
        ("fs sync -d . -l x --quite", "--quite asks nothing"),
        ("fs get -d . -n x", "Give --fileid, or --name and --label"),
    ],
)
def test_a_command_that_does_not_say_enough(desk, line, why) -> None:
    with pytest.raises(click.UsageError, match=why):
        desk.run(line)


def test_a_server_can_not_write_outside_the_folder(desk, label, tmp_path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = make(tmp_path / "in", {"here": "1"})
    (folder / "link").symlink_to(outside)
    (folder / "inner").symlink_to(".")
    object_ = desk.colony.files.put(b"evil", label, "fine").ref
    evil = {"ref": object_, "size": 4, "checksum": "x"}
    for at, name in [
        (label, "../outside/evil"), (label, ".."), (label, f"{outside}/evil"), (label, "C:evil"),
        (f"{label}/../outside", "evil"), (f"{label}/link", "evil"), (label, "a\nb"),
        (f"{label}/inner", "evil"), (f"{label}/fine", "evil"), (f"{label}//x", "evil"),
        (label, ".cfs"), (label, "n" * 300), (f"{label}/{PART}x", "evil"),
    ]:  # fmt: skip
        add_remote(desk, at, name, **evil)
    add_remote(desk, label, "good", ref=object_, size=4, checksum="")
    blocks = desk.run_lazily(f"fs sync -d in -l {label} --yes")
    shown = [next(blocks)]
    assert names_in(folder) == ["here", "inner", "link"]  # before anything moves
    with pytest.raises(SyncIncomplete, match="Left out"):
        shown += blocks
    rows = tables(shown)["Left out"]
    assert len(rows) == 13
    with pytest.raises(SyncIncomplete, match="and 11 more. All else is done"):
        sync(desk.colony, folder, label)
    assert [f"{label}/a\\nb", "has a control character in its name"] in [row[1:] for row in rows]
    assert "evil" not in str(held(tmp_path / "in").get("fine"))
    assert held(folder)["good"] == "evil"
    assert names_in(outside) == []
    assert names_in(tmp_path) == ["cache", "in", "outside"]


def test_what_is_no_file_is_left_out_and_that_is_no_fault(desk, label, tmp_path) -> None:
    folder = make(tmp_path / "in", {"a": "1", "d/b": "2"})
    os.mkfifo(folder / "pipe")
    (folder / "out").symlink_to("/etc/passwd")
    (folder / "in").symlink_to("d/b")
    rows = tables(desk.run("fs sync -d in -l " + label + " --yes"))["Left out"]
    assert [row[1] for row in rows] == ["out", "pipe"]
    assert on_server(desk, label) == {"a": "1", "d/b": "2", "in": "2"}


def test_single_files_that_fail_are_told_and_the_rest_goes_on(
    desk, label, tmp_path, monkeypatch
) -> None:
    make(tmp_path / "in", {"a": "1", "b": "2", "c": "3"})
    add_remote(desk, label, "gone", size=3, checksum="0" * 64,
               ref=Reference(s3object=S3Object(object="missing", bucket="colonies")))  # fmt: skip
    kept = desk.colony.files.put(b"bytes", label, "x").ref
    add_remote(desk, label, "damaged", size=5, checksum="0" * 64, ref=kept)
    add_remote(desk, label, "short", size=500, checksum="0" * 64, ref=kept)
    original = transfer.Carrier.send

    def send(self, move, watch):
        if move.path == "b":
            raise PermissionError(13, "Permission denied")
        return original(self, move, watch)

    monkeypatch.setattr(transfer.Carrier, "send", send)
    blocks: list[Any]
    blocks, said = outcome_of(desk, f"fs sync -d in -l {label} --yes")
    assert said.startswith("3 of 7 files are done; what happened")
    assert (blocks[-1].text, blocks[-1].warning) == ("Synced in part", True)
    why = dict(tables(blocks)["Not done"])
    assert set(why) == {"b", "damaged", "gone", "short"}
    assert why["b"] == "permission denied"
    assert "removed or replaced" in why["gone"]
    assert "SHA-256" in why["damaged"]
    assert set(on_server_names(desk, label)) == {"a", "c", "x", "gone", "damaged", "short"}
    assert held(tmp_path / "in") == {"a": "1", "b": "2", "c": "3", "x": "bytes"}


def on_server_names(desk, label):
    return [file.name for file in desk.colony.files.list(label)]


def outcome_of(desk, line):
    """The blocks of a command that ends with SyncIncomplete, and its message."""
    blocks: list[Block] = []
    with pytest.raises(SyncIncomplete) as caught:
        blocks.extend(desk.run_lazily(line))
    return blocks, caught.value.message


def test_a_file_that_changes_while_it_is_sent(desk, label, tmp_path, monkeypatch) -> None:
    folder = make(tmp_path / "in", {"busy": "1" * 100, "late": "1", "rest": "1"})
    original = Files.put

    def put(self, source, at, name, *, progress=None):
        if name == "busy":
            (folder / "busy").write_text("2" * 200)
        made = original(self, source, at, name, progress=progress)
        if name == "late":
            (folder / "late").write_text("2")
        return made

    monkeypatch.setattr(Files, "put", put)
    blocks, said = outcome_of(desk, f"fs sync -d in -l {label} --yes")
    assert "1 of 3 files are done" in said
    why = dict(tables(blocks)["Not done"])
    assert "was changed while it was read" in why["busy"]
    assert "what was sent is complete" in why["late"]
    assert on_server(desk, label) == {"late": "1", "rest": "1"}


def test_a_file_that_changes_here_after_the_plan_is_not_overwritten(
    desk, label, tmp_path, monkeypatch
) -> None:
    folder = make(tmp_path / "in", {"both": "old"})
    for name in ("both", "new"):
        desk.colony.files.put(b"theirs", label, name)
    original = Files.read

    def read(self, file, **range_):
        (folder / file.name).write_text("changed here")
        return original(self, file, **range_)

    monkeypatch.setattr(Files, "read", read)
    blocks, _ = outcome_of(desk, f"fs sync -d in -l {label} --yes --keeplocal=false")
    why = dict(tables(blocks)["Not done"])
    assert why["both"] == "was changed in the folder meanwhile"
    assert why["new"] == "was made in the folder meanwhile"
    assert held(folder) == {"both": "changed here", "new": "changed here"}


def test_two_writers_of_one_name(desk, label, tmp_path, monkeypatch) -> None:
    make(tmp_path / "in", {"first": "ours", "second": "ours", "alone": "ours"})
    original = Files.put

    def put(self, source, at, name, *, progress=None):
        if name == "first":
            original(self, b"theirs", at, name)
        made = original(self, source, at, name, progress=progress)
        if name == "second":
            original(self, b"theirs", at, name)
        return made

    monkeypatch.setattr(Files, "put", put)
    blocks, _ = outcome_of(desk, f"fs sync -d in -l {label} --yes")
    why = dict(tables(blocks)["Not done"])
    assert set(why) == {"first", "second"}
    assert "yours is the newest revision" in why["first"]
    assert "theirs is the newest revision" in why["second"]
    assert on_server(desk, label) == {"first": "ours", "second": "theirs", "alone": "ours"}


def test_what_would_meet_every_file_ends_it_and_the_next_run_goes_on(
    desk, label, tmp_path, monkeypatch
) -> None:
    make(tmp_path / "in", {f"f{number}": str(number) for number in range(30)})
    sent: list[str] = []
    original = Files.put

    def put(self, source, at, name, *, progress=None):
        if len(sent) >= 5:
            raise ServerUnreachable("The server is gone")
        made = original(self, source, at, name, progress=progress)
        sent.append(name)
        return made

    with monkeypatch.context() as patch:
        patch.setattr(Files, "put", put)
        _, said = outcome_of(desk, f"fs sync -d in -l {label} --yes")
    assert said.endswith("The server is gone. The same command goes on from there")
    there = len(on_server_names(desk, label))
    assert 5 <= there < 30
    assert desk.run("fs sync -d in --yes")[-1].fields["Sent"] == str(30 - there)


def test_a_long_download_that_breaks_off_is_taken_up(desk, label, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(transfer, "WORTH_KEEPING", 1000)
    content = os.urandom(3 << 20)
    desk.colony.files.put(content, label, "long")
    folder = tmp_path / "in"
    original = Files.read
    asked = []

    def broken(self, file, *, first=0, last=None):
        yield next(original(self, file, first=first, last=last))
        raise ServerUnreachable("The server is gone")

    def counted(self, file, *, first=0, last=None):
        asked.append(first)
        return original(self, file, first=first, last=last)

    with monkeypatch.context() as patch:
        patch.setattr(Files, "read", broken)
        outcome_of(desk, f"fs sync -d in -l {label} --yes")
    (part,) = folder.glob(f"{PART}*")
    there = part.stat().st_size
    assert 0 < there < len(content)
    assert not (folder / "long").exists()
    make(folder, {f"{PART}of-another": "killed"})
    monkeypatch.setattr(Files, "read", counted)
    desk.run(f"fs sync -d in -l {label} --yes")
    assert asked == [there]
    assert (folder / "long").read_bytes() == content
    assert names_in(folder) == [".cfs", "long"]


def test_a_download_that_is_taken_up_with_wrong_bytes_is_refused(
    desk, label, tmp_path, monkeypatch
) -> None:
    desk.colony.files.put(b"0123456789", label, "file")
    folder = make(tmp_path / "in", {})
    folder.mkdir()
    with Syncing(desk.colony, folder, label) as wanted:
        (move,) = wanted.look().downloads
    make(folder, {transfer.part_of(move): "xxxx"})
    _, said = outcome_of(desk, f"fs sync -d in -l {label} --yes")
    assert "0 of 1 files" in said
    assert held(folder) == {}
    assert desk.run(f"fs sync -d in -l {label} --yes")[-1].fields["Fetched"] == "1"


def test_cleaning(desk, label, tmp_path) -> None:
    folder = make(tmp_path / "in", {"a": "1", "deep/er/b": "2"})
    desk.run(f"fs sync -d in -l {label} --yes")
    make(folder, {"new": "n", "old/x": "x", "deep/y": "y"})
    (folder / "link").symlink_to("/etc")
    blocks = desk.run("fs clean -d in --dry")
    title = "Not on the server: to be removed"
    assert [row[1] for row in tables(blocks)[title]] == ["deep/y", "new", "old"]
    assert desk.run("fs clean -d in")[-1].warning
    assert "old/x" in held(folder)
    assert desk.run("fs clean -d in --yes")[-1].fields == {"Label": label, "Removed": "3"}
    assert held(folder) == {"a": "1", "deep/er/b": "2"}
    assert (folder / "link").is_symlink()
    assert (folder / ".cfs").exists()
    assert desk.run("fs clean -d in --yes")[-1].text.startswith("Nothing to do")
    with pytest.raises(FileTroubles, match="no files with label '/none': nothing was removed"):
        desk.run("fs clean -d in -l none --yes")


def test_getting_a_file(desk, label, tmp_path) -> None:
    old = desk.colony.files.put(b"old", label, "x.txt")
    desk.colony.files.put(b"new", label, "x.txt")
    desk.run(f"fs get -n x.txt -l {label} -d into/here")
    assert held(tmp_path / "into/here") == {"x.txt": "new"}
    assert desk.run(f"fs get -i {old.fileid} -d into/here")[-1].fields["Fetched"] == "1"
    assert held(tmp_path / "into/here") == {"x.txt": "old"}
    assert not (tmp_path / "into/here/.cfs").exists()
    with pytest.raises(NotFound):
        desk.run(f"fs get -n none -l {label} -d elsewhere")
    evil = add_remote(desk, label, "../evil", size=1, ref=old.ref)
    with pytest.raises(FileTroubles, match="has a slash in its name: it can't be written here"):
        desk.run(f"fs get -i {evil.fileid} -d elsewhere")
    assert not (tmp_path / "elsewhere").exists()
    (tmp_path / "into/x.txt").mkdir()
    with pytest.raises(FileTroubles, match="is there already, and is no file"):
        desk.run(f"fs get -n x.txt -l {label} -d into")


@pytest.mark.parametrize("noun", ["fs snapshot", "snapshot"])
def test_downloading_a_snapshot(desk, label, tmp_path, noun) -> None:
    make(tmp_path / "in", {"a": "1", "sub/b": "2", "c": "3"})
    desk.run(f"fs sync -d in -l {label} --yes")
    desk.run(f"{noun} create -l {label} -n {label[1:]}")
    make(tmp_path / "in", {"a": "changed"})
    desk.run("fs sync -d in --yes")
    make(tmp_path / "out", {"a": "mine", "kept": "k", "sub/b": "2"})
    done = desk.run(f"{noun} download -n {label[1:]} -d out")[-1]
    assert (done.fields["Sent"], done.fields["Fetched"]) == ("0", "2")
    assert held(tmp_path / "out") == {"a": "1", "sub/b": "2", "c": "3", "kept": "k"}
    desk.run(f"fs remove -n c -l {label}")
    (tmp_path / "out/a").unlink()
    blocks, _ = outcome_of(desk, f"{noun} download -n {label[1:]} -d out")
    assert "was removed from the colony" in tables(blocks)["Not done"][0][1]
    assert held(tmp_path / "out")["a"] == "1"


def test_who_signs_is_who_was_named(desk, label, tmp_path) -> None:
    make(tmp_path / "in", {"only/below": "1"})
    assert desk.colony.files.list(label) == []
    (tmp_path / "key").write_text(new_private_key())
    with pytest.raises(AccessDenied):
        desk.run(f"fs sync -d in -l {label} --yes --prvkey-file key")
    (tmp_path / "key").write_text(desk.server.user_key)
    desk.run(f"fs sync -d in -l {label} --yes --prvkey-file key")
    assert desk.run("fs sync -d in --yes")[0].fields == {"Label": label}


def test_listing_the_label_of_this_folder(desk, label, tmp_path, monkeypatch) -> None:
    make(tmp_path / "in", {"a": "1", "sub/b": "2"})
    desk.run(f"fs sync -d in -l {label} --yes")
    with pytest.raises(click.UsageError, match="Give --label"):
        desk.run("fs ls")
    monkeypatch.chdir(tmp_path / "in/sub")
    assert [row[0] for row in desk.one("fs ls").rows] == ["b"]


def test_the_lines_where_nobody_sees_a_bar(desk, label, tmp_path) -> None:
    make(tmp_path / "in", {f"f{number:02}": "x" * 10 for number in range(40)})
    blocks = desk.run(f"fs sync -d in -l {label} --yes")
    lines = [
        block.text for block in blocks if isinstance(block, Line) and " of 40 files" in block.text
    ]
    assert 1 <= len(lines) <= 10
    assert lines[-1].endswith("/s")
    (tmp_path / "in/f00").write_text("y")
    (answer,) = desk.run("fs sync -d in --yes --json")
    assert isinstance(answer, Json)
    assert (answer.value["conflicts"], answer.value["sent"]) == (["f00"], 1)


def test_the_program_of_the_documentation(desk, tmp_path, monkeypatch, capsys) -> None:
    page = (Path(__file__).parents[3] / "docs/sync.md").read_text()
    (program,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    make(tmp_path / "src", {"core/a.py": "1"})
    monkeypatch.setenv(RUNTIME_VARIABLE, str(desk.server.runtime_file))
    names: dict[str, Any] = {}
    exec(program, names)
    assert capsys.readouterr().out == "1 0\n"
    assert on_server(desk, "/src") == {"core/a.py": "1"}
    current().close()
