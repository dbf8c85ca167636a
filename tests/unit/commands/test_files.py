"""`fs …` and `snapshot …`: what is known of files."""

import click
import pytest

from jupyter_colonies.commands.block import Line
from jupyter_colonies.core.file import File, Reference, S3Object
from jupyter_colonies.errors import NotFound, ServerRefused


@pytest.fixture
def add(desk):
    def add(label, name, size=54):
        where = S3Object(server="storage", port=9000, object="o1", bucket="b")
        file = File(
            colonyname=desk.colony.name,
            label=label,
            name=name,
            size=size,
            checksum="abc",
            checksumalg="SHA256",
            ref=Reference(s3object=where),
        )
        return desk.colony.call(desk.colony.client.add_file(file=file)).fileid

    return add


def test_labels(desk, add) -> None:
    assert desk.one("fs label ls") == Line(text="No labels found")
    assert desk.one("fs label ls --json").value == []
    for label in ("/src", "/src", "/src/deep", "/srcs"):
        add(label, "a.py")
    table = desk.one("fs label ls")
    assert table.columns == ["Label", "Files"]
    assert table.rows == [["/src", "2"], ["/src/deep", "1"], ["/srcs", "1"]]
    warning = desk.one("fs label remove -l /src")
    assert warning.warning
    assert "all files of /src, /src/deep: add --yes" in warning.text
    assert desk.field("fs label remove -l /src --yes", "Label") == "/src"
    assert desk.one("fs label ls").rows == [["/srcs", "1"]]
    assert desk.one("fs label remove -l /src") == Line(text="No files found")


def test_files(desk, add) -> None:
    assert desk.one("fs ls -l /src") == Line(text="No files found")
    add("/src", "b.py", 5000)
    old, new = add("/src", "a.py"), add("/src", "a.py")
    table = desk.one("fs ls -l src")
    assert table.columns == ["Filename", "Size", "Latest Id", "Added", "Revisions"]
    assert [row[:3] + row[4:] for row in table.rows] == [
        ["a.py", "0 KiB", new, "2"],
        ["b.py", "4 KiB", table.rows[1][2], "1"],
    ]
    shown = dict(desk.one("fs info -n a.py -l /src").rows)
    assert (shown["FileId"], shown["S3 Endpoint"], shown["Object"]) == (new, "storage:9000", "o1")
    assert dict(desk.one(f"fs info -i {old}").rows)["FileId"] == old
    (file,) = desk.one(f"fs info -i {old} --json").value
    assert file.fileid == old
    assert desk.field(f"fs remove -i {new}", "FileId") == new
    assert dict(desk.one("fs info -n a.py -l /src").rows)["FileId"] == old
    assert desk.field("fs remove -n a.py -l /src", "Filename") == "a.py"
    with pytest.raises(NotFound):
        desk.run("fs info -n a.py -l /src")


@pytest.mark.parametrize("line", ["fs info", "fs remove -n a", "fs info -i 1 -n a -l b"])
def test_a_file_is_named_in_one_way(desk, line) -> None:
    with pytest.raises(click.UsageError, match="Give --fileid, or --name and --label"):
        desk.run(line)


@pytest.mark.parametrize("noun", ["fs snapshot", "snapshot"])
def test_snapshots(desk, add, noun) -> None:
    assert desk.one(f"{noun} ls") == Line(text="No snapshots found")
    first, deep = add("/src", "a.py"), add("/src/deep", "b.py")
    details, files = desk.run(f"{noun} create -l src/ -n release")
    shown = dict(details.rows)
    assert (shown["Name"], shown["Label"]) == ("release", "/src")
    assert files.columns == ["Filename", "FileId", "Added"]
    assert [row[:2] for row in files.rows] == [["/src/a.py", first], ["/src/deep/b.py", deep]]
    table = desk.one(f"{noun} ls")
    assert table.columns == ["Name", "SnapshotId", "Label", "Files", "Added"]
    assert table.rows[0][:4] == ["release", shown["SnapshotId"], "/src", "2"]
    desk.run(f"fs remove -i {first}")
    _, files = desk.run(f"{noun} info -i {shown['SnapshotId']}")
    assert files.rows[0] == ["(removed)", first, "n/a"]
    assert desk.one(f"{noun} info -n release --json").value.fileids == [first, deep]
    assert desk.field(f"{noun} remove -n release", "Name") == "release"
    with pytest.raises(ServerRefused, match="Failed to get snapshot"):
        desk.run(f"{noun} info -n release")


def test_all_snapshots_are_removed_on_demand(desk) -> None:
    desk.run("fs snapshot create -l /none -n one")
    assert desk.one("fs snapshot removeall").warning
    assert len(desk.one("fs snapshot ls").rows) == 1
    desk.run("fs snapshot removeall --yes")
    assert desk.one("fs snapshot ls") == Line(text="No snapshots found")
