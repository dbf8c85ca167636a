"""`colonies://`: files of a colony for whatever knows fsspec."""

import gzip
import pickle
import tomllib
from importlib import import_module
from pathlib import Path

import fsspec
import pandas
import pytest

from jupyter_colonies.client.colony import connect
from jupyter_colonies.client.discovery import RUNTIME_VARIABLE
from jupyter_colonies.client.storage.filesystem import PROTOCOL, ColoniesFileSystem
from jupyter_colonies.errors import AccessDenied, InvalidRequest

TABLE = pandas.DataFrame({"a": range(1000), "b": [f"text {n}" for n in range(1000)]})


@pytest.fixture(scope="module")
def colony(server):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(RUNTIME_VARIABLE, str(server.runtime_file))
        fsspec.register_implementation(PROTOCOL, ColoniesFileSystem, clobber=True)
        colony = connect()
        yield colony
        colony.close()


@pytest.fixture
def fs(colony):
    return colony.fs


def names(colony, label):
    return [each.name for each in colony.files.list(label)]


def test_the_protocol_is_announced_to_fsspec():
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    module, _, name = project["entry-points"]["fsspec.specs"][PROTOCOL].partition(":")
    assert getattr(import_module(module), name) is ColoniesFileSystem


def test_pandas_reads_and_writes(colony):
    TABLE.to_csv("colonies://dev/data/table.csv", index=False)
    assert names(colony, "/data") == ["table.csv"]
    assert pandas.read_csv("colonies://dev/data/table.csv").equals(TABLE)
    TABLE.to_csv("colonies://dev/data/table.csv.gz", index=False)
    assert pandas.read_csv("colonies://dev/data/table.csv.gz").equals(TABLE)


def test_reading_in_ranges_and_lines(fs):
    data = b"".join(b"line %d\n" % n for n in range(100_000))
    fs.pipe("dev/r/lines", data)
    with fs.open("dev/r/lines", block_size=1000) as file:
        assert file.readline() == b"line 0\n"
        file.seek(-8, 2)
        assert file.read() == b"e 99999\n"
        file.seek(500_000)
        assert file.read(10) == data[500_000:500_010]
    assert fs.cat_file("dev/r/lines", start=-8) == b"e 99999\n"
    with fsspec.open("colonies://dev/r/lines", "rt") as file:
        assert [next(file), next(file)] == ["line 0\n", "line 1\n"]


