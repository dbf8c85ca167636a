"""The right to host a data folder: one has it, the next is told, and what is left of the former."""

import os
import subprocess
import sys
import threading

import msgspec
import pytest

from jupyter_colonies.server import lock as locks
from jupyter_colonies.server.lock import Holder, Lock

HOLD = """
import sys
from pathlib import Path
from jupyter_colonies.server.lock import Lock
lock = Lock(Path(sys.argv[1]))
assert lock.try_acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def test_one_hosts_and_the_next_is_told_when_it_ends(folder):
    first, second = Lock(folder), Lock(folder)
    assert first.try_acquire()
    assert not second.try_acquire()
    told = threading.Event()
    second.acquire_later(told.set)
    first.release()
    assert told.wait(10)
    assert not first.try_acquire()
    second.release()


def test_who_has_stopped_waiting_does_not_take_the_lock(folder):
    first, second, third = Lock(folder), Lock(folder), Lock(folder)
    assert first.try_acquire()
    told = threading.Event()
    second.acquire_later(told.set)
    second.release()
    third_told = threading.Event()
    third.acquire_later(third_told.set)
    first.release()
    assert third_told.wait(10)
    assert not told.is_set()
    third.release()


def test_the_lock_of_a_killed_process_is_free_and_says_whose_it_was(folder, caplog):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"held\n"
        lock = Lock(folder)
        assert not lock.try_acquire()
        assert lock.holder() == Holder(
            machine=os.uname().nodename, boot=locks.boot_id(), pid=process.pid
        )
        process.kill()
    assert lock.try_acquire()
    assert f"process {process.pid}, did not end cleanly" in caplog.text
    assert lock.holder().pid == os.getpid()
    lock.release()
    assert lock.holder() is None


@pytest.mark.parametrize("machine", ["elsewhere", os.uname().nodename])
def test_a_lock_of_another_start_or_machine_is_taken_over(folder, caplog, machine):
    left = Holder(machine=machine, boot="another start", pid=1)
    (folder / "host.lock").write_bytes(msgspec.json.encode(left))
    lock = Lock(folder)
    assert not lock.holder().here
    assert lock.try_acquire()
    assert f"process 1 on the machine {machine}" in caplog.text
    assert lock.holder().here
    lock.release()


def test_a_lock_whose_file_was_taken_away_is_known_to_be_lost(folder):
    first, waiting = Lock(folder), Lock(folder)
    assert first.try_acquire()
    told = threading.Event()
    waiting.acquire_later(told.set)
    (folder / "host.lock").unlink()
    assert first.lost
    second = Lock(folder)
    assert second.try_acquire()
    first.release()
    assert not told.is_set()
    assert second.holder().here
    second.release()
    assert told.wait(10)
    assert not waiting.lost
    waiting.release()
