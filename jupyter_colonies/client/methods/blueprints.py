"""Methods for the messages in `blueprints`; written by `client.generate`, do not edit."""

from __future__ import annotations

from typing import Any

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.blueprint import Blueprint, BlueprintDefinition, BlueprintHistory
from jupyter_colonies.core.messages import Empty, blueprints
from jupyter_colonies.core.process import Process


class BlueprintsMethods(Operations):
    """Methods for the messages in `blueprints`."""

    async def add_blueprint_definition(
        self,
        *,
        blueprintdefinition: BlueprintDefinition | None = None,
    ) -> BlueprintDefinition:
        """Add blueprint definition.

        Declare a kind of blueprint.

        Sent as `addblueprintdefinitionmsg`; for the colony owner.
        """
        reply: BlueprintDefinition = await self.call(
            blueprints.ADD_DEFINITION,
            blueprints.AddBlueprintDefinition(
                blueprintdefinition=blueprintdefinition,
            ),
        )
        return reply

    async def get_blueprint_definition(
        self,
        *,
        colonyname: str = "",
        name: str = "",
    ) -> BlueprintDefinition:
        """Get blueprint definition.

        A request about one definition.

        Sent as `getblueprintdefinitionmsg`; for an approved executor or a user of the colony, or
        its owner.
        """
        reply: BlueprintDefinition = await self.call(
            blueprints.GET_DEFINITION,
            blueprints.NamedBlueprintDefinition(
                colonyname=colonyname,
                name=name,
            ),
        )
        return reply

    async def get_blueprint_definitions(
        self,
        *,
        colonyname: str = "",
    ) -> list[BlueprintDefinition]:
        """Get blueprint definitions.

        All definitions of a colony.

        Sent as `getblueprintdefinitionsmsg`; for an approved executor or a user of the colony, or
        its owner.
        """
        reply: list[BlueprintDefinition] = await self.call(
            blueprints.GET_DEFINITIONS,
            blueprints.ListBlueprintDefinitions(
                colonyname=colonyname,
            ),
        )
        return reply

    async def remove_blueprint_definition(
        self,
        *,
        namespace: str = "",
        name: str = "",
    ) -> Empty:
        """Remove blueprint definition.

        A request about one blueprint, or the removal of one definition.

        Sent as `removeblueprintdefinitionmsg`; for the colony owner.
        """
        reply: Empty = await self.call(
            blueprints.REMOVE_DEFINITION,
            blueprints.NamedBlueprint(
                namespace=namespace,
                name=name,
            ),
        )
        return reply

    async def add_blueprint(
        self,
        *,
        blueprint: Blueprint | None = None,
    ) -> Blueprint:
        """Add blueprint.

        Store a desired state; its kind must be defined, and its spec must fit the schema.

        Sent as `addblueprintmsg`; for an approved executor or a user of the colony, or its owner.
        """
        reply: Blueprint = await self.call(
            blueprints.ADD_BLUEPRINT,
            blueprints.AddBlueprint(
                blueprint=blueprint,
            ),
        )
        return reply

    async def get_blueprint(
        self,
        *,
        namespace: str = "",
        name: str = "",
    ) -> Blueprint:
        """Get blueprint.

        A request about one blueprint, or the removal of one definition.

        Sent as `getblueprintmsg`; for an approved executor or a user of the colony, or its owner.
        """
        reply: Blueprint = await self.call(
            blueprints.GET_BLUEPRINT,
            blueprints.NamedBlueprint(
                namespace=namespace,
                name=name,
            ),
        )
        return reply

    async def get_blueprints(
        self,
        *,
        namespace: str = "",
        kind: str = "",
        locationname: str = "",
    ) -> list[Blueprint]:
        """Get blueprints.

        Blueprints by name: all, or of one `kind`; only then `locationname` counts.

        Sent as `getblueprintsmsg`; for an approved executor or a user of the colony, or its
        owner.
        """
        reply: list[Blueprint] = await self.call(
            blueprints.GET_BLUEPRINTS,
            blueprints.ListBlueprints(
                namespace=namespace,
                kind=kind,
                locationname=locationname,
            ),
        )
        return reply

    async def update_blueprint(
        self,
        *,
        blueprint: Blueprint | None = None,
        forcegeneration: bool = False,
    ) -> Blueprint:
        """Update blueprint.

        Change a blueprint; `forcegeneration` counts a change where the spec is the same.

        Sent as `updateblueprintmsg`; for an approved executor or a user of the colony, or its
        owner.
        """
        reply: Blueprint = await self.call(
            blueprints.UPDATE_BLUEPRINT,
            blueprints.UpdateBlueprint(
                blueprint=blueprint,
                forcegeneration=forcegeneration,
            ),
        )
        return reply

    async def remove_blueprint(
        self,
        *,
        namespace: str = "",
        name: str = "",
    ) -> Empty:
        """Remove blueprint.

        A request about one blueprint, or the removal of one definition.

        Sent as `removeblueprintmsg`; for an approved executor or a user of the colony, or its
        owner.
        """
        reply: Empty = await self.call(
            blueprints.REMOVE_BLUEPRINT,
            blueprints.NamedBlueprint(
                namespace=namespace,
                name=name,
            ),
        )
        return reply

    async def update_blueprint_status(
        self,
        *,
        colonyname: str = "",
        blueprintname: str = "",
        status: dict[str, Any] | None = None,
    ) -> Empty:
        """Update blueprint status.

        Replace the status of a blueprint as a whole.

        Sent as `updateblueprintstatusmsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            blueprints.UPDATE_STATUS,
            blueprints.UpdateBlueprintStatus(
                colonyname=colonyname,
                blueprintname=blueprintname,
                status=status,
            ),
        )
        return reply

    async def reconcile_blueprint(
        self,
        *,
        namespace: str = "",
        name: str = "",
        force: bool = False,
    ) -> Process:
        """Reconcile blueprint.

        Have a blueprint reconciled now; `force` starts a new generation.

        Sent as `reconcileblueprintmsg`; for an approved executor or a user of the colony.
        """
        reply: Process = await self.call(
            blueprints.RECONCILE_BLUEPRINT,
            blueprints.ReconcileBlueprint(
                namespace=namespace,
                name=name,
                force=force,
            ),
        )
        return reply

    async def get_blueprint_history(
        self,
        *,
        blueprintid: str = "",
        limit: int = 0,
    ) -> list[BlueprintHistory]:
        """Get blueprint history.

        Changes of a blueprint, newest first; `limit` of zero or less means all.

        Sent as `getblueprinthistorymsg`; for an approved executor or a user of the colony, or its
        owner.
        """
        reply: list[BlueprintHistory] = await self.call(
            blueprints.GET_HISTORY,
            blueprints.GetBlueprintHistory(
                blueprintid=blueprintid,
                limit=limit,
            ),
        )
        return reply
