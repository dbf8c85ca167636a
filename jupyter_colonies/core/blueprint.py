"""Blueprints: a desired state, and the kinds it may be of (protocol part 03, section 3.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.spec import Conditions, FunctionSpec
from jupyter_colonies.core.times import NEVER

DEFAULT_INTERVAL = 60
NO_LIMIT = -1


class Names(msgspec.Struct, kw_only=True, rename={"listkind": "listKind"}):
    """How a kind is called; blueprints refer to it by `kind`."""

    kind: Name = ""
    listkind: str = ""
    singular: str = ""
    plural: str = ""
    shortnames: list[str] | None | msgspec.UnsetType = msgspec.field(
        name="shortNames", default=msgspec.UNSET
    )


class Property(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What one field of a blueprint's spec may hold."""

    type: str = ""
    description: str = ""
    enum: list[Any] | None = None
    default: Any = None
    properties: dict[str, Property] | None = None
    items: Property | None = None


class Schema(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What the spec of a blueprint may hold: see `core.schema`."""

    type: str = ""
    properties: dict[str, Property] | None = None
    required: list[str] | None = None


class Handler(msgspec.Struct, kw_only=True):
    """Which executors reconcile blueprints of a kind, with which function.

    `reconcileinterval` is in seconds; less than one means every 60 seconds.
    """

    executortype: Name = msgspec.field(name="executorType", default="")
    functionname: str = msgspec.field(name="functionName", default="")
    reconcileinterval: Integer | None | msgspec.UnsetType = msgspec.field(
        name="reconcileInterval", default=msgspec.UNSET
    )

    @property
    def complete(self) -> bool:
        """Whether somebody reconciles."""
        return bool(self.executortype and self.functionname)

    @property
    def interval(self) -> int:
        """Seconds between two reconciliations."""
        return max(self.reconcileinterval or 0, 0) or DEFAULT_INTERVAL


class DefinitionMetadata(
    msgspec.Struct,
    kw_only=True,
    rename={
        "createdat": "createdAt",
        "updatedat": "updatedAt",
        "lastreconciliationtime": "lastReconciliationTime",
    },
):
    """Name and colony of a definition; the times are the server's."""

    name: Name = ""
    colonyname: Name = ""
    createdat: datetime | None = NEVER
    updatedat: datetime | None = NEVER
    lastreconciliationtime: datetime | None = NEVER


class DefinitionSpec(msgspec.Struct, kw_only=True):
    """What a kind is, what its blueprints may hold and who reconciles them."""

    group: str = ""
    version: str = ""
    names: Names = msgspec.field(default_factory=Names)
    scope: str = ""
    schema: Schema | None | msgspec.UnsetType = msgspec.UNSET
    handler: Handler = msgspec.field(default_factory=Handler)


class BlueprintDefinition(msgspec.Struct, kw_only=True):
    """A kind of blueprint; its own `kind` may be any text."""

    blueprintdefinitionid: Name = ""
    kind: Name = ""
    metadata: DefinitionMetadata = msgspec.field(default_factory=DefinitionMetadata)
    spec: DefinitionSpec = msgspec.field(default_factory=DefinitionSpec)


class BlueprintMetadata(
    msgspec.Struct,
    kw_only=True,
    rename={
        "createdat": "createdAt",
        "updatedat": "updatedAt",
        "lastreconciliationprocess": "lastReconciliationProcess",
        "lastreconciliationtime": "lastReconciliationTime",
    },
):
    """Name, place and generation of a blueprint; times and reconciliation are the server's.

    What is empty of location, labels, annotations, generation and process is left out.
    """

    name: Name = ""
    colonyname: Name = ""
    locationname: Name | None | msgspec.UnsetType = msgspec.UNSET
    labels: dict[str, str] | None | msgspec.UnsetType = msgspec.UNSET
    annotations: dict[str, str] | None | msgspec.UnsetType = msgspec.UNSET
    generation: Integer | None | msgspec.UnsetType = msgspec.UNSET
    createdat: datetime | None = NEVER
    updatedat: datetime | None = NEVER
    lastreconciliationprocess: str | None | msgspec.UnsetType = msgspec.UNSET
    lastreconciliationtime: datetime | None = NEVER


class Blueprint(msgspec.Struct, kw_only=True):
    """A desired state (`spec`) and what executors report of the present one (`status`)."""

    blueprintid: Name = ""
    kind: Name = ""
    metadata: BlueprintMetadata = msgspec.field(default_factory=BlueprintMetadata)
    spec: dict[str, Any] | None = msgspec.field(default_factory=dict)
    status: dict[str, Any] | None | msgspec.UnsetType = msgspec.UNSET


class BlueprintHistory(msgspec.Struct, kw_only=True):
    """One change of a blueprint: its spec as it was then, and who made it."""

    historyid: Name = ""
    blueprintid: Name = ""
    kind: Name = ""
    namespace: Name = ""
    name: Name = ""
    generation: Integer = 0
    spec: dict[str, Any] | None = msgspec.field(default_factory=dict)
    status: dict[str, Any] | None | msgspec.UnsetType = msgspec.UNSET
    timestamp: datetime = NEVER
    changedby: str = ""
    changetype: str = ""


def cron_name(kind: str, locationname: str) -> str:
    """The cron that reconciles a kind at a location (part 03, B-15)."""
    return f"reconcile-{kind}-{locationname}" if locationname else f"reconcile-{kind}"


def reconciliation(handler: Handler, colonyname: str, locationname: str) -> FunctionSpec:
    """The call of a definition's handler, without arguments (part 03, B-16 and B-17)."""
    return _call(handler, handler.functionname, colonyname, locationname)


def cleanup(handler: Handler, colonyname: str, locationname: str) -> FunctionSpec:
    """The call after a blueprint was removed, without arguments (part 03, B-18)."""
    return _call(handler, "cleanup", colonyname, locationname)


def _call(handler: Handler, funcname: str, colonyname: str, locationname: str) -> FunctionSpec:
    return FunctionSpec(
        nodename=f"{handler.executortype}-{funcname}",
        funcname=funcname,
        maxexectime=NO_LIMIT,
        maxretries=NO_LIMIT,
        conditions=Conditions(
            colonyname=colonyname,
            executortype=handler.executortype,
            locationname=locationname or msgspec.UNSET,
        ),
    )