@pytest.mark.parametrize("how", ["fs", "fsspec", "text", "gzip"])
def test_a_block_that_raises_writes_nothing(colony, fs, how):
    path = f"dev/raising/{how}"
    opened = {
        "fs": lambda: fs.open(path, "wb"),
        "fsspec": lambda: fsspec.open(f"colonies://{path}", "wb"),
        "text": lambda: fsspec.open(f"colonies://{path}", "wt"),
        "gzip": lambda: fsspec.open(f"colonies://{path}", "wb", compression="gzip"),
    }[how]

    def write():
        with opened() as file:
            file.write("half" if how == "text" else b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert names(colony, "/raising") == []


def test_a_file_written_while_an_error_is_handled_is_there(colony, fs):
    try:
        raise KeyError
    except KeyError:
        with fs.open("dev/handled/log", "wb") as file:
            file.write(b"what happened")
    assert fs.cat("dev/handled/log") == b"what happened"


def test_nothing_is_seen_before_the_file_is_closed_or_when_nobody_does(colony, fs):
    file = fs.open("dev/unclosed/f", "wb")
    file.write(b"x" * 100)
    assert names(colony, "/unclosed") == []
    del file
    assert names(colony, "/unclosed") == []
    with fs.transaction:
        for name in "ab":
            with fs.open(f"dev/unclosed/{name}", "wb") as file:
                file.write(b"x")
        assert names(colony, "/unclosed") == []
    assert names(colony, "/unclosed") == ["a", "b"]


def test_appending_and_revisions(fs):
    fs.pipe("dev/v/f", b"one")
    with fs.open("dev/v/f", "ab") as file:
        file.write(b", two")
    assert fs.cat("dev/v/f") == b"one, two"
    new, old = fs.revisions("dev/v/f")
    assert (fs.cat(old["name"]), fs.cat(new["name"])) == (b"one", b"one, two")
    with fsspec.open(f"colonies://{old['name']}") as file:
        assert file.read() == b"one"
    assert fs.cat_file("dev/v/f", revision=old["revision"]) == b"one"
    with fs.open("dev/v/f", revision=old["revision"]) as file:
        fs.pipe("dev/v/f", b"three")
        assert file.read() == b"one"
        file.seek(1)
        assert pickle.loads(pickle.dumps(file)).read() == b"ne"
    with fs.open("dev/v/f") as file:
        fs.pipe("dev/v/f", b"four!")
        assert file.read() == b"three"
    with pytest.raises(FileNotFoundError):
        fs.cat(f"dev/other/f?revision={old['revision']}")
    fs.rm(new["name"])
    assert len(fs.revisions("dev/v/f")) == 3


def test_folders_are_labels(fs):
    for path in ("top", "t/a", "t/b/c", "t/b/d/e"):
        fs.pipe(f"dev/{path}", path.encode())
    assert fs.ls("", detail=False) == ["dev"]
    assert fs.ls("dev/t", detail=False) == ["dev/t/b", "dev/t/a"]
    assert {"dev/t", "dev/top"} <= set(fs.ls("colonies://dev/", detail=False))
    assert fs.find("dev/t") == ["dev/t/a", "dev/t/b/c", "dev/t/b/d/e"]
    assert fs.glob("dev/t/**/c") == ["dev/t/b/c"]
    assert fs.glob("dev/t/*") == ["dev/t/a", "dev/t/b"]
    assert fs.isdir("dev/t/b")
    assert not fs.isdir("dev/t/a")
    assert not fs.exists("dev/t/x")
    assert fs.info("dev/t/a")["created"] == fs.modified("dev/t/a")
    for act in (fs.ls, fs.info, fs.cat, fs.open, fs.rm):
        with pytest.raises(FileNotFoundError):
            act("dev/t/missing")
    with pytest.raises(IsADirectoryError):
        fs.rm("dev/t/b")
    fs.rm("dev/t/b", recursive=True)
    assert fs.find("dev/t") == ["dev/t/a"]


def test_moving_keeps_the_revisions(fs):
    fs.pipe("dev/m/old", b"1")
    fs.pipe("dev/m/old", b"2")
    fs.mv("dev/m/old", "dev/n/new")
    assert [fs.cat(each["name"]) for each in fs.revisions("dev/n/new")] == [b"2", b"1"]
    assert not fs.exists("dev/m")
    fs.mv("dev/n", "dev/o", recursive=True)
    assert fs.find("dev/o") == ["dev/o/new"]
    assert not fs.exists("dev/n")
    fs.pipe("dev/m/over", b"3")
    fs.mv("dev/m/over", "dev/o/new")
    assert [fs.cat(each["name"]) for each in fs.revisions("dev/o/new")] == [b"3", b"2", b"1"]
    assert not fs.exists("dev/m")


def test_a_snapshot_is_a_folder_that_can_only_be_read(colony, fs):
    fs.pipe("dev/s/a", b"then")
    fs.pipe("dev/s/b/c", b"then, too")
    colony.snapshot("release", "/s")
    fs.pipe("dev/s/a", b"now")
    assert fs.find("dev/@release") == ["dev/@release/a", "dev/@release/b/c"]
    assert fs.ls("dev/@release", detail=False) == ["dev/@release/b", "dev/@release/a"]
    assert fs.cat("colonies://dev/@release/a") == b"then"
    assert fs.isdir("dev/@release/b")
    for act in (lambda: fs.pipe("dev/@release/a", b""), lambda: fs.rm("dev/@release/a")):
        with pytest.raises(PermissionError):
            act()
    for missing in ("dev/@release/x", "dev/@other", "dev/@other/a"):
        assert not fs.exists(missing)


def test_a_process_that_gets_the_file_system_finds_the_server_itself(fs):
    fs.pipe("dev/p/f", b"data")
    again = pickle.loads(pickle.dumps(fs))
    assert again.cat("dev/p/f") == b"data"
    assert b"prvkey" not in pickle.dumps(fs)


def test_other_errors_are_not_taken_for_missing_files(fs):
    with pytest.raises(AccessDenied):
        fs.exists("foreign/x/y")
    with pytest.raises(InvalidRequest):
        fs.pipe("dev/a/../b", b"")


def test_files_are_got_and_put_with_their_folders(fs, tmp_path):
    (tmp_path / "tree/inner").mkdir(parents=True)
    (tmp_path / "tree/inner/x.gz").write_bytes(gzip.compress(b"x"))
    fs.put(str(tmp_path / "tree"), "dev/put", recursive=True)
    assert fs.find("dev/put") == ["dev/put/inner/x.gz"]
    fs.get("dev/put", str(tmp_path / "back"), recursive=True)
    assert gzip.decompress((tmp_path / "back/inner/x.gz").read_bytes()) == b"x"
    with pytest.raises(FileExistsError):
        fs.open("dev/put/inner/x.gz", "xb")
