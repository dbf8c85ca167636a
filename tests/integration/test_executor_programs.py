"""Executors as programs: signals, words on the standard error, exit codes."""

from __future__ import annotations

import contextlib
import os
import signal
import threading

import pytest

from jupyter_colonies import cli
from jupyter_colonies.client import discovery
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.core.process import State
from jupyter_colonies.executor import registry

TYPE = "container-executor"
PATIENCE = 60


@pytest.fixture
def colony(server, monkeypatch):
    monkeypatch.setenv(discovery.RUNTIME_VARIABLE, str(server.runtime_file))
    colony = Colony(discovery.find())
    yield colony
    colony.close()


@pytest.fixture
def pipe(tmp_path):
    """A named pipe through which a command says that it runs."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def submit(colony, cmd):
    return colony.submit(
        {"funcname": "execute", "kwargs": {"cmd": cmd}, "conditions": {"executortype": TYPE}}
    )


@contextlib.contextmanager
def until(state):
    """Wait at the end until the worker of the program is in this state."""
    reached = threading.Event()
    stop = registry.observe(lambda worker: worker.state == state and reached.set())
    yield
    assert reached.wait(PATIENCE)
    stop()


def while_it_works(work):
    """Do something in a thread once the program that begins now is ready, then interrupt it."""
    ready = until("ready")
    ready.__enter__()

    def begin():
        ready.__exit__(None, None, None)
        try:
            work()
        finally:
            interrupt()

    thread = threading.Thread(target=begin)
    thread.start()
    return thread


def interrupt():
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        os.kill(os.getpid(), signal.SIGTERM)


def test_sigterm_lets_what_runs_finish_and_leaves(colony, capfd, pipe):
    runs = []

    def work():
        runs.append(submit(colony, "echo hello").wait(PATIENCE, progress=False))
        runs.append(submit(colony, f"echo > {pipe}; sleep 0.3; echo finished"))
        pipe.read_text()

    thread = while_it_works(work)
    assert cli.main(["executor", "shell", "--concurrency", "2"]) == 0
    thread.join()
    hello, finished = runs
    assert hello.nodes[0].output == ["hello"]
    assert finished.wait(PATIENCE, progress=False).nodes[0].output == ["finished"]
    assert "dev-docker" not in [e.executorname for e in colony.executors() if e.state == 1]
    told = capfd.readouterr()
    assert "no isolation" in told.out
    assert "hello" not in told.out
    assert "Executor dev-docker (container-executor) is ready" in told.err
    assert f"Process {hello.id} (execute) begins" in told.err
    assert f"Process {hello.id} succeeded after" in told.err
    assert "Ending: 1 process may finish within 30 s" in told.err
    assert f"Process {finished.id} succeeded after" in told.err


def test_a_second_signal_gives_processes_back_at_once(colony, capfd, pipe):
    runs = []

    def work():
        runs.append(submit(colony, f"echo > {pipe}; sleep 600"))
        pipe.read_text()
        with until("stopping"):
            interrupt()

    thread = while_it_works(work)
    assert cli.main(["executor", "shell", "--grace", "600"]) == 0
    thread.join()
    assert runs[0].state == State.WAITING
    assert f"Process {runs[0].id} was given up" in capfd.readouterr().err
    runs[0].cancel()


def test_a_removed_executor_ends_and_says_why(colony, server, capfd):
    owner = colony.client.signed_by(server.colony_key)

    def work():
        with until("refused"):
            colony.call(owner.remove_executor(colonyname=colony.name, executorname="gone"))

    thread = while_it_works(work)
    assert cli.main(["executor", "shell", "--name", "gone"]) == cli.REFUSED
    thread.join()
    told = capfd.readouterr()
    assert "can't go on: it was removed from the colony" in told.err


@pytest.mark.parametrize(
    ("named", "text"),
    [
        ("os", "takes MODULE:FUNCTION"),
        ("os:no such", "takes MODULE:FUNCTION"),
        ("no_such_module:run", "There is no function"),
        ("os:nothing", "There is no function"),
        ("os:sep", "is not a function"),
    ],
)
def test_functions_that_are_none_are_wrong_use(colony, capfd, named, text):
    command = ["executor", "dask", "--scheduler", "tcp://127.0.0.1:9", "--functions", named]
    assert cli.main(command) == cli.WRONG_USE
    assert text in capfd.readouterr().err
