"""Listing, reading, cancelling and removing workflows of any size."""

import asyncio
import re
from functools import partial

import pytest
from sqlalchemy import func, select

from jupyter_colonies.broker import arrival, remainders, workflow
from jupyter_colonies.broker.call import Call, Facts
from jupyter_colonies.broker.remainders import Remainder
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.broker.workflow import Arriving
from jupyter_colonies.core import identity
from jupyter_colonies.core.messages import Message, colonies, processes, workflows
from jupyter_colonies.core.policy import Caller
from jupyter_colonies.core.process import State
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec
from jupyter_colonies.errors import (
    AccessDenied,
    InvalidRequest,
    InvalidWorkflow,
    NothingToAssign,
    StorageFailed,
    UnknownObject,
)
from jupyter_colonies.store import graphs, removal
from jupyter_colonies.store import processes as statements
from jupyter_colonies.store import remainders as rest
from jupyter_colonies.store.remainders import Purpose
from jupyter_colonies.store.statement import Transaction
from tests.unit.broker.stage import Clock, Stage, spec


def chain(length: int):
    return [spec(f"n{index}", *([f"n{index - 1}"] if index else ())) for index in range(length)]


async def cost(stage: Stage, operation: Message, **fields: object) -> int:
    """Number of statements of a call, with nothing else going on."""
    await stage.settled()
    before = stage.broker.store.statements
    await stage.call(operation, stage.user, **fields)
    return stage.broker.store.statements - before


async def listed(stage: Stage, state: State = State.WAITING):
    return await stage.call(
        workflows.GET_GRAPHS, stage.user, colonyname="dev", count=100, state=int(state)
    )


async def test_listing_takes_the_same_statements_for_any_number_of_workflows_of_any_size(stage):
    costs = set()
    for number, size in ((1, 10), (30, 10), (1, 1000)):
        for _ in range(number):
            await stage.submit_workflow(*chain(size))
        costs.add(await cost(stage, workflows.GET_GRAPHS, colonyname="dev", count=100, state=0))
    assert len(costs) == 1
    assert [len(graph.processids) for graph in await listed(stage)] == [1000, *[10] * 31]


async def test_each_listed_workflow_shows_its_own_processes(stage):
    submitted = [await stage.submit_workflow(*chain(size)) for size in (3, 1, 2)]
    shown = [
        await stage.call(workflows.GET_GRAPH, stage.user, processgraphid=graph)
        for graph in submitted
    ]
    assert [
        (graph.processgraphid, graph.processids) for graph in reversed(await listed(stage))
    ] == [(graph.processgraphid, graph.processids) for graph in shown]
    assert [len(graph.rootprocessids) for graph in await listed(stage)] == [1, 1, 1]


