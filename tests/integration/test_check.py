"""`fs check`: what is known of files is compared with their bytes, and mended."""

from __future__ import annotations

import asyncio
import time

import pytest

from jupyter_colonies.broker import objects, uploads
from jupyter_colonies.broker.objects import Place
from jupyter_colonies.core import identity
from jupyter_colonies.core.objects import Piece
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import AccessDenied, FilesAtFault, InvalidRequest, NotFound
from jupyter_colonies.store import files as file_statements
from jupyter_colonies.store import objects as object_statements
from jupyter_colonies.testing import server_in_thread
from tests.integration.test_server_port import rpc
from tests.unit.commands.conftest import Desk

HOUR = 3600 * SECOND


class Clock:
    """The real time, and as much later as a test says."""

    ahead = 0

    def __call__(self):
        return time.time_ns() + self.ahead


@pytest.fixture(scope="module")
def clock():
    return Clock()


@pytest.fixture(scope="module")
def server(tmp_path_factory, clock):
    folder = tmp_path_factory.mktemp("server")
    with server_in_thread(folder, clock=clock, stale_after=0) as server:
        yield server


@pytest.fixture
def desk(server):
    """Commands in a colony without files."""

    def clean(tx):
        for statement in (*file_statements.REMOVE_OF_COLONY, *object_statements.REMOVE_OF_COLONY):
            tx.run(statement, colonyname="dev")

    store(server, clean)
    desk = Desk(server)
    yield desk
    desk.colony.close()


@pytest.fixture
def files(desk):
    return desk.colony.files


def store(server, job):
    async def write():
        return await server.broker.store.write(job)

    return asyncio.run_coroutine_threadsafe(write(), server.loop).result(60)


def blob(server, file):
    return server.data / "blobs" / file.checksum[:2] / file.checksum


def place(file):
    return Place("dev", file.ref.s3object.bucket, file.ref.s3object.object)


def checked(desk, options="", *, fails=False):
    """(part, kind, remedy) of each finding."""
    blocks = desk.run_lazily(f"fs check --json {options}")
    (found,) = [next(blocks)]
    if fails:
        with pytest.raises(FilesAtFault):
            next(blocks)
    else:
        assert list(blocks) == []
    return [(each.part, each.kind, each.remedy) for each in found.value if each.kind != "free"]


def test_nothing_is_wrong(desk, files):
    files.put(b"one", "/a", "one")
    files.put(b"", "/a", "empty")
    desk.run("fs snapshot create -l /a -n s")
    assert checked(desk) == []
    assert desk.run("fs check")[-1].text.startswith("Checked")


def test_bytes_that_are_gone_or_damaged(desk, files, server):
    gone, bad = files.put(b"gone", "/a", "gone"), files.put(b"good", "/a", "bad")
    blob(server, gone).unlink()
    blob(server, bad).write_bytes(b"evil")
    wrong = {("objects", "missing", ""), ("objects", "damaged", "")}
    assert set(checked(desk, fails=True)) == wrong
    assert set(checked(desk, "--repair", fails=True)) == wrong
    assert sorted(checked(desk, "--drop")) == [
        ("files", "missing", "removed"),
        ("files", "missing", "removed"),
        ("objects", "damaged", "removed"),
        ("objects", "missing", "removed"),
    ]
    assert checked(desk) == []
    assert files.list("/a") == []


def test_a_lost_object_is_found_again_by_its_checksum(desk, files, server):
    file = files.put(b"the bytes are still there", "/a", "lost")
    files.put(b"", "/a", "empty")
    store(server, lambda tx: objects.remove(tx, place(file)))
    assert checked(desk, fails=True) == [("files", "missing", "")]
    assert checked(desk, "--repair") == [("files", "missing", "repaired")]
    assert b"".join(files.read(file)) == b"the bytes are still there"
    assert checked(desk) == []


def test_a_checksum_gives_no_bytes_of_another_colony(desk, files, server):
    secret = files.put(b"somebody else's", "/a", "secret")
    copy = files.put(b"ours, twice", "/a", "copy")
    ours = files.put(b"ours, twice", "/a", "ours")
    for file in (secret, ours):
        store(server, lambda tx, file=file: objects.remove(tx, place(file)))
    rpc(server, "addcolonymsg", server.server_key, colony={"colonyid": "c" * 64, "name": "other"})
    try:
        found = checked(desk, "--repair", fails=True)
        assert sorted(found) == [("files", "missing", ""), ("files", "missing", "repaired")]
        assert b"".join(files.read(ours)) == b"".join(files.read(copy))
        with pytest.raises(NotFound):
            list(files.read(secret))
    finally:
        rpc(server, "removecolonymsg", server.server_key, colonyname="other")


