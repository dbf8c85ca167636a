"""Blueprints: desired states, their changes and their history (part 03, 3.4 to 3.7)."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec

from jupyter_colonies.broker import reconciliation
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.definitions import handler_of, schema_of
from jupyter_colonies.broker.locations import make_known
from jupyter_colonies.core import identity, schema
from jupyter_colonies.core.blueprint import Blueprint, BlueprintHistory, BlueprintMetadata
from jupyter_colonies.core.member import check_name
from jupyter_colonies.core.messages import Empty, blueprints
from jupyter_colonies.core.messages.blueprints import (
    AddBlueprint,
    GetBlueprintHistory,
    ListBlueprints,
    NamedBlueprint,
    ReconcileBlueprint,
    UpdateBlueprint,
    UpdateBlueprintStatus,
)
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import Conflict, InvalidRequest, NotFound
from jupyter_colonies.store import blueprints as statements
from jupyter_colonies.store import members
from jupyter_colonies.store.statement import Row


@answers(blueprints.ADD_BLUEPRINT)
def add_blueprint(call: Call, request: AddBlueprint) -> Blueprint:
    """Store a desired state and have it reconciled (part 03, B-4)."""
    wanted = request.blueprint or Blueprint()
    name = wanted.metadata.name
    schema.check(schema_of(call, wanted.kind, "add"), wanted.spec or {})
    check_name(name, "blueprint")
    call.tx.lock(members.LOCK_COLONY, colonyname=call.colonyname)
    if call.tx.one(statements.BY_NAME, colonyname=call.colonyname, name=name) is not None:
        raise Conflict(
            f"Failed to add blueprint, a blueprint with name <{name}> already exists in Colony "
            f"with name <{call.colonyname}>"
        )
    blueprintid = wanted.blueprintid or identity.new_id()
    if call.tx.one(statements.BY_ID, blueprintid=blueprintid) is not None:
        raise Conflict(
            f"Failed to add blueprint, duplicate key: blueprintid {blueprintid} is taken"
        )
    call.tx.run(
        statements.ADD,
        blueprintid=blueprintid,
        colonyname=call.colonyname,
        name=name,
        createdat=call.tx.now,
        reconciledat=0,
        reconciledby="",
        **_values(call, wanted, wanted.metadata.generation or 0),
    )
    row = _named(call, name)
    _remember(call, row, "create")
    reconciliation.established(call, handler_of(call, wanted.kind), row)
    return _blueprint(_named(call, name))


@answers(blueprints.GET_BLUEPRINT)
def get_blueprint(call: Call, request: NamedBlueprint) -> Blueprint:
    """One blueprint."""
    return _blueprint(_named(call, request.name))


@answers(blueprints.GET_BLUEPRINTS)
def get_blueprints(call: Call, request: ListBlueprints) -> list[Blueprint] | None:
    """Blueprints by name; null if there is none."""
    rows = call.tx.select(
        statements.listing(call.colonyname, request.kind, request.locationname.lower())
    )
    return [_blueprint(row) for row in rows] or None


@answers(blueprints.UPDATE_BLUEPRINT)
def update_blueprint(call: Call, request: UpdateBlueprint) -> Blueprint:
    """Change a blueprint; another spec is a new generation (part 03, B-9 to B-11)."""
    wanted = request.blueprint or Blueprint()
    name = wanted.metadata.name
    call.tx.lock(members.LOCK_COLONY, colonyname=call.colonyname)
    before = _named(call, name)
    schema.check(schema_of(call, wanted.kind, "update"), wanted.spec or {})
    changed = request.forcegeneration or not schema.same(
        wanted.spec or {}, msgspec.json.decode(before["spec"])
    )
    values = _values(call, wanted, before["generation"] + changed)
    if not isinstance(wanted.status, dict):
        values["status"] = before["status"]
    call.tx.run(
        statements.UPDATE,
        at_seq=before["seq"],
        **{f"new_{key}": value for key, value in values.items()},
    )
    row = _named(call, name)
    if changed:
        _remember(call, row, "update")
    handler = handler_of(call, wanted.kind)
    reconciliation.moved(call, handler, before, row)
    if changed and handler.complete:
        reconciliation.start(call, handler, row)
    return _blueprint(_named(call, name))


@answers(blueprints.REMOVE_BLUEPRINT)
def remove_blueprint(call: Call, request: NamedBlueprint) -> Empty:
    """Remove a blueprint; its history can't be reached any more (part 03, B-13)."""
    call.tx.lock(members.LOCK_COLONY, colonyname=call.colonyname)
    row = _named(call, request.name)
    call.tx.run(statements.REMOVE, colonyname=call.colonyname, name=request.name)
    reconciliation.abandoned(call, handler_of(call, row["kind"]), row)
    return Empty()


