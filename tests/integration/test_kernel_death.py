"""What a kernel of a real Jupyter server was running when it ended goes back at once.

Nothing here waits for a lease: that lasts for a minute.
"""

from __future__ import annotations

import os
import queue
import signal

import pytest

from jupyter_colonies.client import discovery
from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.process import State
from jupyter_colonies.executor import registry
from jupyter_colonies.notebook.colony import NotebookColony
from tests.programs.jupyter import Jupyter
from tests.programs.kernel import Kernel

EXECUTOR = """
import os, jupyter_colonies
colony = jupyter_colonies.connect()

@colony.function(executor="mortal", executortype="e")
def f(process):
    print("begun")
    while not process.cancelled.wait(600):
        pass

print(os.getpid())
"""


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    with Jupyter(tmp_path_factory.mktemp("jupyter"), "--ColoniesExtension.port=0") as jupyter:
        yield jupyter.hosts()


@pytest.fixture(scope="module")
def kernel(jupyter):
    with Kernel(jupyter) as kernel:
        yield kernel


@pytest.fixture
def colony(jupyter, monkeypatch):
    monkeypatch.setenv(discovery.RUNTIME_VARIABLE, str(jupyter.runtime_file))
    colony = NotebookColony(discovery.find())
    yield colony
    registry.stop_all(timeout=1)
    colony.close()


class Watched:
    """A process that a kernel runs, and what happens to it."""

    def __init__(self, colony):
        self._states = queue.SimpleQueue()
        conditions = {"executortype": "e"}
        self.run = colony.submit([{"nodename": "f", "funcname": "f", "conditions": conditions}])
        self._follower = self.run.follow(
            lambda change: [self._states.put(node.state) for node in change.nodes]
        )
        self.until(State.RUNNING)

    def until(self, state):
        while self._states.get(timeout=90) != state:
            pass

    def end(self):
        self._follower.stop()
        self.run.cancel()

    @property
    def retries(self):
        return self.run.nodes[0].process.retries

    @property
    def said(self):
        return self.run.nodes[0].log().removeprefix("begun\n")


def test_a_killed_kernel(colony, kernel):
    pid = int(kernel.run(EXECUTOR))
    watched = Watched(colony)
    os.kill(pid, signal.SIGKILL)
    watched.until(State.WAITING)
    assert watched.retries == 1
    assert watched.said == (
        "Executor 'mortal' has died: its kernel was ended by signal 9 (SIGKILL). "
        "Waiting for another try\n"
    )
    assert [each.state for each in colony.executors()] == [ExecutorState.UNREGISTERED]
    # Jupyter starts it again; the executor that returns goes on where the former one was.
    kernel.connect_again()
    kernel.run(EXECUTOR)
    watched.until(State.RUNNING)
    assert [(e.executorname, e.state) for e in colony.executors()] == [
        ("mortal", ExecutorState.APPROVED)
    ]
    watched.end()


def test_a_restarted_kernel(colony, kernel):
    kernel.run(EXECUTOR)
    watched = Watched(colony)
    assert kernel.act("POST", "/restart") == 200
    watched.until(State.WAITING)
    assert watched.retries == 0
    assert watched.said == "Executor 'mortal' has left the colony. Waiting for another one\n"
    watched.end()


def test_a_kernel_that_does_not_heed_its_shutdown(colony, jupyter):
    with Kernel(jupyter) as kernel:
        kernel.run(EXECUTOR)
        kernel.run("import atexit, signal; atexit.register(signal.pause)")
        watched = Watched(colony)
        assert kernel.act("DELETE") == 204
    watched.until(State.WAITING)
    assert "has died: its kernel was shut down or restarted" in watched.said
    watched.end()


def test_an_exit_tells_its_code(colony, kernel):
    kernel.run(EXECUTOR)
    watched = Watched(colony)
    kernel.leave("os._exit(3)")
    watched.until(State.WAITING)
    assert "has died: its kernel ended with exit code 3" in watched.said
    watched.end()
