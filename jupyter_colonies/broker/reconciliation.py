"""How blueprints are brought about: by processes of their kind's handler (part 03, 3.7)."""

from __future__ import annotations

from typing import Any

import msgspec

from jupyter_colonies.broker.call import Call
from jupyter_colonies.broker.crons import keep
from jupyter_colonies.broker.submit import queue
from jupyter_colonies.core import blueprint
from jupyter_colonies.core.blueprint import Handler
from jupyter_colonies.core.cron import Cron
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import WorkflowSpec
from jupyter_colonies.store import blueprints as statements
from jupyter_colonies.store import crons
from jupyter_colonies.store.statement import Row


def established(call: Call, handler: Handler, row: Row) -> None:
    """A blueprint was added: reconcile it at once and from time to time (B-15 and B-17)."""
    if handler.complete:
        _start_from_time_to_time(call, handler, row)
        start(call, handler, row)


def moved(call: Call, handler: Handler, before: Row, row: Row) -> None:
    """A blueprint was changed, perhaps to another kind or location (B-19)."""
    if handler.complete:
        _start_from_time_to_time(call, handler, row)
    _stop_without_blueprints(call, before)


def abandoned(call: Call, handler: Handler, row: Row) -> None:
    """A blueprint was removed: clean up after it (B-18 and B-19)."""
    _stop_without_blueprints(call, row)
    if handler.executortype:
        spec = blueprint.cleanup(handler, call.colonyname, row["locationname"])
        spec.kwargs = {"blueprintName": row["name"], "kind": row["kind"]}
        queue(call, spec)


def start(call: Call, handler: Handler, row: Row, *, force: bool = False) -> Process:
    """Submit the process that reconciles a blueprint; `force` is a new generation (B-20)."""
    spec = blueprint.reconciliation(handler, call.colonyname, row["locationname"])
    kwargs: dict[str, Any] = {"kind": row["kind"], "blueprintName": row["name"]}
    spec.kwargs = kwargs | {"force": True} if force else kwargs
    process = queue(call, spec)
    call.tx.run(
        statements.SET_RECONCILED,
        of_blueprint=row["blueprintid"],
        new_generation=row["generation"] + force,
        now=call.tx.now,
        processid=process.processid,
    )
    return process


def _start_from_time_to_time(call: Call, handler: Handler, row: Row) -> None:
    """Keep the cron of a kind at a location, unless it is there (B-15)."""
    name = blueprint.cron_name(row["kind"], row["locationname"])
    if call.tx.one(crons.BY_NAME, colonyname=call.colonyname, name=name) is not None:
        return
    spec = blueprint.reconciliation(handler, call.colonyname, row["locationname"])
    spec.kwargs = {"kind": row["kind"]}
    workflow = WorkflowSpec(colonyname=call.colonyname, functionspecs=[spec])
    keep(
        call,
        Cron(
            colonyname=call.colonyname,
            name=name,
            interval=handler.interval,
            waitforprevprocessgraph=True,
            workflowspec=msgspec.json.encode(workflow).decode(),
        ),
    )


def _stop_without_blueprints(call: Call, row: Row) -> None:
    """Remove the cron of a kind at a location where no blueprint is left (B-19)."""
    here = {"colonyname": call.colonyname}
    kind, locationname = row["kind"], row["locationname"]
    if call.tx.one(statements.AT_LOCATION, **here, kind=kind, locationname=locationname):
        return
    cron = call.tx.one(crons.BY_NAME, **here, name=blueprint.cron_name(kind, locationname))
    if cron is not None:
        call.tx.run(crons.REMOVE, at_seq=cron["seq"])