def test_bytes_that_are_not_those_of_the_file(desk, files, server):
    file = files.put(b"one", "/a", "one")
    store(server, lambda tx: objects.put(tx, place(file), [], "e", {}))
    assert checked(desk, fails=True) == [("files", "differs", "")]
    assert checked(desk, "--drop") == [("files", "differs", "removed")]


def test_orphans_go_when_they_are_old_and_no_process_may_need_them(desk, files, server, clock):
    file = files.put(b"one", "/a", "one")
    client, name = desk.colony.client, desk.colony.name
    desk.colony.call(client.remove_file(colonyname=name, fileid=file.fileid))
    kept = Place("dev", "colonies", "a name that no SDK gives")
    store(server, lambda tx: objects.put(tx, kept, [], "e", {}))
    assert checked(desk, "--repair") == []
    hands = desk.add_executor("worker")
    desk.colony.submit(
        {
            "funcname": "f",
            "conditions": {"executortype": "worker"},
            "fs": {"mount": "/cfs", "dirs": []},
        }
    )
    process = hands.take()
    second = files.put(b"two", "/a", "two")
    desk.colony.call(client.remove_file(colonyname=name, fileid=second.fileid))
    clock.ahead = 2 * HOUR
    try:
        assert checked(desk) == [("objects", "orphaned", "")]
        assert checked(desk, "--repair") == [("objects", "orphaned", "removed")]
        close = hands.client.close_successful(processid=process.processid, out=[])
        desk.colony.call(close)
        assert checked(desk, "--repair") == [("objects", "orphaned", "removed")]
        assert checked(desk) == []
    finally:
        clock.ahead = 0
    there = store(server, lambda tx: objects.seek(tx, kept))
    assert there.key == kept.key


def test_snapshots_and_uploads(desk, files, server):
    file = files.put(b"one", "/a", "one")
    desk.run("fs snapshot create -l /a -n s")
    files.remove(file)
    where = Place("dev", "colonies", identity.new_id())

    def job(tx):
        uploadid = uploads.begin(tx, where, {})
        uploads.put_part(tx, where, uploadid, 1, Piece("0" * 64, 7), "0" * 32)
        return uploadid

    uploadid = store(server, job)
    assert sorted(checked(desk, "--repair", fails=True)) == [
        ("snapshots", "missing", ""),
        ("uploads", "missing", "repaired"),
    ]
    assert store(server, lambda tx: uploads.received(tx, where, uploadid)) == []
    assert checked(desk, "--drop") == [("snapshots", "missing", "removed")]
    assert checked(desk) == []


def test_pages_follow_each_other(desk, files, server):
    def many(tx):
        for number in range(450):
            objects.put(tx, Place("dev", "colonies", f"{number:064x}"), [], "e", {})

    files.put(b"", "/a", "makes the bucket")
    files.remove_all("/a", "makes the bucket")
    store(server, many)
    client = desk.colony.client.signed_by(server.colony_key)
    looked, part, after = [], "", ""
    while not looked or part:
        page = desk.colony.call(client.check_files(colonyname="dev", part=part, after=after))
        looked.append((part, page.looked, page.total))
        part, after = page.part, page.after
    assert looked[:4] == [
        ("", 200, 450), ("objects", 200, 450), ("objects", 50, 450), ("files", 0, 0),
    ]  # fmt: skip
    assert [each[0] for each in looked[3:]] == ["files", "snapshots", "uploads", "bytes"]


@pytest.mark.parametrize(
    "fields",
    [{"part": "else"}, {"after": "x"}, {"part": "files", "after": '["a"]'}, {"after": "[]"}],
    ids=range(4),
)
def test_what_cannot_be_asked(desk, server, fields):
    client = desk.colony.client.signed_by(server.colony_key)
    with pytest.raises(InvalidRequest):
        desk.colony.call(client.check_files(colonyname="dev", **fields))
    with pytest.raises(AccessDenied):
        desk.colony.call(desk.colony.client.check_files(colonyname="dev"))


def test_where_bytes_are_elsewhere_nothing_can_be_said(tmp_path):
    with server_in_thread(tmp_path, s3="off") as server:
        desk = Desk(server)
        with pytest.raises(InvalidRequest, match="does not hold the bytes"):
            desk.run("fs check")
        desk.colony.close()