@answers(blueprints.UPDATE_STATUS)
def update_blueprint_status(call: Call, request: UpdateBlueprintStatus) -> Empty:
    """Replace the status; no new generation, no history (part 03, B-12)."""
    status = msgspec.json.encode(request.status or {}).decode()
    name = request.blueprintname
    if not call.tx.run(
        statements.SET_STATUS, colonyname=call.colonyname, name=name, new_status=status
    ):
        raise _missing(name)
    return Empty()


@answers(blueprints.RECONCILE_BLUEPRINT)
def reconcile_blueprint(call: Call, request: ReconcileBlueprint) -> Process:
    """Have a blueprint reconciled now (part 03, B-20)."""
    call.tx.lock(members.LOCK_COLONY, colonyname=call.colonyname)
    row = _named(call, request.name)
    handler = handler_of(call, row["kind"])
    if not handler.complete:
        raise InvalidRequest(
            f"Failed to reconcile blueprint, the definition of kind <{row['kind']}> names no "
            "handler with 'executorType' and 'functionName'"
        )
    return reconciliation.start(call, handler, row, force=request.force)


@answers(blueprints.GET_HISTORY)
def get_blueprint_history(
    call: Call, request: GetBlueprintHistory
) -> list[BlueprintHistory] | None:
    """Changes of a blueprint, newest first; null if there is none."""
    rows = call.tx.select(
        statements.history(call.row["colonyname"], request.blueprintid, request.limit)
    )
    return [_change(row) for row in rows] or None


def _named(call: Call, name: str) -> Row:
    row = call.tx.one(statements.BY_NAME, colonyname=call.colonyname, name=name)
    if row is None:
        raise _missing(name)
    return row


def _missing(name: str) -> NotFound:
    return NotFound(f"Blueprint with name <{name}> not found")


def _values(call: Call, wanted: Blueprint, generation: int) -> dict[str, Any]:
    """The columns that an update sets too; a location that was unknown is added."""
    metadata = wanted.metadata
    locationname = metadata.locationname or ""
    if locationname:
        make_known(call, locationname, f"Made for the blueprint {metadata.name}")
    return {
        "kind": wanted.kind,
        "locationname": locationname,
        "location": locationname.lower(),
        "generation": generation,
        "updatedat": call.tx.now,
        "labels": _json(metadata.labels),
        "annotations": _json(metadata.annotations),
        "status": _json(wanted.status),
        "spec": _json(wanted.spec),
    }


def _json(value: dict[str, Any] | msgspec.UnsetType | None) -> str:
    return msgspec.json.encode(value or {}).decode()


def _remember(call: Call, row: Row, changetype: str) -> None:
    call.tx.run(
        statements.ADD_CHANGE,
        historyid=str(uuid.uuid4()),
        blueprintid=row["blueprintid"],
        colonyname=row["colonyname"],
        name=row["name"],
        kind=row["kind"],
        generation=row["generation"],
        at=call.tx.now,
        changedby=call.caller.id,
        changetype=changetype,
        status=row["status"],
        spec=row["spec"],
    )


def _blueprint(row: Row) -> Blueprint:
    return Blueprint(
        blueprintid=row["blueprintid"],
        kind=row["kind"],
        metadata=BlueprintMetadata(
            name=row["name"],
            colonyname=row["colonyname"],
            locationname=row["locationname"] or msgspec.UNSET,
            labels=msgspec.json.decode(row["labels"]) or msgspec.UNSET,
            annotations=msgspec.json.decode(row["annotations"]) or msgspec.UNSET,
            generation=row["generation"] or msgspec.UNSET,
            createdat=to_wire(row["createdat"]),
            updatedat=to_wire(row["updatedat"]),
            lastreconciliationprocess=row["reconciledby"] or msgspec.UNSET,
            lastreconciliationtime=to_wire(row["reconciledat"]),
        ),
        spec=msgspec.json.decode(row["spec"]),
        status=msgspec.json.decode(row["status"]) or msgspec.UNSET,
    )


def _change(row: Row) -> BlueprintHistory:
    return BlueprintHistory(
        historyid=row["historyid"],
        blueprintid=row["blueprintid"],
        kind=row["kind"],
        namespace=row["colonyname"],
        name=row["name"],
        generation=row["generation"],
        spec=msgspec.json.decode(row["spec"]),
        status=msgspec.json.decode(row["status"]) or msgspec.UNSET,
        timestamp=to_wire(row["at"]),
        changedby=row["changedby"],
        changetype=row["changetype"],
    )
