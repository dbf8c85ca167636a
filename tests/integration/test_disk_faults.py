"""What clients and operators are told when the disk is full or can't be written."""

import asyncio
import os
import subprocess
import sys
import threading

import pytest

from jupyter_colonies.client.patience import passes
from jupyter_colonies.errors import from_reply
from jupyter_colonies.testing import server_in_thread
from tests.conformance.wire import RUNNING, Wire, refused

LARGE = ["x" * 100_000]

BOUND_BY_PERMISSIONS = """
import ctypes, os, sys
if os.geteuid() == 0:
    PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
    ctypes.CDLL(None, use_errno=True).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Runs a program for which file modes count, also where the tests run as root."""


@pytest.fixture
def member(colony_server):
    wire = Wire(colony_server.host, colony_server.port, colony_server.server_key)
    return wire.new_colony().executor("worker")


def pragma(server, text):
    """Ask the one connection that writes."""

    def job(tx):
        row = tx._connection.execute(f"PRAGMA {text}").fetchone()
        return row[0] if row else None

    async def ask():
        return await server.broker.store.write(job)

    return asyncio.run_coroutine_threadsafe(ask(), server.loop).result(30)


def test_a_full_disk_is_told_and_passes_without_a_restart(colony_server, member, monkeypatch):
    member.submit()
    process = member.assign()
    waiting = []
    asked = threading.Event()
    add = colony_server.broker.waiters.add
    monkeypatch.setattr(
        colony_server.broker.waiters, "add", lambda waiter: (add(waiter), asked.set())
    )
    poll = threading.Thread(target=lambda: waiting.append(member.assign(60)))
    poll.start()
    # Its first look, which writes that it was heard from, stands before what is asked now.
    assert asked.wait(60)
    pages = pragma(colony_server, "page_count")
    pragma(colony_server, f"max_page_count = {pages}")
    for _ in range(2):
        with refused(507, "The database could not complete the write, nothing of it was") as error:
            member.submit(args=LARGE)
        assert "disk is full. Free some space" in error.value.message
        assert passes(from_reply(507, error.value.message))
        with refused(507):
            member.close(process, LARGE)
    assert member.process(process)["state"] == RUNNING
    pragma(colony_server, f"max_page_count = {pages + 1000}")
    member.close(process, LARGE)
    assert member.process(process)["out"] == LARGE
    submitted = member.submit(args=LARGE)
    poll.join(60)
    assert [each["processid"] for each in waiting] == [submitted["processid"]]


def test_a_database_that_cannot_be_written_is_named(tmp_path):
    with server_in_thread(tmp_path) as server:
        data = server.data
    (data / "colonies.db").chmod(0o400)
    command = [sys.executable, "-m", "jupyter_colonies.cli", "serve", "--port", "0"]
    answer = subprocess.run(
        [sys.executable, "-c", BOUND_BY_PERMISSIONS, *command, "--data", str(data)],
        env={**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode != 0
    assert "colonies.db" in answer.stderr
    assert "read-only. Put that right" in answer.stderr
    assert "Traceback" not in answer.stderr
