"""All processes of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_colonies.core.process import Process
from jupyter_colonies.errors import InvalidRequest, ServerRefused

if TYPE_CHECKING:
    from jupyter_colonies.client.runs.repair import Repairable


async def members(run: Repairable) -> list[Process]:
    """All processes of a run, those of a workflow in depth-first order; a coroutine."""
    client, colony = run.colony.client, run.colony.name
    if not run.is_workflow:
        return [await client.get_process(processid=run.id)]
    try:
        return await client.get_processes(colonyname=colony, processgraphid=run.id, state=-1)
    except (InvalidRequest, ServerRefused):
        # The original server knows no listing of one workflow (protocol part 02, section 10.1).
        graph = await client.get_process_graph(processgraphid=run.id)
        return [await client.get_process(processid=each) for each in graph.processids or ()]
