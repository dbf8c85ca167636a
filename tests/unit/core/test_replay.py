"""A run at any moment: as it was, and at the end as it is."""

from datetime import timedelta

import msgspec
from hypothesis import given

from jupyter_colonies.core.history import History
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.process import State
from jupyter_colonies.core.replay import states_at
from jupyter_colonies.core.times import NEVER
from tests.unit.core.simulatedrun import BEGIN, SimulatedRun, simulated_runs

TICK = timedelta(microseconds=1)


def comparable(nodes: list[NodeChange]) -> dict[str, NodeChange]:
    """By name; the order of children says nothing about when they came."""
    return {
        node.processid: msgspec.structs.replace(node, children=sorted(node.children))
        for node in nodes
    }


def history_of(run: SimulatedRun) -> History:
    return History(run.nodes.values(), run.events)


@given(simulated_runs())
def test_each_moment_is_as_it_was(run: SimulatedRun) -> None:
    history = history_of(run)
    assert set(history.moments()) <= set(run.snapshots)
    for moment, snapshot in run.snapshots.items():
        expected = comparable(list(snapshot.values()))
        assert comparable(states_at(history, moment)) == expected
        following = min(
            (each for each in run.snapshots if each > moment), default=moment + 2 * TICK
        )
        assert comparable(states_at(history, following - TICK)) == expected
    assert states_at(history, BEGIN - TICK) == []


@given(simulated_runs())
def test_the_end_is_what_is_known(run: SimulatedRun) -> None:
    history = history_of(run)
    assert states_at(history, history.end) == list(run.nodes.values())


@given(simulated_runs())
def test_nothing_vanishes_and_nothing_finished_changes(run: SimulatedRun) -> None:
    history = history_of(run)
    before: dict[str, NodeChange] = {}
    for moment in history.moments():
        there = {node.processid: node for node in states_at(history, moment)}
        assert set(before) <= set(there)
        for processid, node in before.items():
            if node.state.finished:
                assert there[processid].state == node.state
            assert there[processid].retries >= node.retries
        before = there


@given(simulated_runs())
def test_times_alone_tell_the_last_try(run: SimulatedRun) -> None:
    history = History(run.nodes.values())
    assert not history.exact
    assert states_at(history, history.end) == list(run.nodes.values())
    for moment in history.moments():
        for node in states_at(history, moment):
            started = run.nodes[node.processid].starttime
            if started > moment:
                assert node.state == State.WAITING


def test_what_was_kept_from_an_earlier_run_is_there_from_the_start() -> None:
    run = SimulatedRun({"a": [], "b": ["a"]})
    earlier = BEGIN - timedelta(days=3)
    kept = msgspec.structs.replace(
        run.nodes["a"], state=State.SUCCESS, keptfrom="x", submissiontime=earlier,
        starttime=earlier, endtime=earlier,
    )  # fmt: skip
    run.nodes["a"] = kept
    run.pass_time(1)
    run.start("b", "ada")
    history = history_of(run)
    assert history.begin == BEGIN
    at_first = {node.processid: node for node in states_at(history, BEGIN)}
    assert at_first["a"] == kept
    assert (at_first["b"].state, at_first["b"].starttime) == (State.WAITING, NEVER)


def test_an_empty_history_has_no_moments() -> None:
    history = History([], [])
    assert history.moments() == []
    assert states_at(history, BEGIN) == []
