"""Changes of large workflows: done in parts, so that nobody waits long for the writer.

A remainder in the store says what is left. Each part is a transaction of its own and others get
in between. Whoever began a change carries it out before the request is answered; what a server
that was killed left over is carried on with when its time is over, or at the next start.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

from jupyter_colonies.broker import transition
from jupyter_colonies.broker.duty import Duty
from jupyter_colonies.broker.signals import CRONS, Due
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.store import channels, graphs, processes, remainders
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.remainders import Purpose
from jupyter_colonies.store.statement import Transaction

# Processes in a part. A part takes some ten milliseconds, the longest that others wait for it.
PART = 1000
EVENTS = 4
# Nanoseconds without a sign of life after which another server carries on.
SILENCE = 60 * SECOND
DUTY = "remainders"

_log = logging.getLogger(__name__)


Step = Callable[[Transaction, "Remainder", int], "Remainder | None"]
StepT = TypeVar("StepT", bound=Step)


class Remainder(NamedTuple):
    """Which workflow of which colony, what is to happen with it, and what is to be done then.

    The number 0 stands for the whole colony.
    """

    graphseq: int
    colonyname: str
    purpose: Purpose
    then: Remainder | None = None

    @property
    def named(self) -> dict[str, object]:
        """The parameters of a statement about it."""
        return {
            "of_graph": self.graphseq,
            "of_colony": self.colonyname,
            "of_purpose": int(self.purpose),
        }


def begin(tx: Transaction, remainder: Remainder) -> Remainder:
    """Write down what is to be done; nothing if it is being done already."""
    if tx.one(remainders.FIND, **remainder.named) is None:
        _add(tx, remainder, 0)
    return remainder


def begin_again(tx: Transaction, remainder: Remainder, reached: int) -> Remainder:
    """Write down what is to be done; from here on if it is being done already."""
    if renew(tx, remainder) is None:
        _add(tx, remainder, reached)
    else:
        reach(tx, remainder, reached)
    return remainder


def _add(tx: Transaction, remainder: Remainder, reached: int) -> None:
    until = tx.now + SILENCE
    tx.run(
        remainders.ADD,
        graphseq=remainder.graphseq,
        colonyname=remainder.colonyname,
        purpose=int(remainder.purpose),
        reached=reached,
        until=until,
    )
    tx.announce(Due(until, DUTY))


async def finish(store: Store, remainder: Remainder | None) -> None:
    """Do what is left, part by part.

    It is certain that it will be done: what can't be done now is left for later.
    """
    try:
        while remainder is not None:
            remainder = await store.write(partial(step, remainder=remainder))
    except ColoniesError:
        _log.warning("The rest of a change of a large workflow is left for later", exc_info=True)


def duty(store: Store, clock: Callable[[], int]) -> Duty:
    """The duty that carries on with what was left over."""
    return Duty(DUTY, partial(_carry_on, store, [abandon]), clock)


async def _carry_on(store: Store, first: list[Callable[[Transaction], None]]) -> int:
    if first:
        await store.write(first[0])
        first.clear()
    return await store.write(carry_on)


def abandon(tx: Transaction) -> None:
    """A server starts: where it is the only one, nobody is at work on anything any more."""
    if not tx.shared:
        tx.run(remainders.ABANDON)


def carry_on(tx: Transaction) -> int:
    """Do one part of something that was left over; the moment of the next, 0 if there is none."""
    row = tx.one(remainders.DUE, now=tx.now)
    if row is not None:
        left = Remainder(row["graphseq"], row["colonyname"], Purpose(row["purpose"]))
        step(tx, left, silence=0)
    next_one = tx.one(remainders.NEXT_DUE)
    return (next_one and next_one["due"]) or 0


def step(tx: Transaction, remainder: Remainder, silence: int = SILENCE) -> Remainder | None:
    """Do one part; what is left then, None for nothing."""
    tx.end_batch()
    reached = renew(tx, remainder, silence)
    return remainder.then if reached is None else STEPS[remainder.purpose](tx, remainder, reached)


def renew(tx: Transaction, remainder: Remainder, silence: int = SILENCE) -> int | None:
    """Give a sign of life and hold the remainder; how far it is, None if there is none."""
    row = tx.one(remainders.RENEW, **remainder.named, new_until=tx.now + silence)
    return None if row is None else int(row["reached"])


def turn(tx: Transaction, remainder: Remainder, purpose: Purpose) -> Remainder:
    """What was done is followed by something else."""
    tx.run(remainders.TURN, **remainder.named, new_purpose=int(purpose))
    return remainder._replace(purpose=purpose)


def reach(tx: Transaction, remainder: Remainder, reached: int) -> Remainder:
    """Write down how far it is."""
    tx.run(remainders.REACH, **remainder.named, new_reached=reached)
    return remainder


def drop(tx: Transaction, remainder: Remainder) -> Remainder | None:
    """Nothing is left of it; what is to be done then."""
    tx.run(remainders.REMOVE, **remainder.named)
    return remainder.then


def hide(tx: Transaction, remainder: Remainder) -> Remainder:
    """A workflow without unfinished processes is gone for everybody; its rows are removed next."""
    tx.run(graphs.REMOVE_ROW, graphseq=remainder.graphseq)
    hidden = turn(tx, remainder, Purpose.DISCARD)
    tx.run(remainders.REMOVE_OF_GRAPH, of_graph=remainder.graphseq)
    # A cron may have waited for its end.
    tx.announce(Due(tx.now, CRONS))
    return hidden


STEPS: dict[Purpose, Step] = {}


def carries_on(*purposes: Purpose) -> Callable[[StepT], StepT]:
    """Make a function what does one part of changes for these purposes.

    It is given what is left and how far that is; it gives what is left then, None for nothing.
    """

    def bind(function: StepT) -> StepT:
        STEPS.update(dict.fromkeys(purposes, function))
        return function

    return bind


@carries_on(Purpose.DISCARD)
def _discard(tx: Transaction, remainder: Remainder, _: int) -> Remainder | None:
    last = _end_of_part(tx, remainder, 0)
    if last is not None:
        for statement in (*channels.REMOVE_OF_PART, *graphs.REMOVE_PART):
            tx.run(statement, graphseq=remainder.graphseq, last=last)
    gone = tx.run(graphs.REMOVE_EVENTS, graphseq=remainder.graphseq, many=EVENTS * PART)
    if last is not None or gone:
        return remainder
    return drop(tx, remainder)


@carries_on(Purpose.OPEN)
def _open(tx: Transaction, remainder: Remainder, reached: int) -> Remainder | None:
    last = _end_of_part(tx, remainder, reached)
    if last is None:
        return drop(tx, remainder)
    opened = tx.all(
        processes.OPEN_PART, of_graph=remainder.graphseq, after=reached, last=last, now=tx.now
    )
    transition.announce_released(tx, opened)
    return reach(tx, remainder, last)


@carries_on(Purpose.CANCEL, Purpose.REMOVE)
def _cancel(tx: Transaction, remainder: Remainder, reached: int) -> Remainder | None:
    last = _end_of_part(tx, remainder, reached)
    if last is None:
        if remainder.purpose is Purpose.REMOVE:
            return hide(tx, remainder)
        return drop(tx, remainder)
    transition.cancel_part(tx, remainder.graphseq, reached, last)
    return reach(tx, remainder, last)


def _end_of_part(tx: Transaction, remainder: Remainder, reached: int) -> int | None:
    row = tx.one(graphs.END_OF_PART, graphseq=remainder.graphseq, after=reached, many=PART)
    return None if row is None else row["last"]
