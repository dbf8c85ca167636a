"""The names of executors: who may have one, take one over, and lose it."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from jupyter_colonies.client import discovery
from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import AccessDenied, InvalidRequest
from jupyter_colonies.executor.worker import Worker, WorkerState
from jupyter_colonies.notebook.colony import NotebookColony
from tests.workers import call, result


@pytest.fixture
def colony(notebook_colony):
    return notebook_colony


def test_the_owners_key_does_as_well_as_the_secret(colony_server, colony):
    named = colony.found
    found = discovery.Found(
        endpoint=named.endpoint,
        colonyname=named.colonyname,
        private_key=named.private_key,
        colony_private_key=colony_server.colony_key,
        reason="a test",
    )
    owned = NotebookColony(found)

    def answer(value, process):
        return value

    for value in ("first", "second"):  # the second time the name is taken
        worker = Worker(owned, "e")
        worker.add("f", partial(answer, value))
        worker._registration._owned = False
        worker.start()
        assert worker._registration.leased
        assert result(call(colony, "f")) == [value]
    worker.stop()
    assert [e.state for e in colony.executors()] == [ExecutorState.UNREGISTERED]


def test_without_secret_or_key_the_error_says_what_is_missing(colony):
    named = colony.found
    found = discovery.Found(
        endpoint=named.endpoint,
        colonyname=named.colonyname,
        private_key=named.private_key,
        reason="a test",
    )
    worker = Worker(NotebookColony(found), "e")
    with pytest.raises(AccessDenied, match="COLONIES_COLONY_PRVKEY"):
        worker.start()
    assert worker.state is WorkerState.REFUSED


def test_names_and_numbers_that_cannot_be(colony):
    with pytest.raises(InvalidRequest, match="must not be empty"):
        Worker(colony, "a:b")
    with pytest.raises(InvalidRequest, match="at least one process"):
        Worker(colony, "e", concurrency=0)


def test_an_executor_of_the_same_name_takes_over(colony, changes):
    worker = Worker(colony, "e")
    worker.add("f", lambda process: "first")
    worker.start()
    elsewhere = NotebookColony(colony.found)
    other = Worker(elsewhere, "e")
    other.add("f", lambda process: "second")
    other.colony.portal.run(other._enter())
    call(colony, "f")  # wakes the long poll
    changes(lambda: worker.state is WorkerState.REFUSED)
    assert "another executor has taken its name" in worker.reason


def test_an_executor_that_was_removed_stays_away(colony_server, colony, changes):
    worker = Worker(colony, "e")
    worker.add("f", lambda process: 1)
    worker.start()
    owner = colony.client.signed_by(colony_server.colony_key)
    colony.call(owner.remove_executor(colonyname=colony.name, executorname="e"))
    run = call(colony, "f")  # wakes the long poll
    changes(lambda: worker.state is WorkerState.REFUSED)
    assert "removed from the colony" in worker.reason
    worker.start()
    assert result(run) == [1]


def test_what_a_removed_executor_runs_ends_and_is_given_back(colony, colony_server, changes):
    begun = threading.Event()

    def f(process):
        begun.set()
        assert process.cancelled.wait(60)
        process.check()

    worker = Worker(colony, "e")
    worker.add("f", f)
    worker.start()
    run = call(colony, "f")
    assert begun.wait(30)
    owner = colony.client.signed_by(colony_server.colony_key)
    colony.call(owner.remove_executor(colonyname=colony.name, executorname="e"))
    changes(lambda: worker.state is WorkerState.REFUSED and not worker.running)
    assert "given back" in worker.notice
    assert run.state == State.WAITING
    assert run.nodes[0].log() == (
        "Executor 'e' was removed from the colony. Waiting for another one\n"
    )
