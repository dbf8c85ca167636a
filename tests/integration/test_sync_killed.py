"""`fs sync` in a program of its own: killed in the middle, and started again."""

import os
import re
import signal
import subprocess
import sys

import pytest

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.discovery import Found
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.client.sync.names import PART

FILES = 100
COLONIES = [sys.executable, "-m", "jupyter_colonies.cli"]


@pytest.fixture
def colony(server):
    endpoint = Endpoint(host=server.host, port=server.port)
    made = Colony(
        Found(
            endpoint=endpoint, colonyname=server.colonyname, private_key=server.user_key,
            reason="given by the test",
        )
    )  # fmt: skip
    yield made
    made.close()


@pytest.fixture
def environment(server, tmp_path):
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("COLONIES_", "AWS_S3"))}
    return {**kept, **server.environment, "XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture
def tree(tmp_path):
    for number in range(FILES):
        path = tmp_path / "tree" / f"d{number % 7}" / f"f{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(path.name))
    return tmp_path / "tree"


def text_of(name):
    return f"the file {name}\n" * 50


def killed_midway(environment, *words) -> None:
    """Start a sync and kill it as soon as it says that a part of the files is moved."""
    program = subprocess.Popen(
        [*COLONIES, "fs", "sync", "--yes", *words], env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert program.stdout is not None
    said = re.compile(rf"\b[1-9]\d* of {FILES} files, ")
    assert any(said.search(line) for line in program.stdout)
    program.send_signal(signal.SIGKILL)
    program.communicate(timeout=30)


def whole(environment, *words) -> str:
    done = subprocess.run(
        [*COLONIES, "fs", "sync", "--yes", *words], env=environment, text=True, check=False,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def held(colony):
    """The files on the server, each with its number of revisions; all of them whole."""
    found = {}
    for label in colony.files.labels("/killed"):
        for file in colony.files.list(label.name):
            revisions = colony.files.revisions(label.name, file.name)
            for each in revisions:
                assert b"".join(colony.files.read(each)).decode() == text_of(file.name)
            found[file.name] = len(revisions)
    return found


def test_a_killed_sync_leaves_nothing_half_done_and_goes_on(
    colony, environment, tree, tmp_path
) -> None:
    killed_midway(environment, "-d", str(tree), "-l", "/killed")
    there = held(colony)
    assert there
    whole(environment, "-d", str(tree))
    found = held(colony)
    assert len(found) == FILES
    assert {name: found[name] for name in there} == dict.fromkeys(there, 1)

    copy = tmp_path / "copy"
    killed_midway(environment, "-d", str(copy), "-l", "/killed")
    fetched = list(copy.rglob("f*"))
    assert fetched
    for path in fetched:
        assert path.read_text() == text_of(path.name)
    whole(environment, "-d", str(copy))
    assert len(list(copy.rglob("f*"))) == FILES
    assert "Nothing to do" in whole(environment, "-d", str(copy))
    assert list(copy.rglob(f"{PART}*")) == []
