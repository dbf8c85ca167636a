"""Tries and their rows: nothing is lost, nothing overlaps, waiting is counted once."""

from datetime import datetime, timedelta

from hypothesis import given

from jupyter_colonies.core.gantt import NO_EXECUTOR, rows
from jupyter_colonies.core.history import History
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.core.tries import tries
from tests.unit.core.simulatedrun import BEGIN, SimulatedRun, simulated_runs


def after(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


@given(simulated_runs())
def test_every_start_is_one_bar(run: SimulatedRun) -> None:
    history = History(run.nodes.values(), run.events)
    found = tries(history)
    started: dict[str, int] = {}
    state: dict[str, State] = {}
    for event in run.events:
        if event.state == State.RUNNING != state.get(event.processid):
            started[event.processid] = started.get(event.processid, 0) + 1
        state[event.processid] = event.state
    assert sum(each.begun for each in found) == sum(started.values())
    for each in found:
        assert each.ready <= each.start or not each.begun
        assert each.start <= each.until(run.now)
        if each.begun and each.end == NEVER:
            assert run.nodes[each.node.processid].state == State.RUNNING
    assert {each.node.processid for each in found if not each.begun} == set(run.ready())


@given(simulated_runs())
def test_bars_of_a_lane_do_not_overlap(run: SimulatedRun) -> None:
    found = tries(History(run.nodes.values(), run.events))
    made = rows(found, run.now)
    assert sum(len(row.bars) for row in made) == sum(each.begun for each in found)
    for row in made:
        assert {lane for lane, _ in row.bars} == set(range(row.lanes))
        free = [BEGIN] * row.lanes
        for lane, each in row.bars:
            assert each.start >= free[lane]
            free[lane] = each.until(run.now)
        ran = sum((each.until(run.now) - each.start for _, each in row.bars), timedelta())
        assert row.busy <= ran
        assert row.busy <= run.now - BEGIN
        if row.lanes == 1:
            assert row.busy == ran


def test_a_process_that_was_tried_twice_has_two_bars() -> None:
    run = SimulatedRun({"a": []})
    run.pass_time(2)
    run.start("a", "ada")
    run.pass_time(3)
    run.give_back("a", retry=True)
    run.pass_time(1)
    run.start("a", "bob")
    run.pass_time(4)
    run.finish("a", State.SUCCESS)
    found = tries(History(run.nodes.values(), run.events))
    told = [(t.executorname, t.number, t.ready, t.start, t.end, t.state) for t in found]
    assert told == [
        ("ada", 1, after(0), after(2), after(5), State.WAITING),
        ("bob", 2, after(5), after(6), after(10), State.SUCCESS),
    ]
    ada, bob = rows(found, run.now)
    whole = run.now - BEGIN
    assert ada.text(whole) == "1 run; busy 30% of the time, idle 7.0 s"
    assert bob.text(whole) == "1 run; busy 40% of the time, idle 6.0 s"


def test_several_at_a_time_take_lanes_and_are_busy_once() -> None:
    run = SimulatedRun({"a": [], "b": []})
    run.start("a", "")
    run.start("b", "")
    run.pass_time(10)
    (row,) = rows(tries(History(run.nodes.values(), run.events)), run.now)
    assert (row.executorname, row.lanes, row.busy) == (NO_EXECUTOR, 2, timedelta(seconds=10))
    assert row.text(timedelta()) == "2 runs, up to 2 at a time; busy 0% of the time, idle 0.00 s"
