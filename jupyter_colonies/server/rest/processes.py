"""Processes: reading them, and closing those one runs."""

from __future__ import annotations

from typing import Any

import msgspec

from jupyter_colonies.core.messages import logs, processes
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.process import Process
from jupyter_colonies.server.rest.declaration import MIB, Reply, Visit, declare

ONE = "processes/{processid}"
HOLDER = "the executor the process is assigned to, or inside Jupyter the user who registered it"


class Line(msgspec.Struct, kw_only=True):
    """Body of a line for a log."""

    message: str


class Success(msgspec.Struct, kw_only=True):
    """Body that closes a process: its output."""

    out: list[Any] = msgspec.field(default_factory=list)


class Failure(msgspec.Struct, kw_only=True):
    """Body that fails a process: why."""

    errors: list[str] = msgspec.field(default_factory=list)


@declare("GET", ONE, who=Role.MEMBER, replies={200: Process}, tagged=True)
async def get_process(visit: Visit, processid: str) -> Reply:
    """One process."""
    return Reply(200, await visit.ask(processes.GET_PROCESS, processid=processid))


@declare("POST", ONE + "/log", who=HOLDER, replies={204: None})
async def add_log(visit: Visit, processid: str, *, body: Line) -> Reply:
    """Write a line to the log of a running process."""
    holder = await visit.visitor.holder(processid)
    await visit.ask(logs.ADD_LOG, holder, processid=processid, message=body.message)
    return Reply(204)


@declare("PUT", ONE + "/success", who=HOLDER, replies={204: None}, largest=64 * MIB)
async def succeed(visit: Visit, processid: str, *, body: Success) -> Reply:
    """Close a process with its output; repeating it changes nothing."""
    holder = await visit.visitor.holder(processid)
    await visit.ask(processes.CLOSE_SUCCESSFUL, holder, processid=processid, out=body.out)
    return Reply(204)


@declare("PUT", ONE + "/failure", who=HOLDER, replies={204: None})
async def fail(visit: Visit, processid: str, *, body: Failure) -> Reply:
    """Fail a process for good."""
    holder = await visit.visitor.holder(processid)
    await visit.ask(processes.CLOSE_FAILED, holder, processid=processid, errors=body.errors)
    return Reply(204)
