"""A notebook's colony on a server of its own, and what tests ask of its executors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jupyter_colonies.client import discovery
from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.errors import ProcessFailed
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.worker import Worker
from jupyter_colonies.notebook.colony import NotebookColony
from jupyter_colonies.testing import RunningServer

Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def notebook_colony(
    colony_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[NotebookColony]:
    """The colony of a fresh server, as a notebook has it; its executors end with the test."""
    monkeypatch.setenv(discovery.RUNTIME_VARIABLE, str(colony_server.runtime_file))
    colony = NotebookColony(discovery.find())
    yield colony
    registry.stop_all(timeout=1)
    colony.close()


@pytest.fixture
def changes() -> Iterator[Until]:
    """Wait until something holds for the workers; looked at after each of their changes."""
    happened = threading.Condition()

    def observer(_: Worker) -> None:
        with happened:
            happened.notify_all()

    def until(holds: Callable[[], object]) -> None:
        with happened:
            assert happened.wait_for(holds, timeout=60)

    stop = registry.observe(observer)
    yield until
    stop()


def call(
    colony: NotebookColony,
    funcname: str,
    *args: Any,
    executortype: str = "e",
    single: bool = True,
    **fields: Any,
) -> Run:
    """Submit one process, alone or as the only one of a workflow."""
    spec = {
        "funcname": funcname,
        "nodename": funcname,
        "args": list(args),
        "conditions": {"executortype": executortype},
        **fields,
    }
    return colony.submit(spec if single else [spec])


def result(run: Run) -> list[Any] | None:
    """What the only process of a run put out."""
    return run.wait(30, progress=False).nodes[0].output


def errors(run: Run) -> list[str]:
    """Why the only process of a run failed."""
    with pytest.raises(ProcessFailed):
        run.wait(30, progress=False)
    return run.nodes[0].errors
