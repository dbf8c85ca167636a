"""Listing, reading, cancelling and removing workflows of any size."""

import pytest

from jupyter_colonies.core.messages import Message, processes, workflows
from jupyter_colonies.core.process import State
from tests.unit.broker.stage import Stage, spec


def chain(length: int):
    return [spec(f"n{index}", *([f"n{index - 1}"] if index else ())) for index in range(length)]


async def cost(stage: Stage, operation: Message, **fields: object) -> int:
    """Number of statements of a call."""
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
