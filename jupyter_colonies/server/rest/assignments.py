"""Assignments: the resource from which an executor takes work."""

from __future__ import annotations

from typing import Annotated

import msgspec

from jupyter_colonies.core.messages import processes
from jupyter_colonies.core.messages.processes import MOST_AT_ONCE
from jupyter_colonies.core.process import Process
from jupyter_colonies.errors import NothingToAssign
from jupyter_colonies.server.rest.declaration import Reply, Visit, declare
from jupyter_colonies.server.rest.executors import ITSELF, ONE

LONGEST_WAIT = 3600

Wait = Annotated[
    int,
    msgspec.Meta(ge=0, le=LONGEST_WAIT, description="Seconds to wait until there is something."),
]
Count = Annotated[
    int,
    msgspec.Meta(ge=1, le=MOST_AT_ONCE, description="The most processes to take at once."),
]
Available = Annotated[str, msgspec.Meta(max_length=64, description="Such as `500m` or `10Gi`.")]


class Taking(msgspec.Struct, kw_only=True):
    """How work is taken; without `availablecpu` and `availablemem` processes of any size."""

    wait: Wait = 0
    count: Count | msgspec.UnsetType = msgspec.UNSET
    availablecpu: Available = ""
    availablemem: Available = ""


@declare(
    "POST",
    ONE + "/assignments",
    who=ITSELF,
    replies={200: Process | list[Process], 204: None},
)
async def take_assignment(
    visit: Visit, colonyname: str, executorname: str, *, query: Taking
) -> Reply:
    """Take work: the next process for an executor, or the next `count`.

    Without `count` the reply is one process; with it a list of at least one. 204 says that there
    was nothing within `wait` seconds: ask again. 503 says that the colony's owner has paused
    assignments. What was taken has to be closed by `success` or `failure`.
    """
    executorid = await visit.visitor.executor(colonyname, executorname)
    request = {
        "colonyname": colonyname,
        "timeout": query.wait or -1,
        "availablecpu": query.availablecpu,
        "availablemem": query.availablemem,
    }
    try:
        if query.count is msgspec.UNSET:
            return Reply(200, await visit.ask(processes.ASSIGN_PROCESS, executorid, **request))
        several = {**request, "count": query.count}
        return Reply(200, await visit.ask(processes.ASSIGN_PROCESSES, executorid, **several))
    except NothingToAssign as error:
        if type(error) is NothingToAssign:
            return Reply(204)
        raise
