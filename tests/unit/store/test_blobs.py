"""Bytes on a file system."""

import hashlib
import os
import threading

import pytest

from jupyter_colonies.errors import InvalidConfiguration, StorageFailed
from jupyter_colonies.store.blobs import Blobs

DATA = b"some bytes" * 300_000


@pytest.fixture
def blobs(tmp_path):
    return Blobs(str(tmp_path / "blobs"))


def stored(blobs, data=DATA):
    incoming = blobs.incoming()
    incoming.write(data)
    return incoming.keep()


def files(tmp_path):
    return [file for file in (tmp_path / "blobs").rglob("*") if file.is_file()]


def test_the_same_bytes_are_there_once(blobs, tmp_path):
    first, second = stored(blobs), stored(blobs)
    assert first == second
    assert first.digest == hashlib.sha256(DATA).hexdigest()
    assert len(files(tmp_path)) == 1
    assert b"".join(blobs.read(first.digest, 0, len(DATA))) == DATA
    assert b"".join(blobs.read(first.digest, 7, 20)) == DATA[7:27]


def test_what_is_discarded_leaves_nothing(blobs, tmp_path):
    incoming = blobs.incoming()
    incoming.write(DATA)
    incoming.discard()
    incoming.discard()
    assert files(tmp_path) == []


def test_damaged_bytes_are_noticed(blobs, tmp_path):
    blob = stored(blobs)
    file = files(tmp_path)[0]
    file.write_bytes(b"X" + DATA[1:])
    with pytest.raises(StorageFailed, match="damaged"):
        list(blobs.read(blob.digest, 0, len(DATA)))
    file.write_bytes(DATA[:-1])
    with pytest.raises(StorageFailed, match="too early"):
        list(blobs.read(blob.digest, 0, len(DATA)))


def test_a_folder_that_can_not_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed, match="could not begin to write"):
        Blobs(str(tmp_path / "file" / "blobs")).incoming()


def test_a_file_system_that_is_not_known_is_said():
    with pytest.raises(InvalidConfiguration, match="nosuch"):
        Blobs("nosuch://bucket")


def test_old_bytes_are_removed_unless_they_are_written_again(blobs, tmp_path):
    blob = stored(blobs)
    os.utime(files(tmp_path)[0], (1000, 1000))
    assert blobs.old(2000) == [blob.digest]
    stored(blobs)
    assert blobs.old(2000) == []
    assert not blobs.remove(blob.digest, 2000)
    assert b"".join(blobs.read(blob.digest, 0, 4)) == DATA[:4]
    os.utime(files(tmp_path)[0], (1000, 1000))
    assert blobs.remove(blob.digest, 2000)
    assert files(tmp_path) == []


def test_what_nobody_writes_to_any_more_is_forgotten(blobs, tmp_path):
    blobs.incoming().write(DATA)
    os.utime(files(tmp_path)[0], (1000, 1000))
    blobs.forget_abandoned(2000)
    assert files(tmp_path) == []


def test_memory_does_not_need_a_disk():
    blobs = Blobs("memory://blobs")
    blob = stored(blobs)
    assert b"".join(blobs.read(blob.digest, 0, len(DATA))) == DATA


def test_many_threads_store_the_same(blobs, tmp_path):
    threads = [threading.Thread(target=stored, args=(blobs,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(files(tmp_path)) == 1
