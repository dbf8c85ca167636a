"""`fs move` and `fs snapshot restore`: files get another place, or become what they were."""

import json

import click
import pytest

from jupyter_colonies.client.storage.restoring import restore
from jupyter_colonies.core.file import Snapshot
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import Conflict, InvalidSpec, NotFound


@pytest.fixture
def files(desk):
    return desk.colony.files


def text(files, label, name):
    return b"".join(files.read(files.latest(label, name)))


def there(files):
    return {
        f"{label.name}/{each.name}": each.size
        for label in files.labels()
        for each in files.list(label.name)
    }


def test_files_and_labels_move(desk, files):
    files.put(b"1", "/src", "a")
    files.put(b"22", "/src", "a")
    files.put(b"3", "/src/deep", "b")
    assert desk.field("fs move -l /src -n a --tolabel /new --toname c", "Revisions") == "2"
    assert there(files) == {"/new/c": 2, "/src/deep/b": 1}
    assert desk.field("fs move -l /src --tolabel /new", "Revisions") == "1"
    assert there(files) == {"/new/c": 2, "/new/deep/b": 1}
    assert text(files, "/new", "c") == b"22"
    files.put(b"4", "/other", "c")
    with pytest.raises(Conflict, match="'c' in '/new' already"):
        files.move_label("/other", "/new")
    with pytest.raises(NotFound):
        files.move("/none", "a", "/new")
    assert files.move("/other", "c", "/new", "d") == 1
    with pytest.raises(click.UsageError, match="--toname needs --name"):
        desk.run("fs move -l /src --tolabel /new --toname x")


def test_a_label_becomes_what_it_was(desk, files):
    files.put(b"old", "/src", "changed")
    files.put(b"same", "/src", "same")
    files.put(b"gone", "/src/deep", "gone")
    files.put(b"", "/src/deep", "empty")
    lost = files.put(b"lost", "/src", "lost")
    desk.run("fs snapshot create -l /src -n release")
    files.put(b"newer", "/src", "changed")
    files.put(b"new", "/src", "new")
    files.move("/src/deep", "gone", "/src/deep", "renamed")
    files.put(b"another", "/src/deep", "empty")
    files.remove(lost)
    table, line = desk.run("fs snapshot restore -n release")
    assert table.rows == [[lost.fileid, "removed"]]
    assert line.fields == {"Restored": "2", "Unchanged": "2"}
    assert text(files, "/src", "changed") == b"old"
    assert len(files.revisions("/src", "changed")) == 3
    assert there(files) == {
        "/src/changed": 3, "/src/same": 4, "/src/new": 3, "/src/deep/renamed": 4,
        "/src/deep/empty": 0,
    }  # fmt: skip
    files.remove_all("/src", "changed")
    desk.run("fs snapshot restore -n release --label /copy")
    assert there(files)["/copy/deep/empty"] == 0


def test_what_was_restored_has_bytes_of_its_own(desk, files):
    first = files.put(b"pinned", "/src", "a")
    desk.run("fs snapshot create -l /src -n release")
    files.put(b"next", "/src", "a")
    counted = []
    (snapshot,) = desk.one("fs snapshot ls --json").value
    assert restore(files, snapshot, progress=counted.append).restored == ["/src/a"]
    assert counted == [1]
    files.remove(first)
    assert text(files, "/src", "a") == b"pinned"
    (lost,) = restore(files, snapshot).missing
    assert lost == first.fileid
    empty = Snapshot(
        snapshotid="", colonyname="dev", label="/x", name="n", fileids=None, added=NEVER
    )
    assert restore(files, empty).missing == []
    with pytest.raises(click.UsageError, match="Give one of"):
        desk.run("fs snapshot restore")


def test_snapshots_are_made_when_a_spec_is_submitted(desk, files, write):
    files.put(b"now", "/src", "a")
    entry = {"label": "src", "dir": "/in", "snapshotid": ""}
    spec = {
        "funcname": "f",
        "nodename": "f",
        "conditions": {"executortype": "e"},
        "fs": {"mount": "/cfs", "snapshots": [entry]},
    }
    single = write("one.json", json.dumps(spec))
    listed = write("two.json", json.dumps([spec]))
    processid = desk.field(f"function submit --spec {single} --snapshot", "ProcessId")
    desk.run(f"workflow submit --spec {listed} --snapshot")
    made = {each.snapshotid: each for each in desk.one("fs snapshot ls --json").value}
    assert len(made) == 2
    assert {each.label for each in made.values()} == {"/src"}
    (pinned,) = desk.colony.process(processid).spec.fs.snapshots
    assert made[pinned["snapshotid"]].fileids == [files.latest("/src", "a").fileid]
    unknown = write("bad.json", json.dumps(spec | {"fs": {"mount": "/c", "snapshots": [
        entry, {"label": "/{processid}"}]}}))  # fmt: skip
    with pytest.raises(InvalidSpec, match="not known before"):
        desk.run(f"function submit --spec {unknown} --snapshot")
    assert len(desk.one("fs snapshot ls --json").value) == 2
