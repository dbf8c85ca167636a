"""Adding, packing, reading and removing generators (protocol part 02, section 9)."""

from __future__ import annotations

import msgspec

from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.crons import CHECKER_PERIOD
from jupyter_colonies.broker.generatorruns import fire_one
from jupyter_colonies.broker.signals import GENERATORS, ColonyChanged, Due, Packed
from jupyter_colonies.core import identity
from jupyter_colonies.core.generator import Generator, check_trigger
from jupyter_colonies.core.member import check_name
from jupyter_colonies.core.messages import Empty, monitor
from jupyter_colonies.core.messages import generators as messages
from jupyter_colonies.core.messages.generators import (
    AddGenerator,
    ListGenerators,
    NamedGenerator,
    OneGenerator,
    PackGenerator,
    SwitchGenerator,
)
from jupyter_colonies.core.template import workflow_in
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import InvalidRequest, NameTaken, UnknownObject
from jupyter_colonies.store import generators, members
from jupyter_colonies.store.statement import Row


@answers(messages.ADD_GENERATOR)
def add_generator(call: Call, request: AddGenerator) -> Generator:
    """Keep a generator for the caller (protocol part 02, section 9.2)."""
    generator = request.generator or Generator()
    tx = call.tx
    workflow_in(generator.workflowspec, call.colonyname)
    check_trigger(generator.trigger)
    check_name(generator.name, "generator")
    tx.lock(members.LOCK_COLONY, colonyname=call.colonyname)
    if tx.one(generators.BY_NAME, colonyname=call.colonyname, name=generator.name) is not None:
        raise NameTaken(
            f"Generator with name <{generator.name}> in Colony <{call.colonyname}> already exists"
        )
    values: dict[str, object] = {
        "generatorid": identity.new_id(),
        "colonyname": call.colonyname,
        "name": generator.name,
        "initiatorid": call.caller.id,
        "initiatorname": call.caller.name,
        "trigger": generator.trigger,
        "timeout": generator.timeout,
        "firstpack": 0,
        "lastrun": 0,
        "due": 0,
        "disabled": int(generator.disabled is True),
        "workflowspec": generator.workflowspec,
    }
    tx.run(generators.INSERT, **values)
    tx.announce(ColonyChanged(call.colonyname, monitor.GENERATORS))
    return described(values)


@answers(messages.GET_GENERATOR)
def get_generator(call: Call, _: OneGenerator) -> Generator:
    """One generator, with the length of its queue."""
    return _with_queue(call, call.row)


@answers(messages.RESOLVE_GENERATOR)
def resolve_generator(call: Call, request: NamedGenerator) -> Generator:
    """The generator of a name."""
    row = call.tx.one(generators.BY_NAME, colonyname=request.colonyname, name=request.generatorname)
    if row is None:
        raise UnknownObject(
            "Failed to resolve generator, generator is nil: there is no generator "
            f"'{request.generatorname}'"
        )
    return described(row)


@answers(messages.GET_GENERATORS)
def get_generators(call: Call, request: ListGenerators) -> list[Generator]:
    """The first generators of a colony, in the order they were added."""
    if request.count < 0:
        raise InvalidRequest("Failed to get generators, count must not be negative")
    rows = call.tx.select(generators.listing(request.colonyname, request.count))
    return [described(row) for row in rows]


@answers(messages.PACK_GENERATOR)
def pack_generator(call: Call, request: PackGenerator) -> Empty:
    """Queue an argument; it is on disk when this is answered."""
    generator = call.row
    call.tx.run(generators.PACK, generator=generator["seq"], arg=request.arg)
    if not generator["firstpack"]:
        call.tx.run(generators.FIRST_PACK, at_seq=generator["seq"], now=call.tx.now)
    call.tx.announce(Packed(generator["seq"]))
    call.tx.announce(ColonyChanged(generator["colonyname"], monitor.GENERATORS))
    return Empty()


@answers(messages.SWITCH_GENERATOR)
def switch_generator(call: Call, request: SwitchGenerator) -> Generator:
    """Let a generator keep what is packed, or start what it has enough for."""
    seq, disabled = call.row["seq"], int(not request.enabled)
    call.tx.run(generators.SWITCH, at_seq=seq, new_disabled=disabled)
    call.tx.announce(ColonyChanged(call.row["colonyname"], monitor.GENERATORS))
    if request.enabled:
        call.tx.announce(Packed(seq))
    return _with_queue(call, {**call.row, "disabled": disabled})


@answers(messages.RUN_GENERATOR)
def run_generator(call: Call, _: OneGenerator) -> Generator:
    """Start a generator's workflow with what is packed, though it may be less than its trigger.

    Raises InvalidRequest if nothing is packed.
    """
    queue = call.tx.one(generators.QUEUE_SIZE, at_seq=call.row["seq"])
    if not queue or not queue["count"]:
        raise InvalidRequest(
            f"Failed to run generator, nothing is packed for '{call.row['name']}': pack an "
            "argument first"
        )
    call.tx.end_batch()
    changed = fire_one(call.tx, call.facts, call.row, now=True)
    if changed["due"]:
        call.tx.announce(Due(changed["due"], GENERATORS))
    return _with_queue(call, changed)


@answers(messages.REMOVE_GENERATOR)
def remove_generator(call: Call, _: OneGenerator) -> Empty:
    """Remove a generator with its queue; what it started goes on."""
    for statement in generators.REMOVE:
        call.tx.run(statement, at_seq=call.row["seq"])
    call.tx.announce(ColonyChanged(call.row["colonyname"], monitor.GENERATORS))
    return Empty()


def _with_queue(call: Call, row: Row) -> Generator:
    generator = described(row)
    queue = call.tx.one(generators.QUEUE_SIZE, at_seq=row["seq"])
    generator.queuesize = queue["count"] if queue else 0
    generator.checkerperiod = CHECKER_PERIOD
    return generator


def described(row: Row) -> Generator:
    """A generator as it is told."""
    return Generator(
        generatorid=row["generatorid"],
        initiatorid=row["initiatorid"],
        initiatorname=row["initiatorname"],
        colonyname=row["colonyname"],
        name=row["name"],
        workflowspec=row["workflowspec"],
        trigger=row["trigger"],
        timeout=row["timeout"],
        firstpack=to_wire(row["firstpack"]),
        lastrun=to_wire(row["lastrun"]),
        disabled=bool(row["disabled"]) or msgspec.UNSET,
    )