@pytest.mark.parametrize("count", [1, 100])
async def test_reading_takes_the_same_statements_in_any_workflow(stage, count):
    costs = set()
    for size in (100, 1000):
        graph = await stage.submit_workflow(*chain(size))
        costs.add(
            (
                await cost(stage, workflows.GET_GRAPH, processgraphid=graph),
                await cost(
                    stage,
                    processes.GET_PROCESSES,
                    colonyname="dev",
                    processgraphid=graph,
                    state=0,
                    count=count,
                ),
            )
        )
    assert len(costs) == 1


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of a few processes, so that small workflows are large."""
    monkeypatch.setattr(remainders, "PART", 3)


async def stored(stage: Stage) -> int:
    """Number of rows about processes, whoever may see them."""

    def count(tx: Transaction) -> int:
        return sum(
            tx.select(select(func.count().label("many")).select_from(table))[0]["many"]
            for table in (
                statements.processes,
                statements.edges,
                statements.attributes,
                graphs.graphs,
                graphs.events,
                rest.remainders,
            )
        )

    return await stage.broker.store.read(count)


async def half_stored(stage: Stage, *specs: FunctionSpec) -> Arriving:
    """The state after a server was killed while it stored a workflow."""
    store = stage.broker.store
    checked = workflow.checked(WorkflowSpec(colonyname="dev", functionspecs=list(specs)))
    arriving = await store.write(lambda tx: workflow.arrive(asked(stage, tx), checked))
    part = arriving.part(0, len(specs) - 1, queued=False)
    await store.write(lambda tx: arrival.store_part(tx, arriving, part))
    return arriving


def asked(stage: Stage, tx: Transaction) -> Call:
    return Call(tx, stage.broker.facts, Caller(stage.user, username="ada"), "dev")


async def carried_on(stage: Stage) -> None:
    """Everything that was left over is done, once its time has come."""
    stage.clock.advance(61)
    while await stage.broker.store.write(remainders.carry_on):
        pass


async def graph_of(stage: Stage, processgraphid: str):
    return await stage.call(workflows.GET_GRAPH, stage.user, processgraphid=processgraphid)


async def waiting(stage: Stage):
    return await stage.call(
        processes.GET_PROCESSES, stage.user, colonyname="dev", count=100, state=0
    )


async def test_a_workflow_in_parts_is_as_one_in_one_piece(stage, small_parts):
    specs = [spec("a"), spec("b", env={"K": "V"}), *(spec(f"c{n}", "a", "b") for n in range(6))]
    large = await graph_of(stage, await stage.submit_workflow(*specs, spec("z", *"ab")))
    assert len(large.processids) == 9
    assert len(large.rootprocessids) == 2
    first, second = await stage.assign(), await stage.assign()
    assert (first.spec.nodename, second.spec.nodename) == ("a", "b")
    assert second.spec.env == {"K": "V"}
    await stage.close(first, 1)
    with pytest.raises(NothingToAssign):
        await stage.assign()
    await stage.close(second, 2)
    for name in ("c0", "c1", "c2", "c3", "c4", "c5", "z"):
        process = await stage.assign()
        assert (process.spec.nodename, process.input) == (name, [1, 2])
        await stage.close(process)
    assert (await graph_of(stage, large.processgraphid)).state == State.SUCCESS


async def test_more_roots_than_a_part_holds_are_all_assigned(stage, small_parts):
    polls = [asyncio.create_task(stage.assign(wait=60)) for _ in range(10)]
    await stage.waiting(10)
    graph = await stage.submit_workflow(*(spec(f"n{n}", maxwaittime=60) for n in range(10)))
    taken = await asyncio.gather(*polls)
    assert {process.processgraphid for process in taken} == {graph}
    assert {process.spec.nodename for process in taken} == {f"n{n}" for n in range(10)}
    assert all((process.waitdeadline - process.submissiontime).seconds >= 60 for process in taken)


async def test_others_get_in_between_the_parts(stage, small_parts):
    arriving = await half_stored(stage, *chain(9))
    other = await stage.submit()
    assert (await stage.assign()).processid == other.processid
    store, last = stage.broker.store, arriving.part(8, 9, queued=False)
    await store.write(lambda tx: arrival.store_part(tx, arriving, last))
    await store.write(lambda tx: arrival.appear(asked(stage, tx), arriving))
    assert len((await listed(stage))[0].processids) == 9
    assert (await stage.assign()).spec.nodename == "n0"


async def test_what_is_half_stored_is_seen_by_nobody(stage, small_parts):
    arriving = await half_stored(stage, *(spec(f"n{n}") for n in range(5)))
    assert await waiting(stage) == []
    assert await listed(stage) == []
    statistics = await stage.call(colonies.GET_COLONY_STATISTICS, stage.user, colonyname="dev")
    assert (statistics.waitingprocesses, statistics.waitingworkflows) == (0, 0)
    history = {"colonyname": "dev", "seconds": 3600, "state": 0}
    assert await stage.call(processes.GET_PROCESS_HISTORY, stage.user, **history) == []
    with pytest.raises(NothingToAssign):
        await stage.assign()
    await remainders.finish(stage.broker.store, arriving.remainder)
    assert await stored(stage) == 0


async def test_what_a_killed_server_had_stored_is_removed(stage, small_parts):
    arriving = await half_stored(stage, *chain(9))
    assert await stored(stage)
    await carried_on(stage)
    assert await stored(stage) == 0
    with pytest.raises(StorageFailed, match="submit it again"):
        await stage.broker.store.write(lambda tx: arrival.appear(asked(stage, tx), arriving))


async def test_the_only_server_of_a_database_cleans_up_when_it_starts(tmp_path, small_parts):
    facts, clock = Facts(identity.new_id(), "secret"), Clock()
    broker = Broker(tmp_path / "colonies.db", facts, clock=clock)
    await broker.start()
    await half_stored(Stage(broker, clock), *chain(9))
    await broker.stop()
    broker = Broker(tmp_path / "colonies.db", facts, clock=clock)
    await broker.start()
    stage = Stage(broker, clock)
    await stage.settled()
    assert await stored(stage) == 0
    await broker.stop()


async def test_a_killed_server_left_roots_outside_of_the_queue(stage, small_parts):
    arriving = await half_stored(stage, *(spec(f"n{n}") for n in range(8)))
    last = arriving.part(7, 8, queued=False)
    store = stage.broker.store
    await store.write(lambda tx: arrival.store_part(tx, arriving, last))
    await store.write(lambda tx: arrival.appear(asked(stage, tx), arriving))
    assert len((await listed(stage))[0].processids) == 8
    await carried_on(stage)
    assert {(await stage.assign()).spec.nodename for _ in range(8)} == {f"n{n}" for n in range(8)}


@pytest.mark.parametrize(
    ("fault", "error"),
    [({"cpu": "many m"}, InvalidWorkflow), ({"priority": 99_999}, InvalidRequest)],
    ids=["cpu", "priority"],
)
async def test_a_fault_anywhere_refuses_all_of_it(stage, small_parts, fault, error):
    with pytest.raises(error):
        await stage.submit_workflow(*chain(9), spec("last", "n8", **fault))
    assert await stored(stage) == 0


async def test_a_stranger_is_refused_before_the_workflow_is_looked_at(stage, small_parts):
    stage.user = identity.new_id()
    with pytest.raises(AccessDenied):
        await stage.submit_workflow(*(spec("same") for _ in range(9)))


async def test_cancelling_ends_everything_that_is_not_finished(stage, small_parts):
    graph = await stage.submit_workflow(*(spec(f"n{n}") for n in range(10)))
    await stage.close(await stage.assign())
    await stage.assign()
    await stage.call(workflows.CANCEL_GRAPH, stage.user, processgraphid=graph)
    found = await graph_of(stage, graph)
    assert found.state == State.CANCELLED
    states = [(await stage.get(processid)).state for processid in found.processids]
    assert sorted(states) == [State.SUCCESS, *[State.CANCELLED] * 9]
    with pytest.raises(NothingToAssign):
        await stage.assign()


async def test_a_cancellation_that_was_begun_is_completed(stage, small_parts):
    graph = await stage.submit_workflow(*chain(10))
    seq = await stage.broker.store.read(
        lambda tx: tx.one(graphs.BY_ID, processgraphid=graph)["seq"]
    )
    begun = Remainder(seq, "dev", Purpose.CANCEL)
    await stage.broker.store.write(lambda tx: remainders.begin(tx, begun))
    await stage.broker.store.write(lambda tx: remainders.step(tx, begun))
    await carried_on(stage)
    assert (await graph_of(stage, graph)).state == State.CANCELLED
    assert await waiting(stage) == []


@pytest.mark.parametrize("ended", [False, True], ids=["waiting", "ended"])
async def test_removing_leaves_nothing(stage, small_parts, ended):
    graph = await stage.submit_workflow(*(spec(f"n{n}", env={"K": "V"}) for n in range(10)))
    if ended:
        for _ in range(10):
            await stage.close(await stage.assign())
    await stage.call(workflows.REMOVE_GRAPH, stage.user, processgraphid=graph)
    with pytest.raises(UnknownObject):
        await graph_of(stage, graph)
    assert await stored(stage) == 0


async def test_a_running_workflow_is_not_removed(stage, small_parts):
    graph = await stage.submit_workflow(*chain(10))
    await stage.assign()
    with pytest.raises(InvalidRequest, match="running"):
        await stage.call(workflows.REMOVE_GRAPH, stage.user, processgraphid=graph)
    assert len((await graph_of(stage, graph)).processids) == 10


async def costs_of_parts(stage: Stage, remainder: Remainder) -> list[int]:
    """Number of statements of each part of a change."""

    left: Remainder | None = remainder
    costs = []
    while left is not None:
        left, cost = await stage.broker.store.write(partial(counted_step, remainder=left))
        costs.append(cost)
    return costs


def counted_step(tx: Transaction, remainder: Remainder) -> tuple[Remainder | None, int]:
    return remainders.step(tx, remainder), tx.statements


async def test_a_part_costs_the_same_in_any_workflow(stage, small_parts):
    store = stage.broker.store
    found = []
    for size in (30, 90):
        arriving = await half_stored(stage, *chain(size))
        last = arriving.part(size - 1, size, queued=False)
        await store.write(lambda tx, a=arriving, p=last: arrival.store_part(tx, a, p))
        await store.write(lambda tx, a=arriving: arrival.appear(asked(stage, tx), a))
        ended = Remainder(arriving.seq, "dev", Purpose.REMOVE)
        await store.write(lambda tx, e=ended: remainders.begin(tx, e))
        costs = await costs_of_parts(stage, ended)
        # As many parts to cancel as to remove, the moment between, and the last look.
        assert len(costs) == 2 * size / remainders.PART + 2
        found.append(set(costs))
    assert found[0] == found[1]
    assert max(found[0]) <= 12
    assert await stored(stage) == 0


async def test_no_statement_about_a_workflow_reads_a_whole_table(tmp_path):
    broker = Broker(tmp_path / "colonies.db", Facts(identity.new_id(), "secret"))
    await broker.start()
    parameters = {"graphseq": 1, "of_graph": 1, "after": 0, "last": 9, "many": 9, "key_0": 1}
    parameters |= {"now": 0, "new_state": 4, "colonyname": "dev", "of_state": 2, "before": 9}
    about = (
        graphs.vertices_of(1),
        graphs.edges_of(1),
        graphs.END_OF_PART,
        graphs.REMOVE_EVENTS,
        removal.STANDALONE,
        removal.GRAPHS,
        *graphs.REMOVE_PART,
        statements.END_PART,
        statements.OPEN_PART,
    )

    def plans(tx: Transaction) -> list[str]:
        found = []
        for statement in about:
            text, constants = statement.compiled(tx._dialect)
            rows = tx._connection.execute(f"EXPLAIN QUERY PLAN {text}", {**constants, **parameters})
            found += [row["detail"] for row in rows]
        return found

    details = await broker.store.write(plans)
    await broker.stop()
    assert details
    assert not [each for each in details if re.match(r"SCAN (?!next|\(subquery)", each)]
