"""Adding, reading, running and removing crons (protocol part 02, section 8)."""

from __future__ import annotations

from random import SystemRandom

import msgspec

from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.cronruns import start
from jupyter_colonies.broker.signals import CRONS, ColonyChanged, Due
from jupyter_colonies.core import identity
from jupyter_colonies.core.cron import Cron, check_timing, next_run
from jupyter_colonies.core.member import check_name
from jupyter_colonies.core.messages import Empty, monitor
from jupyter_colonies.core.messages import crons as messages
from jupyter_colonies.core.messages.crons import AddCron, ListCrons, OneCron, SwitchCron
from jupyter_colonies.core.template import workflow_in
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import InvalidRequest, NameTaken
from jupyter_colonies.store import crons, members
from jupyter_colonies.store.statement import Row

# Nothing is checked from time to time here; clients of the original expect the number.
_random = SystemRandom()
CHECKER_PERIOD = 1000


@answers(messages.ADD_CRON)
def add_cron(call: Call, request: AddCron) -> Cron:
    """Keep a cron; its first start is one interval from now, or when its expression says."""
    return keep(call, request.cron or Cron())


def keep(call: Call, cron: Cron) -> Cron:
    """Keep a cron for the caller (protocol part 02, section 8.2).

    Raises InvalidRequest for a workflow or a timing that can't be, and for a name that is taken.
    """
    tx = call.tx
    workflow_in(cron.workflowspec, call.colonyname)
    check_timing(cron.interval, cron.random, cron.cronexpression, call.facts.zone)
    check_name(cron.name, "cron")
    tx.lock(members.LOCK_COLONY, colonyname=call.colonyname)
    if tx.one(crons.BY_NAME, colonyname=call.colonyname, name=cron.name) is not None:
        raise NameTaken(
            f"Cron with name <{cron.name}> in Colony <{call.colonyname}> already exists"
        )
    disabled = cron.disabled is True
    nextrun = 0 if disabled else _first(call, cron)
    values: dict[str, object] = {
        "cronid": identity.new_id(),
        "colonyname": call.colonyname,
        "name": cron.name,
        "initiatorid": call.caller.id,
        "initiatorname": call.caller.name,
        "cronexpression": cron.cronexpression,
        "interval": cron.interval,
        "random": int(cron.random),
        "waitforprevprocessgraph": int(cron.waits),
        "nextrun": 0,
        "lastrun": 0,
        "prevgraphseq": 0,
        "prevprocessgraphid": "",
        "disabled": int(disabled),
        "workflowspec": cron.workflowspec,
    }
    tx.run(crons.INSERT, **{**values, "nextrun": nextrun})
    tx.announce(ColonyChanged(call.colonyname, monitor.CRONS))
    if nextrun:
        tx.announce(Due(nextrun, CRONS))
    return described(values)


@answers(messages.GET_CRON)
def get_cron(call: Call, _: OneCron) -> Cron:
    """One cron."""
    cron = described(call.row)
    cron.checkerperiod = CHECKER_PERIOD
    return cron


@answers(messages.GET_CRONS)
def get_crons(call: Call, request: ListCrons) -> list[Cron]:
    """The first crons of a colony by name."""
    if request.count < 0:
        raise InvalidRequest("Failed to get crons, count must not be negative")
    rows = call.tx.select(crons.listing(request.colonyname, request.count))
    return [described(row) for row in rows]


@answers(messages.RUN_CRON)
def run_cron(call: Call, _: OneCron) -> Cron:
    """Start a cron's workflow now; nothing happens while it waits for the one before.

    Protocol part 02, section 8.5. Raises InvalidRequest with the reason if it can't be started.
    """
    if call.tx.one(crons.IS_HELD, at_seq=call.row["seq"]) is not None:
        return described(call.row)
    call.tx.end_batch()
    return described(start(call.tx, call.facts, call.row))


@answers(messages.SWITCH_CRON)
def switch_cron(call: Call, request: SwitchCron) -> Cron:
    """Let a cron start nothing by itself, or start as if it had just been added."""
    row = call.row
    if bool(row["disabled"]) is not request.enabled:
        return described(row)
    nextrun = _first(call, described(row)) if request.enabled else 0
    disabled = int(not request.enabled)
    call.tx.run(crons.SWITCH, at_seq=row["seq"], new_disabled=disabled, new_nextrun=nextrun)
    call.tx.announce(ColonyChanged(row["colonyname"], monitor.CRONS))
    if nextrun:
        call.tx.announce(Due(nextrun, CRONS))
    return described({**row, "disabled": disabled, "nextrun": nextrun})


@answers(messages.REMOVE_CRON)
def remove_cron(call: Call, _: OneCron) -> Empty:
    """Remove a cron; what it started goes on."""
    call.tx.run(crons.REMOVE, at_seq=call.row["seq"])
    call.tx.announce(ColonyChanged(call.row["colonyname"], monitor.CRONS))
    return Empty()


def described(row: Row) -> Cron:
    """A cron as it is sent."""
    return Cron(
        cronid=row["cronid"],
        initiatorid=row["initiatorid"],
        initiatorname=row["initiatorname"],
        colonyname=row["colonyname"],
        name=row["name"],
        cronexpression=row["cronexpression"],
        interval=row["interval"],
        random=bool(row["random"]),
        nextrun=to_wire(row["nextrun"]),
        lastrun=to_wire(row["lastrun"]),
        workflowspec=row["workflowspec"],
        prevprocessgraphid=row["prevprocessgraphid"],
        waitforprevprocessgraph=bool(row["waitforprevprocessgraph"]),
        disabled=bool(row["disabled"]) or msgspec.UNSET,
    )


def _first(call: Call, cron: Cron) -> int:
    """When a cron starts first, counted from now; 0 for never."""
    return next_run(
        cron.interval,
        cron.random,
        cron.cronexpression,
        call.facts.zone,
        due=0,
        now=call.tx.now,
        share=_random.random(),
    )
