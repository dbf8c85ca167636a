"""Executors and a server that goes away, and executors that go away themselves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from jupyter_colonies.client import discovery
from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.process import State
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.worker import Worker, WorkerState
from jupyter_colonies.notebook.colony import NotebookColony
from jupyter_colonies.testing import RunningServer, server_in_thread


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Start and stop a server that keeps its data; `server` is the present one."""

    class Place:
        server: RunningServer
        stack = ExitStack()

        def start(self):
            self.server = self.stack.enter_context(server_in_thread(tmp_path))

        def stop(self):
            self.stack.close()

    place = Place()
    place.start()
    monkeypatch.setenv(discovery.RUNTIME_VARIABLE, str(place.server.runtime_file))
    yield place
    place.stop()


@pytest.fixture
def colony(place):
    colony = NotebookColony(discovery.find())
    yield colony
    registry.stop_all(timeout=0)
    colony.close()


def call(colony, funcname, **fields):
    conditions = {"executortype": "e"}
    return colony.submit({"funcname": funcname, "conditions": conditions, **fields})


def result(run):
    return run.wait(60, progress=False).nodes[0].output


def test_a_result_is_delivered_when_the_server_is_back(place, colony, changes):
    begun, go_on = threading.Event(), threading.Event()

    def f(process):
        begun.set()
        go_on.wait(60)
        print("said while the server was away")
        return 5

    worker = Worker(colony, "e", concurrency=2)
    worker.add("f", f)
    worker.start()
    run = call(colony, "f")
    assert begun.wait(30)
    place.stop()
    changes(lambda: worker.state is WorkerState.AWAY)
    go_on.set()
    place.start()
    changes(lambda: not worker.running and worker.state is WorkerState.READY)
    assert worker.done == 1
    assert result(run) == [5]
    assert run.nodes[0].log() == "said while the server was away\n"
    assert result(call(colony, "f")) == [5]


def test_an_executor_the_server_forgot_registers_again(place, colony, changes):
    worker = Worker(colony, "e")
    worker.add("f", lambda process: 1)
    worker.start()
    place.stop()
    changes(lambda: worker.state is WorkerState.AWAY)
    place.start()
    owner = colony.client.signed_by(place.server.colony_key)
    colony.call(owner.remove_executor(colonyname=colony.name, executorname="e"))
    assert result(call(colony, "f")) == [1]
    assert worker.state is WorkerState.READY


def test_an_assignment_whose_answer_was_lost_is_carried_out(place, colony, changes):
    worker = Worker(colony, "e")
    worker.start()  # serves nothing yet, so that it asks for nothing
    run = call(colony, "f")
    client = worker._registration.client
    lost = colony.call(client.assign_process(colonyname=colony.name, timeout=-1))
    assert lost.processid == run.id
    place.stop()
    worker.add("f", lambda process: "found")
    changes(lambda: worker.state is WorkerState.AWAY)
    place.start()
    assert result(run) == ["found"]
    assert run.nodes[0].process.retries == 0
    assert [function.funcname for function in colony.functions("e")] == ["f"]


def test_what_a_killed_executor_ran_goes_to_another(place, colony):
    """At once, as the system tells; the lease would last for a minute."""
    code = """
        import signal
        from jupyter_colonies.client import discovery
        from jupyter_colonies.executor.worker import Worker
        from jupyter_colonies.client.colony import Colony

        def f(process):
            print("begun", flush=True)
            signal.pause()

        worker = Worker(Colony(discovery.find()), "victim", executortype="e")
        worker.add("f", f)
        worker.start()
        signal.pause()
    """
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert program.stdout is not None
    try:
        run = call(colony, "f")
        assert program.stdout.readline() == "begun\n"
        assert run.state == State.RUNNING
        while not run.nodes[0].log():  # it is on its way a little longer
            time.sleep(0.01)
    finally:
        program.send_signal(signal.SIGKILL)
        program.stdout.close()
        program.wait()
    other = Worker(colony, "other", executortype="e")
    other.add("f", lambda process: "survived")
    other.start()
    assert result(run) == ["survived"]
    assert run.nodes[0].process.retries == 1
    assert run.nodes[0].log() == (
        f"begun\nExecutor 'victim' has died: its process {program.pid} has ended. "
        "Waiting for another try\n"
    )


@pytest.mark.parametrize("running", [True, False], ids=["server", "no-server"])
def test_the_end_of_the_program_unregisters(place, colony, running):
    code = """
        import sys, time
        from jupyter_colonies.client import discovery
        from jupyter_colonies.executor.worker import Worker
        from jupyter_colonies.client.colony import Colony

        worker = Worker(Colony(discovery.find()), "e")
        worker.add("f", lambda process: time.sleep(600))
        worker.start()
        print("ready", flush=True)
        sys.stdin.readline()
    """
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    if not running:
        place.stop()
    _, complaints = program.communicate("end\n", timeout=30)
    assert program.returncode == 0
    assert complaints == ""
    if running:
        assert [e.state for e in colony.executors()] == [ExecutorState.UNREGISTERED]
