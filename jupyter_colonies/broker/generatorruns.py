"""Starting the workflows of generators (protocol part 02, section 9.3).

A generator's row is locked by who starts its workflows, and what they take from the queue goes in
the same transaction: each argument reaches one workflow, whichever server acts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from jupyter_colonies.broker.call import Call, Facts
from jupyter_colonies.broker.duty import Duty
from jupyter_colonies.broker.signals import GENERATORS, ColonyChanged
from jupyter_colonies.broker.workflow import start_workflow
from jupyter_colonies.core.generator import portion, runs_out, with_arguments
from jupyter_colonies.core.messages import monitor
from jupyter_colonies.core.policy import Caller
from jupyter_colonies.core.spec import WorkflowSpec
from jupyter_colonies.core.template import workflow_in
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import RequestError
from jupyter_colonies.store import generators
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Row, Transaction

MOST_WORKFLOWS = 20
MOST_ARGUMENTS = 10_000
TRY_AGAIN_AFTER = 60 * SECOND

_log = logging.getLogger(__name__)


class GeneratorRuns(Duty):
    """The duty that starts the workflows of generators."""

    def __init__(self, store: Store, facts: Facts, clock: Callable[[], int]) -> None:
        super().__init__(GENERATORS, self._fire, clock)
        self._store = store
        self._facts = facts
        # None: any of them may have been packed unheard.
        self._packed: set[int] | None = None

    def packed(self, generator: int) -> None:
        """An argument was packed for the generator of this number."""
        if self._packed is not None:
            self._packed.add(generator)
        self.look()

    def missed(self) -> None:
        """Any generator may have been packed unheard."""
        self._packed = None
        self.look()

    async def _fire(self) -> int:
        packed, self._packed = self._packed, set()
        try:
            return await self._store.write(lambda tx: fire(tx, self._facts, packed))
        except BaseException:
            self._packed = None
            raise


def fire(tx: Transaction, facts: Facts, packed: Iterable[int] | None) -> int:
    """Start what these generators have enough for, and what runs out; the next due moment.

    `packed` are numbers of generators, None for all that have a queue.
    """
    tx.end_batch()
    if packed is None:
        packed = [row["seq"] for row in tx.all(generators.PACKED)]
    fired = set()
    for seq in sorted(packed):
        for row in tx.all(generators.TO_FIRE, at_seq=seq):
            fired.add(seq)
            fire_one(tx, facts, row)
    for row in tx.all(generators.DUE, now=tx.now):
        if row["seq"] not in fired:
            fire_one(tx, facts, row)
    due = tx.one(generators.NEXT_DUE)
    return (due and due["due"]) or 0


def fire_one(tx: Transaction, facts: Facts, row: Row, *, now: bool = False) -> Row:
    """Start what one generator has enough for; its row afterwards.

    With `now` all that is packed is enough, also while the generator is disabled.
    """
    if row["disabled"] and not now:
        return row
    trigger = row["trigger"]
    most = trigger * max(1, min(MOST_WORKFLOWS, MOST_ARGUMENTS // trigger))
    found = tx.one(generators.QUEUED, at_seq=row["seq"], most=most)
    queued = found["count"] if found else 0
    since = row["lastrun"] or row["firstpack"] or tx.now
    out_at = runs_out(row["timeout"], since)
    taken = portion(queued, trigger, overdue=now or 0 < out_at <= tx.now)
    lastrun = row["lastrun"]
    if taken.workflows:
        try:
            workflow = workflow_in(row["workflowspec"], row["colonyname"])
        except RequestError as error:
            if now:
                raise
            _log.error("Generator %s can't be started: %s", row["generatorid"], error.message)
            return _set_due(tx, row, tx.now + TRY_AGAIN_AFTER, lastrun)
        _start(tx, facts, row, workflow, taken.workflows, taken.each)
        lastrun = tx.now
        out_at = runs_out(row["timeout"], lastrun)
    if queued == most:
        # There may be more than was counted.
        due = tx.now
    else:
        due = out_at if queued > taken.arguments else 0
    return _set_due(tx, row, due, lastrun)


def _set_due(tx: Transaction, row: Row, due: int, lastrun: int) -> Row:
    due = 0 if row["disabled"] else due
    if (due, lastrun) != (row["due"], row["lastrun"]):
        tx.run(generators.SET_DUE, at_seq=row["seq"], new_due=due, new_lastrun=lastrun)
        tx.announce(ColonyChanged(row["colonyname"], monitor.GENERATORS))
    return {**row, "due": due, "lastrun": lastrun}


def _start(
    tx: Transaction, facts: Facts, row: Row, workflow: WorkflowSpec, many: int, each: int
) -> None:
    """Start so many workflows with so many of the oldest arguments each."""
    rows = tx.all(generators.TAKE, at_seq=row["seq"], most=many * each)
    arguments = [pack["arg"] for pack in sorted(rows, key=lambda pack: int(pack["seq"]))]
    caller = Caller(row["initiatorid"], username=row["initiatorname"])
    call = Call(tx, facts, caller, row["colonyname"])
    for first in range(0, many * each, each):
        some = with_arguments(workflow, arguments[first : first + each])
        start_workflow(call, some, name=row["name"])
