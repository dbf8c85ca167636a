"""Blueprints, their definitions and their history (protocol part 03, section 3.2).

`namespace` and `colonyname` both name the colony; which word is used is the protocol's.
"""

from __future__ import annotations

from typing import Any

from jupyter_colonies.core.blueprint import Blueprint, BlueprintDefinition, BlueprintHistory
from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.messages.registry import Empty, Message, Request, Subject, declare
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.process import Process
from jupyter_colonies.errors import NotFound


class AddBlueprintDefinition(Request):
    """Declare a kind of blueprint."""

    blueprintdefinition: BlueprintDefinition | None = None


class NamedBlueprintDefinition(Request):
    """A request about one definition."""

    colonyname: Name = ""
    name: Name = ""


class ListBlueprintDefinitions(Request):
    """All definitions of a colony."""

    colonyname: Name = ""


class NamedBlueprint(Request):
    """A request about one blueprint, or the removal of one definition."""

    namespace: Name = ""
    name: Name = ""


class AddBlueprint(Request):
    """Store a desired state; its kind must be defined, and its spec must fit the schema."""

    blueprint: Blueprint | None = None


class ListBlueprints(Request):
    """Blueprints by name: all, or of one `kind`; only then `locationname` counts."""

    namespace: Name = ""
    kind: Name = ""
    locationname: Name = ""


class UpdateBlueprint(Request):
    """Change a blueprint; `forcegeneration` counts a change where the spec is the same."""

    blueprint: Blueprint | None = None
    forcegeneration: bool = False


class UpdateBlueprintStatus(Request):
    """Replace the status of a blueprint as a whole."""

    colonyname: Name = ""
    blueprintname: Name = ""
    status: dict[str, Any] | None = None


class ReconcileBlueprint(Request):
    """Have a blueprint reconciled now; `force` starts a new generation."""

    namespace: Name = ""
    name: Name = ""
    force: bool = False


class GetBlueprintHistory(Request):
    """Changes of a blueprint, newest first; `limit` of zero or less means all."""

    blueprintid: Name = ""
    limit: Integer = 0


ADD_DEFINITION = declare(
    Message(
        "addblueprintdefinitionmsg",
        "add_blueprint_definition",
        AddBlueprintDefinition,
        BlueprintDefinition,
        does="add blueprint definition",
        role=Role.COLONY_OWNER,
        colony="blueprintdefinition.metadata.colonyname",
        needs=(
            "blueprintdefinition",
            "Failed to add blueprint definition, blueprintdefinition is nil",
        ),
    )
)
GET_DEFINITION = declare(
    Message(
        "getblueprintdefinitionmsg",
        "get_blueprint_definition",
        NamedBlueprintDefinition,
        BlueprintDefinition,
        does="get blueprint definition",
        role=Role.MEMBER_OR_OWNER,
        colony="colonyname",
        reads=True,
    )
)
GET_DEFINITIONS = declare(
    Message(
        "getblueprintdefinitionsmsg",
        "get_blueprint_definitions",
        ListBlueprintDefinitions,
        list[BlueprintDefinition],
        does="get blueprint definitions",
        role=Role.MEMBER_OR_OWNER,
        colony="colonyname",
        reads=True,
    )
)
REMOVE_DEFINITION = declare(
    Message(
        "removeblueprintdefinitionmsg",
        "remove_blueprint_definition",
        NamedBlueprint,
        Empty,
        does="remove blueprint definition",
        role=Role.COLONY_OWNER,
        colony="namespace",
    )
)
ADD_BLUEPRINT = declare(
    Message(
        "addblueprintmsg",
        "add_blueprint",
        AddBlueprint,
        Blueprint,
        does="add blueprint",
        role=Role.MEMBER_OR_OWNER,
        colony="blueprint.metadata.colonyname",
        needs=("blueprint", "Failed to add blueprint, blueprint is nil"),
    )
)
GET_BLUEPRINT = declare(
    Message(
        "getblueprintmsg",
        "get_blueprint",
        NamedBlueprint,
        Blueprint,
        does="get blueprint",
        role=Role.MEMBER_OR_OWNER,
        colony="namespace",
        reads=True,
    )
)
GET_BLUEPRINTS = declare(
    Message(
        "getblueprintsmsg",
        "get_blueprints",
        ListBlueprints,
        list[Blueprint],
        does="get blueprints",
        role=Role.MEMBER_OR_OWNER,
        colony="namespace",
        reads=True,
    )
)
UPDATE_BLUEPRINT = declare(
    Message(
        "updateblueprintmsg",
        "update_blueprint",
        UpdateBlueprint,
        Blueprint,
        does="update blueprint",
        role=Role.MEMBER_OR_OWNER,
        colony="blueprint.metadata.colonyname",
        needs=("blueprint", "Failed to update blueprint, blueprint is nil"),
    )
)
REMOVE_BLUEPRINT = declare(
    Message(
        "removeblueprintmsg",
        "remove_blueprint",
        NamedBlueprint,
        Empty,
        does="remove blueprint",
        role=Role.MEMBER_OR_OWNER,
        colony="namespace",
    )
)
UPDATE_STATUS = declare(
    Message(
        "updateblueprintstatusmsg",
        "update_blueprint_status",
        UpdateBlueprintStatus,
        Empty,
        does="update blueprint status",
        role=Role.MEMBER,
        colony="colonyname",
    )
)
RECONCILE_BLUEPRINT = declare(
    Message(
        "reconcileblueprintmsg",
        "reconcile_blueprint",
        ReconcileBlueprint,
        Process,
        does="reconcile blueprint",
        role=Role.MEMBER,
        colony="namespace",
    )
)
GET_HISTORY = declare(
    Message(
        "getblueprinthistorymsg",
        "get_blueprint_history",
        GetBlueprintHistory,
        list[BlueprintHistory],
        does="get blueprint history",
        role=Role.MEMBER_OR_OWNER,
        subject=Subject(
            kind="blueprint",
            field="blueprintid",
            missing=NotFound(
                "Failed to get blueprint history, blueprint not found: there is no blueprint '{}'"
            ),
        ),
        reads=True,
    )
)
