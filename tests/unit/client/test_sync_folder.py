"""A folder that nothing leads out of, what is in it, and its checksums."""

import hashlib
import os
import socket
import sqlite3

import pytest

from jupyter_colonies.client.sync import digests, tree
from jupyter_colonies.client.sync.folder import Folder, stamp_of
from jupyter_colonies.client.sync.names import PART, Target
from jupyter_colonies.errors import FileTroubles

LONG_AGO = 1_000_000_000


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    return root


@pytest.fixture
def folder(root):
    folder = Folder(root)
    yield folder
    folder.close()


def written(folder, path, text, expected=None) -> None:
    with folder.part(path) as part:
        part.file.write(text.encode())
        part.place(expected)


def parts(root):
    return list(root.rglob(f"{PART}*"))


def test_a_folder_that_is_none(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    for name, why in (("file", "is not a folder"), ("missing", "no such file")):
        with pytest.raises(FileTroubles, match=why):
            Folder(tmp_path / name)


def test_a_file_appears_whole_with_the_folders_above_it(folder, root) -> None:
    with folder.part("a/b/new") as part:
        part.file.write(b"text")
        part.file.flush()
        assert not (root / "a/b/new").exists()
        assert len(parts(root)) == 1
        part.place(None)
    assert (root / "a/b/new").read_text() == "text"
    assert parts(root) == []
    umask = os.umask(0)
    os.umask(umask)
    assert (root / "a/b/new").stat().st_mode & 0o777 == 0o666 & ~umask


def test_what_is_not_placed_leaves_nothing(folder, root) -> None:
    with folder.part("new") as part:
        part.file.write(b"text")
    assert list(root.iterdir()) == []


def test_a_file_that_appeared_meanwhile_is_kept(folder, root) -> None:
    with folder.part("new") as part:
        (root / "new").write_text("theirs")
        with pytest.raises(FileTroubles, match="was made in the folder meanwhile"):
            part.place(None)
    assert (root / "new").read_text() == "theirs"
    assert parts(root) == []


def test_a_file_that_changed_meanwhile_is_kept(folder, root) -> None:
    (root / "file").write_text("before")
    stamp = stamp_of((root / "file").stat())
    (root / "file").write_text("changed by somebody")
    with pytest.raises(FileTroubles, match="was changed in the folder meanwhile"):
        written(folder, "file", "ours", stamp)
    assert (root / "file").read_text() == "changed by somebody"
    (root / "file").unlink()
    with pytest.raises(FileTroubles, match="was removed from the folder meanwhile"):
        written(folder, "file", "ours", stamp)


def test_who_reads_a_replaced_file_goes_on_and_its_mode_stays(folder, root) -> None:
    (root / "tool").write_text("old")
    (root / "tool").chmod(0o750)
    with (root / "tool").open() as reader:
        written(folder, "tool", "new", stamp_of((root / "tool").stat()))
        assert reader.read() == "old"
    assert (root / "tool").read_text() == "new"
    assert (root / "tool").stat().st_mode & 0o777 == 0o750


def test_nothing_is_written_or_read_through_a_link(folder, root, tmp_path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    (root / "sub").symlink_to(outside)
    (root / "secret").symlink_to(outside / "secret")
    with pytest.raises(OSError, match="sub"):
        written(folder, "sub/evil", "x")
    with pytest.raises(OSError, match="secret"):
        folder.read("secret")
    with pytest.raises(OSError, match="sub"):
        folder.read("sub/secret")
    with pytest.raises(OSError, match="sub"):
        folder.remove("sub/secret")
    written(folder, "secret", "ours", stamp_of((root / "secret").stat()))
    assert (outside / "secret").read_text() == "secret"
    assert (root / "secret").read_text() == "ours"
    assert not (root / "secret").is_symlink()


def test_only_regular_files_are_read(folder, root) -> None:
    os.mkfifo(root / "pipe")
    with pytest.raises(OSError, match="is not a regular file"):
        folder.read("pipe")


def test_a_folder_is_removed_with_its_links_and_not_what_they_lead_to(
    folder, root, tmp_path
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/file").write_text("")
    (root / "old/deep").mkdir(parents=True)
    (root / "old/link").symlink_to(tmp_path / "outside")
    folder.remove_folder("old")
    assert list(root.iterdir()) == []
    assert (tmp_path / "outside/file").exists()


def test_a_part_that_is_left_is_taken_up_and_one_in_use_is_not(folder, root) -> None:
    with folder.part("big", "token") as part:
        part.file.write(b"first half")
        part.keep = True
        with folder.part("big", "token") as other:
            assert other.file.read() == b""
    (left,) = parts(root)
    with folder.part("big", "token") as part:
        assert part.file.read() == b"first half"
        folder.sweep(left.name)
        assert left.exists()
        part.file.write(b", second half")
        part.place(None)
    assert (root / "big").read_text() == "first half, second half"
    assert parts(root) == []


def test_a_part_that_became_the_file_is_not_written_again(folder, root) -> None:
    with folder.part("big", "token") as part:
        part.file.write(b"whole")
        part.place(None)
        part.keep = True  # as if killed before its first name was removed
    with folder.part("big", "token") as part:
        assert part.file.read() == b""
        part.file.write(b"other")
    assert (root / "big").read_text() == "whole"


def test_what_a_killed_sync_left_is_swept(folder, root) -> None:
    (root / f"{PART}dead").write_text("half")
    found = tree.found(folder)
    assert found.parts == {f"{PART}dead"}
    assert not found.files
    folder.sweep(f"{PART}dead")
    assert list(root.iterdir()) == []


def test_the_mark_of_the_original(folder, root) -> None:
    assert folder.marked() == ""
    folder.mark("", '{"label": "/x"}')
    before = (root / ".cfs").stat()
    folder.mark("", '{"label": "/x"}')
    assert (root / ".cfs").stat() == before
    assert folder.marked() == '{"label": "/x"}'
    assert tree.found(folder).files == {}


def test_this_file_system_is_looked_at(folder, root) -> None:
    longest = os.pathconf(root, "PC_NAME_MAX")
    expected = Target(longest=longest, insensitive=_insensitive(root))
    assert folder.target() == expected
    (root / "Name").write_text("")
    assert folder.target() == expected
    assert [path.name for path in root.iterdir()] == ["Name"]


def _insensitive(root) -> bool:
    (root.parent / "Probe").write_text("")
    return bool((root.parent / "pROBE").exists())


def test_a_tree_of_nasty_things(folder, root, tmp_path) -> None:
    (tmp_path / "secret").write_text("")
    (root / "d/.hidden").mkdir(parents=True)
    (root / "d/.hidden/file").write_text("four")
    (root / "empty").mkdir()
    (root / "inside").symlink_to("d/.hidden/file")
    (root / "out").symlink_to(tmp_path / "secret")
    (root / "out2").symlink_to("../secret")
    (root / "outdir").symlink_to(tmp_path)
    (root / "loop").symlink_to("loop")
    (root / "nowhere").symlink_to("missing")
    (root / "folderlink").symlink_to("d")
    (root / "up").symlink_to(".")
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(root / "socket"))
    (root / "devicelink").symlink_to("/dev/null")
    (root / "bad\udcff").write_text("")
    found = tree.found(folder)
    assert set(found.files) == {"d/.hidden/file", "inside", "bad\udcff"}
    assert found.files["inside"].real == "d/.hidden/file"
    assert found.files["inside"].size == 4
    assert found.folders == {"d", "d/.hidden", "empty"}
    assert found.links == {"folderlink", "up"}
    why = {each.path: each.why for each in found.refused}
    assert set(why) == {"out", "out2", "outdir", "loop", "nowhere", "pipe", "socket", "devicelink"}
    assert all(each.by_rule for each in found.refused)
    assert "leads out of the folder" in why["out2"]
    assert why["nowhere"] == "is a link that leads nowhere"
    assert "symbolic links" in why["loop"]
    assert (why["pipe"], why["socket"]) == ("is a pipe", "is a socket")


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def checked(folder, cache, *names):
    return digests.with_checksums(folder, tree.found(folder), names, cache)


def aged(path, text):
    """A file that was written long ago, as far as its times can be set."""
    path.write_text(text)
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    return path


@pytest.fixture
def reads(monkeypatch):
    """The paths whose bytes are read."""
    read = []
    original = digests.checksum_of

    def counted(folder, path, file):
        read.append(path)
        return original(folder, path, file)

    monkeypatch.setattr(digests, "checksum_of", counted)
    # A file's change time can't be set: everything counts as old enough.
    monkeypatch.setattr(digests, "GRAIN", -(10**18))
    return read


def test_checksums_only_of_what_is_wanted_and_only_once(folder, root, cache, reads) -> None:
    aged(root / "a", "text")
    aged(root / "b", "text")
    for _ in range(2):
        found = checked(folder, cache, "a", "missing")
        assert found.files["a"].checksum == hashlib.sha256(b"text").hexdigest()
        assert found.files["b"].checksum == ""
    assert reads == ["a"]


def test_a_changed_file_is_read_again(folder, root, cache, reads) -> None:
    aged(root / "a", "text")
    checked(folder, cache, "a")
    aged(root / "a", "TEXT")  # same size, same modification time
    found = checked(folder, cache, "a")
    assert found.files["a"].checksum == hashlib.sha256(b"TEXT").hexdigest()
    assert reads == ["a", "a"]


def test_a_file_that_was_just_written_is_not_noted(folder, root, cache) -> None:
    (root / "a").write_text("text")
    checked(folder, cache, "a")
    with sqlite3.connect(cache / "digests.db") as connection:
        assert connection.execute("SELECT count(*) FROM digest").fetchone() == (0,)
    connection.close()


def test_a_cache_that_can_not_be_used_is_done_without(folder, root, cache, reads) -> None:
    aged(root / "a", "text")
    cache.mkdir()
    (cache / "digests.db").write_text("this is no database, and it is long enough to be one" * 9)
    assert checked(folder, cache, "a").files["a"].checksum
    checked(folder, cache, "a")
    checked(folder, cache, "a")
    assert reads == ["a", "a"]
    (root / "file").write_text("")
    assert checked(folder, root / "file" / "cache", "a").files["a"].checksum


def test_what_can_not_be_read_is_refused_and_the_rest_goes_on(folder, root, cache) -> None:
    (root / "a").write_text("text")
    (root / "b").write_text("text")
    found = tree.found(folder)
    (root / "b").unlink()
    checked_then = digests.with_checksums(folder, found, ["a", "b"], cache)
    assert set(checked_then.files) == {"a"}
    (refused,) = checked_then.refused
    assert (refused.path, refused.why) == ("b", "can't be read: no such file or directory")
    assert not refused.by_rule
