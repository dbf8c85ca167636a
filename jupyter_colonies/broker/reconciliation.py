"""How blueprints are brought about: by processes of their kind's handler (part 03, 3.7)."""

from __future__ import annotations

from typing import Any

from jupyter_colonies.broker.call import Call
from jupyter_colonies.broker.submit import queue
from jupyter_colonies.core import blueprint
from jupyter_colonies.core.blueprint import Handler
from jupyter_colonies.core.process import Process
from jupyter_colonies.store import blueprints as statements
from jupyter_colonies.store.statement import Row


def established(call: Call, handler: Handler, row: Row) -> None:
    """A blueprint was added: reconcile it at once and from time to time (B-15 and B-17)."""
    if handler.complete:
        start(call, handler, row)


def moved(call: Call, handler: Handler, before: Row, row: Row) -> None:
    """A blueprint was changed, perhaps to another kind or location (B-19)."""


def abandoned(call: Call, handler: Handler, row: Row) -> None:
    """A blueprint was removed: clean up after it (B-18 and B-19)."""
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
