"""Lists by page: operations behind the REST API that have no message on the wire.

They are declared like messages, so that the same rules decide who may ask, but are not in the
registry: nobody can send them.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.messages.registry import Message, Request, Subject
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import NotFound

MOST = 500
"""Entries of a page at most."""

Key = list[int | str]
"""Where an entry stands in the order of its list."""


class Page(Request):
    """Some entries of a list: at most `limit`, those that come after the one at `after`.

    `filters` say by name what the entries must have, `sort` is one of the list's orders.
    """

    colonyname: Name = ""
    processgraphid: str = ""
    processid: str = ""
    executorname: Name = ""
    filters: dict[str, int | str] = msgspec.field(default_factory=dict)
    sort: str = ""
    after: Key = msgspec.field(default_factory=list)
    limit: Integer = 100


class Found(msgspec.Struct, kw_only=True):
    """A page: its entries, and the place of the last if others follow."""

    items: list[Any]
    last: Key | None = None


class OneWorkflow(Request):
    """A request about one workflow."""

    processgraphid: str = ""


class Progress(msgspec.Struct, kw_only=True):
    """A workflow in short: its state, and how many of its processes are in each.

    `name` is what it was called, or else what it does. `revision` counts its changes. `original`
    is the workflow that this one runs again, if any.
    """

    workflowid: str
    colonyname: str
    initiatorname: str
    revision: int
    state: State
    submissiontime: datetime = NEVER
    starttime: datetime = NEVER
    endtime: datetime = NEVER
    waiting: int = 0
    running: int = 0
    successful: int = 0
    failed: int = 0
    cancelled: int = 0
    original: str = ""
    name: str = ""


class RunKind(Enum):
    """What a run is: a workflow, or a process that belongs to none."""

    WORKFLOW = "workflow"
    PROCESS = "process"


class RunSummary(msgspec.Struct, kw_only=True):
    """A workflow in short, or a process that belongs to none, which counts as one.

    `runid` is the id of either. `name` is what a workflow was called, or else what it does, and the
    name of a process' node or function. `executorname` is who runs a process or has run it,
    `original` the workflow that this one runs again, `revision` the number of a workflow's changes.
    """

    runid: str
    kind: RunKind
    name: str
    colonyname: str
    initiatorname: str
    executorname: str
    revision: int
    state: State
    submissiontime: datetime
    starttime: datetime
    endtime: datetime
    waiting: int
    running: int
    successful: int
    failed: int
    cancelled: int
    original: str


class RunCounts(msgspec.Struct, kw_only=True):
    """How many runs are in each state: workflows, and processes that belong to none."""

    waiting: int
    running: int
    successful: int
    failed: int
    cancelled: int


def _subject(kind: str, field: str, what: str) -> Subject:
    return Subject(kind=kind, field=field, missing=NotFound(f"There is no {what} '{{}}'"))


def _list(what: str, role: Role = Role.MEMBER, subject: Subject | None = None) -> Message[Any, Any]:
    return Message(
        f"page:{what}",
        f"list_{what}",
        Page,
        Found,
        does=f"list {what}",
        role=role,
        colony="" if subject or role is Role.SERVER_OWNER else "colonyname",
        subject=subject,
        reads=True,
    )


_WORKFLOW = _subject("processgraph", "processgraphid", "workflow")

COLONIES = _list("colonies", Role.SERVER_OWNER)
MEMBERS = _list("members", Role.MEMBER_OR_PENDING)
EXECUTORS = _list("executors", Role.MEMBER_OR_PENDING)
FUNCTIONS = _list("functions")
LOCATIONS = _list("locations", Role.MEMBER_OR_PENDING)
PROCESSES = _list("processes")
WORKFLOWS = _list("workflows")
RUNS = _list("runs")
NODES = _list("nodes", subject=_WORKFLOW)
LINES = _list("processlog", subject=_subject("process", "processid", "process"))
EXECUTOR_LINES = _list("executorlog", subject=_subject("executor", "executorname", "executor"))
COLONY_LINES = _list("log")
CRONS = _list("crons")
GENERATORS = _list("generators")
FILES = _list("files")
LABELS = _list("labels")
SNAPSHOTS = _list("snapshots")
GET_PROGRESS: Message[OneWorkflow, Progress] = Message(
    "progress",
    "get_progress",
    OneWorkflow,
    Progress,
    does="get progress",
    role=Role.MEMBER,
    subject=_WORKFLOW,
    reads=True,
)
COUNT_RUNS: Message[Page, RunCounts] = Message(
    "runcounts",
    "count_runs",
    Page,
    RunCounts,
    does="count runs",
    role=Role.MEMBER,
    colony="colonyname",
    reads=True,
)

ALL = (
    COLONIES, MEMBERS, EXECUTORS, FUNCTIONS, LOCATIONS, PROCESSES, WORKFLOWS, NODES, LINES,
    EXECUTOR_LINES, COLONY_LINES, CRONS, GENERATORS, FILES, LABELS, SNAPSHOTS, GET_PROGRESS,
    RUNS, COUNT_RUNS,
)  # fmt: skip
