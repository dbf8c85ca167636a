"""Whoever asks for work gets what comes first of what fits (protocol part 02, section 4.3)."""

import random
from typing import Any

import pytest

from jupyter_colonies.broker.take import UNLIMITED
from jupyter_colonies.core.messages import executors, processes
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.core.quantity import cpu_millicores, memory_bytes
from jupyter_colonies.errors import NothingToAssign
from tests.unit.broker.stage import Stage, spec

CPU = ["", "500m", "1000m", "1001m", "64000m"]
MEM = ["", "256Mi", "1Gi", "1025Mi", "2Ti"]
NAMES = [None, None, ["e1"], ["e2"], ["e1", "e2"], ["e2", "e3"], ["e1", "e2", "e3"], ["x", "y"]]
PLACES = ["", "", "here", "HERE", "there"]
EXECUTORS = {"e1": "", "e2": "Here", "e3": "there"}
MORE_THAN_ARE_LOOKED_AT = 800


def first_that_fit(
    waiting: list[Process], name: str, count: int, limits: dict[str, str]
) -> list[Process]:
    """The rule, word for word."""

    cpu, mem = limits["availablecpu"], limits["availablemem"]

    def fits(process: Process) -> bool:
        wanted = process.spec.conditions
        named = wanted.executornames or []
        return (
            (not named or name in named)
            and process.spec.locationname.lower() in ("", EXECUTORS[name].lower())
            and cpu_millicores(wanted.cpu) <= (cpu_millicores(cpu) if cpu else UNLIMITED)
            and memory_bytes(wanted.mem) <= (memory_bytes(mem) if mem else UNLIMITED)
        )

    return sorted(filter(fits, waiting), key=lambda process: process.prioritytime)[:count]


@pytest.mark.parametrize("seed", range(5))
async def test_whoever_asks_gets_what_the_rule_says(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    for name in ("e2", "e3"):
        await stage.add_executor(name, locationname=EXECUTORS[name])
    await stage.submit_workflow(
        *(
            spec(
                f"n{index}",
                executornames=chance.choice(NAMES),
                locationname=chance.choice(PLACES),
                cpu=chance.choice([*CPU, f"{chance.randint(1, 2000)}m"]),
                mem=chance.choice([*MEM, f"{chance.randint(1, 2000)}Mi"]),
                priority=chance.choice([0, 0, 1, 5]),
            )
            for index in range(95)
        )
    )
    waiting = await stage.call(
        processes.GET_PROCESSES, stage.user, colonyname="dev", count=100, state=int(State.WAITING)
    )
    for _ in range(40):
        name, count = chance.choice(list(EXECUTORS)), chance.choice([1, 2, 5])
        limits: Any = {
            "availablecpu": chance.choice([*CPU, f"{chance.randint(1, 2000)}m"]),
            "availablemem": chance.choice([*MEM, f"{chance.randint(1, 2000)}Mi"]),
        }
        expected = first_that_fit(waiting, name, count, limits)
        taken = await _taken(stage, name, count, limits)
        assert [each.processid for each in taken] == [each.processid for each in expected]
        waiting = [each for each in waiting if each not in expected]


async def _taken(stage: Stage, name: str, count: int, limits: Any) -> list[Process]:
    try:
        if count == 1:
            return [await stage.assign(name, -1, **limits)]
        return await stage.assign_several(count, name, -1, **limits)
    except NothingToAssign:
        return []


def large(kind: str, index: int) -> dict[str, str]:
    """What is too large for 1000m and 1Gi: of one size, or each of another."""
    sizes = {
        "cpu": {"cpu": "1001m"},
        "memory": {"cpu": "1000m", "mem": "1025Mi"},
        "cpu of many sizes": {"cpu": f"{1001 + index}m"},
        "memory of many sizes": {"cpu": f"{1 + index}m", "mem": f"{1025 + index}Mi"},
    }
    return sizes[kind]


LARGE = ["cpu", "memory", "cpu of many sizes", "memory of many sizes"]


@pytest.mark.parametrize("kind", LARGE)
@pytest.mark.parametrize("named", [None, ["e1"], ["e1", "e2"]], ids=str)
async def test_what_fits_is_found_behind_much_that_is_too_large(stage: Stage, kind, named) -> None:
    many = range(MORE_THAN_ARE_LOOKED_AT)
    await stage.submit_workflow(
        *(spec(f"n{i}", executornames=named, **large(kind, i)) for i in many)
    )
    sizes = [("1000m", "1Gi"), ("1m", ""), ("", "1Mi"), ("1000m", "1Gi"), ("2m", "2Mi")]
    behind = [await stage.submit(executornames=named, cpu=cpu, mem=mem) for cpu, mem in sizes]
    limits: Any = {"availablecpu": "1000m", "availablemem": "1Gi"}
    found = [
        process.processid
        for process in (
            await stage.assign(**limits),
            *(await stage.assign_several(9, **limits)),
        )
    ]
    assert found == [process.processid for process in behind]
    with pytest.raises(NothingToAssign):
        await stage.assign(**limits)
    assert (await stage.assign()).spec.nodename == "n0"


async def test_who_names_several_is_ready_when_its_parents_are_done(stage: Stage) -> None:
    """And again when it comes back, and no longer once it has ended."""
    await stage.add_executor("e2")
    both = ["e1", "e2"]
    await stage.submit_workflow(spec("first"), spec("second", "first", executornames=both))
    first = await stage.assign()
    with pytest.raises(NothingToAssign):
        await stage.assign("e2")
    await stage.close(first)
    second = await stage.assign("e2")
    with pytest.raises(NothingToAssign):
        await stage.assign()
    await stage.call(executors.REMOVE_EXECUTOR, stage.owner, colonyname="dev", executorname="e2")
    assert (await stage.assign()).processid == second.processid
    alone = await stage.submit(executornames=both)
    await stage.call(processes.CANCEL_PROCESS, stage.user, processid=alone.processid)
    with pytest.raises(NothingToAssign):
        await stage.assign()
