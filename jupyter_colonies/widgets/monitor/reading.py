"""What the monitor knows of a colony, and asks for again when it may have changed."""

from __future__ import annotations

from typing import Any, NamedTuple

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.several import several
from jupyter_colonies.core.cron import Cron
from jupyter_colonies.core.generator import Generator
from jupyter_colonies.core.member import Executor, Function
from jupyter_colonies.core.messages.monitor import CRONS, EXECUTORS, GENERATORS, Monitor
from jupyter_colonies.core.timeslots import LONGEST
from jupyter_colonies.widgets.monitor.rows import merged_slots

MOST_STARTERS = 500
"""Crons, and generators, that are shown."""


class Reading(NamedTuple):
    """A colony as it was when it was last looked at."""

    figures: Monitor = Monitor()
    executors: tuple[Executor, ...] = ()
    functions: tuple[Function, ...] = ()
    crons: tuple[Cron, ...] = ()
    generators: tuple[Generator, ...] = ()
    slots: tuple[dict[str, Any], ...] = ()

    async def renewed(self, colony: Colony, changed: frozenset[str]) -> Reading:
        """The same after these kinds of things may have changed. Raises what the server refuses.

        The figures are asked for each time, of the past only what is not known.
        """
        client, name = colony.client, colony.name
        since = self.slots[-1]["at"] // 1000 if self.slots else 0
        figures = await client.get_monitor(colonyname=name, since=since)
        slots = merged_slots(self.slots, figures, LONGEST)
        new = self._replace(figures=figures, slots=tuple(slots))
        if EXECUTORS in changed:
            executors = await client.get_executors(colonyname=name)
            functions = await client.get_functions(colonyname=name)
            new = new._replace(executors=tuple(executors), functions=tuple(functions))
        if CRONS in changed:
            crons = await client.get_crons(colonyname=name, count=MOST_STARTERS)
            new = new._replace(crons=tuple(crons))
        if GENERATORS in changed:
            listed = await client.get_generators(colonyname=name, count=MOST_STARTERS)
            # Only one that is asked for by itself comes with the length of its queue.
            whole = await several(
                lambda each: client.get_generator(generatorid=each.generatorid), listed
            )
            new = new._replace(generators=tuple(whole))
        return new
