"""Starting what crons are due (protocol part 02, section 8.4).

A cron's row is locked by who starts it, and its next moment is set in the same transaction: each
moment starts one workflow, whichever server acts. A moment that was missed is acted on once,
however many have passed; the next one is the first after now.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from random import SystemRandom
from typing import NamedTuple

from jupyter_colonies.broker import reading
from jupyter_colonies.broker.call import Call, Facts
from jupyter_colonies.broker.duty import Duty
from jupyter_colonies.broker.signals import CRONS, ColonyChanged, Due
from jupyter_colonies.broker.take import joined
from jupyter_colonies.broker.workflow import start_workflow
from jupyter_colonies.core.cron import next_run
from jupyter_colonies.core.messages import monitor
from jupyter_colonies.core.policy import Caller
from jupyter_colonies.core.template import workflow_in
from jupyter_colonies.errors import RequestError
from jupyter_colonies.store import crons
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Row, Transaction

_random = SystemRandom()
_log = logging.getLogger(__name__)


class Fired(NamedTuple):
    """The next due moment, and the workflows that due crons wait for, by their numbers."""

    next: int
    held_by: frozenset[int]


class CronRuns(Duty):
    """The duty that starts what crons are due."""

    def __init__(self, store: Store, facts: Facts, clock: Callable[[], int]) -> None:
        super().__init__(CRONS, self._fire, clock)
        self._store = store
        self._facts = facts
        self._held_by: frozenset[int] = frozenset()

    def ended(self, graphseq: int) -> None:
        """A workflow ended: a cron may have waited for it."""
        if graphseq in self._held_by:
            self.look()

    async def _fire(self) -> int:
        while True:
            fired = await self._store.write(lambda tx: fire(tx, self._facts))
            known = fired.held_by <= self._held_by
            self._held_by = fired.held_by
            if known:
                return fired.next
            # One of them may have ended before we listened for it: look again.


def fire(tx: Transaction, facts: Facts) -> Fired:
    """Start the workflows of crons that are due and that nobody else is starting."""
    tx.end_batch()
    for row in tx.all(crons.DUE, now=tx.now):
        try:
            start(tx, facts, row)
        except RequestError as error:
            _log.error("Cron %s can't be started: %s", row["cronid"], error.message)
            tx.run(crons.POSTPONE, at_seq=row["seq"], new_nextrun=_next_or_never(tx, facts, row))
            tx.announce(ColonyChanged(row["colonyname"], monitor.CRONS))
    held_by = frozenset(row["prevgraphseq"] for row in tx.all(crons.HELD, now=tx.now))
    due = tx.one(crons.NEXT_DUE, now=tx.now)
    return Fired((due and due["due"]) or 0, held_by)


def start(tx: Transaction, facts: Facts, row: Row) -> Row:
    """Start a cron's workflow in the name of who added it; the cron's row afterwards.

    Raises RequestError, before anything is written, if it can't be started.
    """
    workflow = workflow_in(row["workflowspec"], row["colonyname"])
    nextrun = 0 if row["disabled"] else _next(tx, facts, row)
    caller = Caller(row["initiatorid"], username=row["initiatorname"])
    call = Call(tx, facts, caller, row["colonyname"])
    graphseq, graph = start_workflow(
        call, workflow, root_input=_results(tx, row["prevgraphseq"]), name=row["name"]
    )
    changed = {
        "nextrun": nextrun,
        "prevgraphseq": graphseq,
        "prevprocessgraphid": graph.processgraphid,
    }
    tx.run(
        crons.STARTED,
        at_seq=row["seq"],
        now=tx.now,
        new_nextrun=nextrun,
        new_graphseq=graphseq,
        new_processgraphid=graph.processgraphid,
    )
    tx.announce(ColonyChanged(row["colonyname"], monitor.CRONS))
    if nextrun:
        tx.announce(Due(nextrun, CRONS))
    return {**row, **changed, "lastrun": tx.now}


def _next(tx: Transaction, facts: Facts, row: Row) -> int:
    return next_run(
        row["interval"],
        bool(row["random"]),
        row["cronexpression"],
        facts.zone,
        due=row["nextrun"],
        now=tx.now,
        share=_random.random(),
    )


def _next_or_never(tx: Transaction, facts: Facts, row: Row) -> int:
    try:
        return _next(tx, facts, row)
    except RequestError:
        return 0


def _results(tx: Transaction, graphseq: int) -> str:
    """What the last processes of a workflow put out, one after the other, as a JSON list."""
    leaves = tx.all(crons.LEAVES, graphseq=graphseq) if graphseq else []
    if not leaves:
        return "[]"
    outputs = {leaf["processid"]: leaf["output"] for leaf in leaves}
    if len(outputs) > 1:
        order = reading.vertices(tx, [graphseq])[graphseq]
        outputs = {v.processid: outputs[v.processid] for v in order if v.processid in outputs}
    return joined(list(outputs.values()))
