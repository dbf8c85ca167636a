"""Methods for the messages in `generators`; written by `client.generate`, do not edit."""

from __future__ import annotations

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.generator import Generator
from jupyter_colonies.core.messages import Empty, generators


class GeneratorsMethods(Operations):
    """Methods for the messages in `generators`."""

    async def add_generator(
        self,
        *,
        generator: Generator | None = None,
    ) -> Generator:
        """Add generator.

        Start a workflow whenever enough has been packed.

        Sent as `addgeneratormsg`; for an approved executor or a user of the colony.
        """
        reply: Generator = await self.call(
            generators.ADD_GENERATOR,
            generators.AddGenerator(
                generator=generator,
            ),
        )
        return reply

    async def get_generator(
        self,
        *,
        generatorid: str = "",
    ) -> Generator:
        """Get generator.

        A request about one generator.

        Sent as `getgeneratormsg`; for an approved executor or a user of the colony.
        """
        reply: Generator = await self.call(
            generators.GET_GENERATOR,
            generators.OneGenerator(
                generatorid=generatorid,
            ),
        )
        return reply

    async def resolve_generator(
        self,
        *,
        colonyname: str = "",
        generatorname: str = "",
    ) -> Generator:
        """Resolve generator.

        A request about a generator by name.

        Sent as `resolvegeneratormsg`; for an approved executor or a user of the colony.
        """
        reply: Generator = await self.call(
            generators.RESOLVE_GENERATOR,
            generators.NamedGenerator(
                colonyname=colonyname,
                generatorname=generatorname,
            ),
        )
        return reply

    async def get_generators(
        self,
        *,
        colonyname: str = "",
        count: int = 0,
    ) -> list[Generator]:
        """Get generators.

        The first generators of a colony, in the order they were added.

        Sent as `getgeneratorsmsg`; for an approved executor or a user of the colony.
        """
        reply: list[Generator] = await self.call(
            generators.GET_GENERATORS,
            generators.ListGenerators(
                colonyname=colonyname,
                count=count,
            ),
        )
        return reply

    async def pack_generator(
        self,
        *,
        generatorid: str = "",
        arg: str = "",
    ) -> Empty:
        """Pack generator.

        Queue one argument.

        Sent as `packgeneratormsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            generators.PACK_GENERATOR,
            generators.PackGenerator(
                generatorid=generatorid,
                arg=arg,
            ),
        )
        return reply

    async def switch_generator(
        self,
        *,
        generatorid: str = "",
        enabled: bool = False,
    ) -> Generator:
        """Switch generator.

        Let a generator start workflows by itself, or not until this is said again.

        Sent as `switchgeneratormsg`; for an approved executor or a user of the colony. An
        extension of the protocol.
        """
        reply: Generator = await self.call(
            generators.SWITCH_GENERATOR,
            generators.SwitchGenerator(
                generatorid=generatorid,
                enabled=enabled,
            ),
        )
        return reply

    async def run_generator(
        self,
        *,
        generatorid: str = "",
    ) -> Generator:
        """Run generator.

        A request about one generator.

        Sent as `rungeneratormsg`; for an approved executor or a user of the colony. An extension
        of the protocol.
        """
        reply: Generator = await self.call(
            generators.RUN_GENERATOR,
            generators.OneGenerator(
                generatorid=generatorid,
            ),
        )
        return reply

    async def remove_generator(
        self,
        *,
        generatorid: str = "",
    ) -> Empty:
        """Remove generator.

        A request about one generator.

        Sent as `removegeneratormsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            generators.REMOVE_GENERATOR,
            generators.OneGenerator(
                generatorid=generatorid,
            ),
        )
        return reply
