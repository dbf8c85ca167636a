"""Trees of ten thousand files and of two gigabytes, and servers that end in the middle."""

import hashlib
import os
import resource
import shutil
import subprocess
import sys
import threading

import pytest

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.discovery import Found
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.client.sync.syncing import Syncing, sync
from tests.integration.killing import Server

MANY = 10_000
MEGABYTE = 1 << 20
GROWTH = 256 * 1024
"""KiB that moving two gigabytes may add to the memory of the client: parts of two files."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]


@pytest.fixture
def tmp_path(tmp_path):
    """Gigabytes are not kept for later."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path)
    server.start()
    yield server
    server.kill()


def colony_of(server):
    told = server.runtime
    found = Found(
        endpoint=Endpoint(host=told["host"], port=told["port"]), colonyname=told["colonyname"],
        private_key=server.key("user"), reason="given by the test",
    )  # fmt: skip
    return Colony(found)


def digests(folder):
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.name != ".cfs":
            with path.open("rb") as file:
                found[path.relative_to(folder)] = hashlib.file_digest(file, "sha256").digest()
    return found


def many(folder):
    for number in range(MANY):
        path = folder / f"d{number % 100}" / f"s{number % 7}" / f"f{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(number % 2000))
    return folder


def both_ways(server, tree, copy, cache):
    """Sync a tree up and down; what the second syncs find to do."""
    copy.mkdir()
    colony = colony_of(server)
    assert sync(colony, tree, "/tree").sent == len(digests(tree))
    assert sync(colony, copy, "/tree").fetched == len(digests(tree))
    left = []
    for folder in (tree, copy):
        with Syncing(colony, folder, "/tree", cache=cache) as again:
            left.append(again.look())
    colony.close()
    assert digests(copy) == digests(tree)
    return left


def test_ten_thousand_files(server, tmp_path) -> None:
    tree = many(tmp_path / "tree")
    for left in both_ways(server, tree, tmp_path / "copy", tmp_path / "cache"):
        assert not left
        assert left.same == MANY


def test_two_gigabytes(server, tmp_path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(4):
        with (tree / f"large{number}").open("wb") as file:
            for _ in range(512):
                file.write(os.urandom(MEGABYTE))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for left in both_ways(server, tree, tmp_path / "copy", tmp_path / "cache"):
        assert not left
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH


@pytest.mark.parametrize("seed", range(5))
def test_a_server_that_is_killed_and_started_again(server, tmp_path, seed) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(1000):
        (tree / f"f{number}").write_bytes(os.urandom(500))
    colony = colony_of(server)
    words = [sys.executable, "-m", "jupyter_colonies.cli", "fs", "sync", "--yes", "-d", str(tree)]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("COLONIES")},
        "JUPYTER_COLONIES_RUNTIME": str(tmp_path / "runtime.json"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    with subprocess.Popen(
        [*words, "-l", "/killed"], env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as program:  # fmt: skip
        assert program.stdout is not None
        told = (line for line in program.stdout if " of 1000 files, " in line)
        for _ in range(seed + 1):
            next(told)
        server.kill()
        server.start()
        threading.Thread(target=program.stdout.read, daemon=True).start()
        assert program.wait(300) in (0, 255)
    colony.close()
    colony = colony_of(server)
    assert not sync(colony, tree, "/killed").troubles
    for file in colony.files.list("/killed"):
        (revision,) = colony.files.revisions("/killed", file.name)
        assert b"".join(colony.files.read(revision)) == (tree / file.name).read_bytes()
    assert len(colony.files.list("/killed")) == 1000
    colony.close()
