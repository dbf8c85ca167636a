"""Executors that run several processes at a time, at servers that know batches and that don't."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from jupyter_colonies.core.messages import Message, processes
from jupyter_colonies.core.messages.registry import declare, withdraw
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import ProcessFailed
from jupyter_colonies.executor.exchange import LARGEST_SHARED
from jupyter_colonies.executor.worker import Worker

MANY = 64
BATCHED = (processes.ASSIGN_PROCESSES, processes.CLOSE_PROCESSES)
SINGLE = (processes.CLOSE_SUCCESSFUL, processes.CLOSE_FAILED)


@pytest.fixture
def colony(notebook_colony):
    return notebook_colony


@pytest.fixture
def asked(colony_server, monkeypatch):
    """How often the server was asked for what."""
    counter: Counter[Message] = Counter()
    call = colony_server.broker.call

    def counted(message, *args, **fields):
        counter[message] += 1
        return call(message, *args, **fields)

    monkeypatch.setattr(colony_server.broker, "call", counted)
    return counter


@pytest.fixture
def forget_batches():
    """Makes the server one that does not know the batched messages."""
    forgotten = []

    def forget():
        for message in BATCHED:
            withdraw(message)
            forgotten.append(message)

    yield forget
    for message in forgotten:
        declare(message)


def work(colony, many=MANY):
    node = {"funcname": "f", "conditions": {"executortype": "e"}}
    return colony.submit([node | {"nodename": f"n{i}", "args": [i]} for i in range(many)])


def start(colony, concurrency, runnable=lambda process: process.args[0] * 2):
    worker = Worker(colony, "e", concurrency=concurrency)
    worker.add("f", runnable)
    worker.start()
    return worker


def outputs(run):
    return [node.output for node in run.wait(60, progress=False).nodes]


DOUBLED = [[2 * index] for index in range(MANY)]


def test_several_at_a_time_travel_together(colony, asked):
    run = work(colony)
    start(colony, 8)
    assert outputs(run) == DOUBLED
    assert asked[processes.ASSIGN_PROCESSES] < MANY / 2
    requests = sum(asked[message] for message in (processes.CLOSE_PROCESSES, *SINGLE))
    assert asked[processes.CLOSE_PROCESSES] > 0
    assert requests < MANY / 2


def test_never_more_than_the_concurrency_at_a_time(colony):
    crowds = []

    def runnable(process):
        crowds.append(len(worker.running))
        return process.args[0] * 2

    run = work(colony)
    worker = Worker(colony, "e", concurrency=8)
    worker.add("f", runnable)
    worker.start()
    assert outputs(run) == DOUBLED
    assert max(crowds) <= 8


def test_one_at_a_time_sends_the_protocols_own_messages(colony, asked):
    run = work(colony, 4)
    start(colony, 1)
    assert outputs(run) == DOUBLED[:4]
    assert not any(asked[message] for message in BATCHED)
    assert asked[processes.CLOSE_SUCCESSFUL] == 4


def test_a_server_without_batches_gets_the_protocols_own_messages(colony, asked, forget_batches):
    forget_batches()
    run = work(colony)
    start(colony, 8)
    assert outputs(run) == DOUBLED
    assert asked[processes.CLOSE_SUCCESSFUL] == MANY


def test_a_server_that_knows_batches_no_longer_loses_no_result(colony, asked, forget_batches):
    go_on = threading.Event()
    began = threading.Barrier(9)

    def runnable(process):
        if not go_on.is_set():
            began.wait(30)
            go_on.wait(30)
        return process.args[0] * 2

    run = work(colony)
    start(colony, 8, runnable)
    began.wait(30)
    forget_batches()
    go_on.set()
    assert outputs(run) == DOUBLED
    assert asked[processes.CLOSE_PROCESSES] == 0
    assert asked[processes.CLOSE_SUCCESSFUL] == MANY


def test_results_of_each_kind_in_one_batch(colony):
    together = threading.Barrier(4)

    def runnable(process):
        together.wait(30)
        number = process.args[0]
        if number == 1:
            raise ValueError("broken")
        if number == 2:
            return "x" * LARGEST_SHARED
        print("said before the end")
        return number

    run = work(colony, 4)
    worker = start(colony, 4, runnable)
    with pytest.raises(ProcessFailed):
        run.wait(60, progress=False)
    worker.stop()
    ended = [colony.process(node.processid) for node in run.nodes]
    assert [process.state for process in ended] == [
        State.SUCCESS,
        State.FAILED,
        State.SUCCESS,
        State.SUCCESS,
    ]
    assert "broken" in ended[1].errors[0]
    assert len(ended[2].output[0]) == LARGEST_SHARED
    assert [line.message for line in colony.logs(ended[3].processid)] == ["said before the end\n"]
    assert (worker.done, worker.failed) == (3, 1)
