"""Files with their bytes: the client of notebooks and scripts against a real server."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace

import msgspec
import pytest

from jupyter_colonies.client.colony import connect
from jupyter_colonies.client.discovery import RUNTIME_VARIABLE
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.client.storage.objects import Objects
from jupyter_colonies.client.storage.upload import PART
from jupyter_colonies.errors import (
    ClientError,
    DamagedBytes,
    InvalidRequest,
    NoObjectStore,
    NotFound,
    OverQuota,
)
from jupyter_colonies.testing import server_in_thread
from tests.integration.moving import growth
from tests.integration.test_client import OriginalServer

LARGE = os.urandom(PART + 1000) + b"\0" * PART


@pytest.fixture(scope="module")
def colony(server):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(RUNTIME_VARIABLE, str(server.runtime_file))
        made = connect()
    yield made
    made.close()


@pytest.fixture
def files(colony):
    return colony.files


class Relay:
    """A way to the server that ends each connection after so many bytes of its answers.

    When the limits are used up, connections last.
    """

    def __init__(self, server, limits):
        self._server = server
        self._limits = iter(limits)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._threads, self._sockets = [], []
        self._start(self._accept)

    def __enter__(self):
        return Endpoint(host="127.0.0.1", port=self._listening.getsockname()[1])

    def __exit__(self, *_):
        self._listening.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in (self._listening, *self._sockets):
            each.close()

    def _start(self, target, *args):
        self._threads.append(threading.Thread(target=target, args=args, daemon=True))
        self._threads[-1].start()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                upstream = socket.create_connection((self._server.host, self._server.port))
                self._sockets += [client, upstream]
                self._start(_forward, client, upstream, 1 << 40)
                self._start(_forward, upstream, client, next(self._limits, 1 << 40))


def _forward(source, target, left):
    with suppress(OSError):
        while left and (data := source.recv(min(65536, left))):
            target.sendall(data)
            left -= len(data)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def body(files, file, **which):
    return b"".join(files.read(file, **which))


@pytest.mark.parametrize("data", [b"", b"hello", LARGE], ids=["nothing", "little", "parts"])
def test_what_is_put_comes_back(files, tmp_path, data):
    moved = []
    source = tmp_path / "source"
    source.write_bytes(data)
    file = files.put(source, "x/y/", "data.bin", progress=moved.append)
    assert (file.label, file.size, sum(moved)) == ("/x/y", len(data), len(data))
    assert file.checksum == hashlib.sha256(data).hexdigest()
    assert body(files, file) == data
    files.fetch(file, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == data
    assert names(tmp_path) == ["back", "source"]


def test_an_open_file_that_can_not_be_sought_is_put(files):
    class Pipe(io.RawIOBase):
        at = 0

        def read(self, size=-1):
            begin = self.at
            self.at = min(len(LARGE), begin + min(size, 1_000_003))
            return LARGE[begin : self.at]

        def seek(self, *_):
            raise OSError

    assert body(files, files.put(Pipe(), "/p", "piped")) == LARGE


def test_memory_does_not_grow_with_the_file(server, tmp_path):
    assert growth(server, tmp_path, 100_000_000) < 64 << 20


def test_ranges(files):
    file = files.put(b"0123456789", "/r", "ten")
    assert body(files, file, first=3) == b"3456789"
    assert body(files, file, first=3, last=5) == b"345"
    assert body(files, file, first=8, last=99) == b"89"
    assert body(files, file, first=10) == b""
    with pytest.raises(InvalidRequest):
        files.read(file, first=3, last=2)


def test_revisions_lists_and_removal(files, server):
    one, two = (files.put(data, "/v/w", "f") for data in (b"one", b"two"))
    files.put(b"other", "/vw", "g")
    assert [each.fileid for each in files.revisions("v/w", "f")] == [two.fileid, one.fileid]
    assert files.latest("/v/w", "f") == two
    assert files.get(one.fileid) == one
    assert [(each.name, each.size) for each in files.list("/v/w")] == [("f", 3)]
    assert [each.name for each in files.labels("/v")] == ["/v/w"]
    assert {"/v/w", "/vw"} <= {each.name for each in files.labels()}
    copied = files.copy(one, "/v", "h")
    files.remove(two)
    assert files.latest("/v/w", "f") == one
    files.remove_all("/v/w", "f")
    for gone in (lambda: files.latest("/v/w", "f"), lambda: files.get(one.fileid)):
        with pytest.raises(NotFound):
            gone()
    with pytest.raises(NotFound, match="'f' in '/v/w'"):
        body(files, one)
    assert body(files, copied) == b"one"
    files.remove_all("/v/w", "f")
    files.remove(two.fileid)


def test_snapshots(colony, files, tmp_path):
    then = files.put(b"then", "/snap", "a")
    files.put(b"same", "/snap/b", "c")
    made = colony.snapshot("release", "/snap")
    assert colony.snapshots.get("release") == made
    assert colony.snapshots.get(snapshotid=made.snapshotid) == made
    assert made in colony.snapshots.list()
    files.put(b"now", "/snap", "a")
    assert then in colony.snapshots.files(made)
    colony.snapshots.fetch("release", tmp_path / "to")
    assert (tmp_path / "to/a").read_bytes() == b"then"
    assert (tmp_path / "to/b/c").read_bytes() == b"same"
    assert colony.snapshots.restore("release").restored == ["/snap/a"]
    assert body(files, files.latest("/snap", "a")) == b"then"
    files.remove(then)
    assert then not in colony.snapshots.files(made)
    assert colony.snapshots.folders(made).content("") == (["b"], [])
    colony.snapshots.remove("release")
    with pytest.raises(NotFound, match="release"):
        colony.snapshots.get("release")


def test_a_file_that_is_removed_is_read_to_its_end_by_who_has_begun(files):
    file = files.put(LARGE, "/gone", "f")
    reading = files.read(file)
    begun = next(reading)
    files.remove_all("/gone", "f")
    assert begun + b"".join(reading) == LARGE


def test_two_writers_of_one_name_make_two_whole_revisions(files):
    bodies = [bytes([number]) * (PART + 10) for number in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda data: files.put(data, "/two", "f"), bodies))
    assert {body(files, each) for each in files.revisions("/two", "f")} == set(bodies)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0", "\udcff", "x" * 256])
def test_names_that_lead_elsewhere_are_refused(files, name):
    with pytest.raises(InvalidRequest):
        files.put(b"", "/n", name)
    with pytest.raises(InvalidRequest):
        files.put(b"", f"/n/{name}/m" if "/" not in name else "/a//b", "fine")


def test_other_bytes_than_were_noted_are_not_delivered(files, colony, tmp_path):
    file = files.put(b"right", "/d", "f")
    wrong = msgspec.structs.replace(file, checksum=hashlib.sha256(b"wrong").hexdigest())
    wrong = colony.call(colony.client.add_file(file=wrong))
    (tmp_path / "there").write_bytes(b"before")
    with pytest.raises(DamagedBytes, match="nothing was written"):
        files.fetch(wrong, tmp_path / "there")
    assert names(tmp_path) == ["there"]
    assert (tmp_path / "there").read_bytes() == b"before"
    with pytest.raises(DamagedBytes):
        body(files, wrong)
    longer = msgspec.structs.replace(file, size=99)
    with pytest.raises(DamagedBytes, match="fewer than"):
        body(files, longer)


def test_an_answer_that_breaks_off_is_taken_up(files, server):
    file = files.put(LARGE, "/b", "large")
    home = files._home.bucket()
    with Relay(server, [300, 1_000_000, 5_000_000]) as endpoint:
        objects = Objects(lambda _: replace(home, endpoint=endpoint))
        assert b"".join(objects.read(file.ref.s3object.object, 0, file.size - 1)) == LARGE
        objects.close()


def test_an_upload_whose_connections_break_is_put_whole(files, server):
    home = files._home.bucket()
    with Relay(server, [10, 900, 20]) as endpoint:
        files._bucket = replace(home, endpoint=endpoint)
        file = files.put(LARGE, "/b", "broken")
    assert body(files, file) == LARGE


def test_an_interrupted_download_is_taken_up(files, tmp_path):
    file = files.put(LARGE, "/i", "f")

    class Interrupt(BaseException):
        pass

    def interrupt(_):
        raise Interrupt

    moved = []
    with pytest.raises(Interrupt):
        files.fetch(file, tmp_path / "f", progress=lambda n: n and interrupt(n))
    [left] = names(tmp_path)
    there = (tmp_path / left).stat().st_size
    assert 0 < there < len(LARGE)
    files.fetch(file, tmp_path / "f", progress=moved.append)
    assert (moved[0], sum(moved)) == (there, len(LARGE))
    assert names(tmp_path) == ["f"]


def test_two_downloads_of_one_revision_into_one_folder(files, tmp_path):
    file = files.put(LARGE, "/i", "g")
    inside = threading.Event()
    other = threading.Event()

    def wait(_):
        inside.set()
        assert other.wait(60)

    first = threading.Thread(target=files.fetch, args=(file, tmp_path / "1"),
                             kwargs={"progress": wait})  # fmt: skip
    first.start()
    assert inside.wait(60)
    files.fetch(file, tmp_path / "2")
    other.set()
    first.join()
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes() == LARGE
    assert names(tmp_path) == ["1", "2"]


def test_the_object_of_a_file_that_was_refused_is_removed(files, colony, monkeypatch):
    keys = []

    async def refuse(*, file):
        keys.append(file.ref.s3object.object)
        raise InvalidRequest("refused")

    monkeypatch.setattr(colony.client, "add_file", refuse)
    with pytest.raises(InvalidRequest, match="refused"):
        files.put(b"data", "/o", "f")
    with pytest.raises(NotFound):
        b"".join(files._home.read(keys[0], 0, 3))


def test_keys_that_were_renewed_elsewhere_are_asked_for_again(files, colony):
    files.put(b"1", "/k", "f")
    colony.call(colony.client.get_credentials(colonyname="dev", renew=True))
    assert body(files, files.put(b"2", "/k", "f")) == b"2"


def test_a_server_of_the_original_needs_the_variables(server, colony, monkeypatch):
    original = OriginalServer(colony.found)
    with pytest.raises(NoObjectStore, match="AWS_S3_ENDPOINT"):
        original.files.put(b"", "/e", "f")
    monkeypatch.setenv("AWS_S3_ENDPOINT", f"{server.host}:{server.port}")
    with pytest.raises(NoObjectStore, match="AWS_S3_ACCESSKEY"):
        original.files.put(b"", "/e", "f")
    keys = colony.call(colony.client.get_credentials(colonyname="dev"))
    monkeypatch.setenv("AWS_S3_ACCESSKEY", keys.accesskey)
    monkeypatch.setenv("AWS_S3_SECRETKEY", keys.secretkey)
    monkeypatch.setenv("AWS_S3_BUCKET", "made-when-it-is-missing")
    file = original.files.put(b"elsewhere", "/e", "f")
    assert file.ref.s3object.bucket == "made-when-it-is-missing"
    assert body(original.files, file) == body(colony.files, file) == b"elsewhere"
    original.close()


def test_a_reference_to_the_store_of_the_variables_leads_there(server, colony, monkeypatch):
    keys = colony.call(colony.client.get_credentials(colonyname="dev"))
    file = colony.files.put(b"far", "/e", "g")
    with Relay(server, []) as endpoint:
        monkeypatch.setenv("AWS_S3_ENDPOINT", endpoint.authority)
        monkeypatch.setenv("AWS_S3_ACCESSKEY", keys.accesskey)
        monkeypatch.setenv("AWS_S3_SECRETKEY", keys.secretkey)
        monkeypatch.setenv("AWS_S3_BUCKET", keys.bucket)
        where = msgspec.structs.replace(file.ref.s3object, port=endpoint.port)
        ref = msgspec.structs.replace(file.ref, s3object=where)
        far = msgspec.structs.replace(file, ref=ref)
        assert colony.files._objects_of(far).bucket().endpoint == endpoint
        assert body(colony.files, far) == b"far"
        colony.files.close()


def test_what_blocks_is_refused_on_the_clients_own_thread(colony):
    async def put():
        colony.files.put(b"", "/t", "f")

    with pytest.raises(ClientError, match="own thread"):
        colony.call(put())


def test_a_server_that_is_restarted_in_the_middle_only_delays(tmp_path, monkeypatch):
    monkeypatch.delenv("AWS_S3_ENDPOINT", raising=False)
    with ExitStack() as servers, ExitStack() as later:
        server = servers.enter_context(server_in_thread(tmp_path))
        monkeypatch.setenv(RUNTIME_VARIABLE, str(server.runtime_file))
        colony = connect()
        restarted = []

        def restart(_):
            if not restarted:
                servers.close()
                restarted.append(later.enter_context(server_in_thread(tmp_path)))

        file = colony.files.put(io.BytesIO(LARGE * 2), "/s", "f", progress=restart)
        assert restarted
        assert restarted[0].port != server.port
        assert body(colony.files, file) == LARGE * 2
        colony.close()


def test_a_full_colony_says_so_and_shows_nothing(tmp_path, monkeypatch):
    with server_in_thread(tmp_path, quota=PART) as server:
        monkeypatch.setenv(RUNTIME_VARIABLE, str(server.runtime_file))
        colony = connect()
        with pytest.raises(OverQuota):
            colony.files.put(LARGE, "/q", "f")
        assert colony.files.list("/q") == []
        colony.close()
