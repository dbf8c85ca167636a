"""The kinds of blueprints (protocol part 03, section 3.3)."""

from __future__ import annotations

import msgspec

from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.core import identity
from jupyter_colonies.core.blueprint import (
    BlueprintDefinition,
    DefinitionMetadata,
    DefinitionSpec,
    Handler,
    Schema,
)
from jupyter_colonies.core.member import check_name
from jupyter_colonies.core.messages import Empty, blueprints
from jupyter_colonies.core.messages.blueprints import (
    AddBlueprintDefinition,
    ListBlueprintDefinitions,
    NamedBlueprint,
    NamedBlueprintDefinition,
)
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import AlreadyThere, Conflict, InvalidRequest, NotFound
from jupyter_colonies.store import blueprints as statements
from jupyter_colonies.store import members
from jupyter_colonies.store.statement import Row

_specs = msgspec.json.Decoder(DefinitionSpec)


@answers(blueprints.ADD_DEFINITION)
def add_blueprint_definition(call: Call, request: AddBlueprintDefinition) -> BlueprintDefinition:
    """Declare a kind; there is no update, definitions are removed and added."""
    wanted = request.blueprintdefinition or BlueprintDefinition()
    name = wanted.metadata.name
    check_name(name, "blueprint definition")
    call.tx.lock(members.LOCK_COLONY, colonyname=call.colonyname)
    if call.tx.one(statements.DEFINITION, colonyname=call.colonyname, name=name) is not None:
        raise AlreadyThere(
            "Failed to add blueprint definition, duplicate key: a definition with name "
            f"<{name}> already exists in Colony with name <{call.colonyname}>"
        )
    call.tx.run(
        statements.ADD_DEFINITION,
        blueprintdefinitionid=wanted.blueprintdefinitionid or identity.new_id(),
        colonyname=call.colonyname,
        name=name,
        kind=wanted.spec.names.kind,
        ownkind=wanted.kind,
        createdat=call.tx.now,
        updatedat=call.tx.now,
        definition=msgspec.json.encode(_stored(wanted.spec)).decode(),
    )
    return _definition(_named(call, name))


@answers(blueprints.GET_DEFINITION)
def get_blueprint_definition(call: Call, request: NamedBlueprintDefinition) -> BlueprintDefinition:
    """One definition."""
    return _definition(_named(call, request.name))


@answers(blueprints.GET_DEFINITIONS)
def get_blueprint_definitions(call: Call, _: ListBlueprintDefinitions) -> list[BlueprintDefinition]:
    """All definitions of a colony, by name."""
    rows = call.tx.all(statements.DEFINITIONS, colonyname=call.colonyname)
    return [_definition(row) for row in rows]


@answers(blueprints.REMOVE_DEFINITION)
def remove_blueprint_definition(call: Call, request: NamedBlueprint) -> Empty:
    """Remove a definition whose kind has no blueprints."""
    here = {"colonyname": call.colonyname}
    call.tx.lock(members.LOCK_COLONY, **here)
    row = _named(call, request.name)
    if call.tx.one(statements.OF_KIND, **here, kind=row["kind"]) is not None:
        raise Conflict(
            f"Failed to remove blueprint definition, kind <{row['kind']}> is in use: remove its "
            "blueprints first"
        )
    call.tx.run(statements.REMOVE_DEFINITION, **here, name=request.name)
    return Empty()


def of_kind(call: Call, kind: str) -> DefinitionSpec | None:
    """What is defined for a kind in the call's colony."""
    row = call.tx.one(statements.DEFINITION_OF_KIND, colonyname=call.colonyname, kind=kind)
    return _specs.decode(row["definition"]) if row is not None else None


def handler_of(call: Call, kind: str) -> Handler:
    """Who reconciles a kind in the call's colony; an empty handler for nobody."""
    found = of_kind(call, kind)
    return found.handler if found is not None else Handler()


def schema_of(call: Call, kind: str, doing: str) -> Schema | None:
    """The schema of a kind. Raises InvalidRequest if the kind is empty or not defined."""
    if not kind:
        raise InvalidRequest(f"Failed to {doing} blueprint, field 'kind' is empty")
    found = of_kind(call, kind)
    if found is None:
        raise InvalidRequest(
            f"Failed to {doing} blueprint, no blueprint definition of kind <{kind}> in Colony "
            f"with name <{call.colonyname}>"
        )
    return found.schema or None


def _named(call: Call, name: str) -> Row:
    row = call.tx.one(statements.DEFINITION, colonyname=call.colonyname, name=name)
    if row is None:
        raise NotFound(f"Blueprint definition with name <{name}> not found")
    return row


def _stored(spec: DefinitionSpec) -> DefinitionSpec:
    """The form that is sent back: what is empty or zero is left out."""
    return msgspec.structs.replace(
        spec,
        names=msgspec.structs.replace(
            spec.names, shortnames=spec.names.shortnames or msgspec.UNSET
        ),
        schema=spec.schema or msgspec.UNSET,
        handler=msgspec.structs.replace(
            spec.handler, reconcileinterval=spec.handler.reconcileinterval or msgspec.UNSET
        ),
    )


def _definition(row: Row) -> BlueprintDefinition:
    return BlueprintDefinition(
        blueprintdefinitionid=row["blueprintdefinitionid"],
        kind=row["ownkind"],
        metadata=DefinitionMetadata(
            name=row["name"],
            colonyname=row["colonyname"],
            createdat=to_wire(row["createdat"]),
            updatedat=to_wire(row["updatedat"]),
        ),
        spec=_specs.decode(row["definition"]),
    )
