"""Crons (protocol part 02, section 8)."""

from __future__ import annotations

from jupyter_colonies.core.cron import Cron
from jupyter_colonies.core.decoding import Integer
from jupyter_colonies.core.messages.registry import Empty, Message, Request, Subject, declare
from jupyter_colonies.core.policy import Role
from jupyter_colonies.errors import Absent, ColoniesError, UnknownObject


class AddCron(Request):
    """Start a workflow at certain times from now on."""

    cron: Cron | None = None


class OneCron(Request):
    """A request about one cron."""

    cronid: str = ""


class SwitchCron(Request):
    """Let a cron start its workflow by itself, or not until this is said again."""

    cronid: str = ""
    enabled: bool = False


class ListCrons(Request):
    """The first crons of a colony by name."""

    colonyname: str = ""
    count: Integer = 0


def _cron(missing: ColoniesError) -> Subject:
    return Subject(kind="cron", field="cronid", missing=missing)


ADD_CRON = declare(
    Message(
        "addcronmsg",
        "add_cron",
        AddCron,
        Cron,
        does="add cron",
        role=Role.MEMBER,
        colony="cron.colonyname",
        needs=("cron", "Failed to add cron, msg.Cron is nil"),
    )
)
GET_CRON = declare(
    Message(
        "getcronmsg",
        "get_cron",
        OneCron,
        Cron,
        does="get cron",
        role=Role.MEMBER,
        reads=True,
        subject=_cron(UnknownObject("Failed to get cron, cron is nil: there is no cron '{}'")),
    )
)
GET_CRONS = declare(
    Message(
        "getcronsmsg",
        "get_crons",
        ListCrons,
        list[Cron],
        does="get crons",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
RUN_CRON = declare(
    Message(
        "runcronmsg",
        "run_cron",
        OneCron,
        Cron,
        does="run cron",
        role=Role.MEMBER,
        subject=_cron(Absent("cron not found: there is no cron '{}'")),
    )
)
SWITCH_CRON = declare(
    Message(
        "switchcronmsg",
        "switch_cron",
        SwitchCron,
        Cron,
        does="switch cron",
        role=Role.MEMBER,
        subject=_cron(UnknownObject("Failed to switch cron, cron is nil: there is no cron '{}'")),
        extension=True,
    )
)
REMOVE_CRON = declare(
    Message(
        "removecronmsg",
        "remove_cron",
        OneCron,
        Empty,
        does="remove cron",
        role=Role.MEMBER,
        subject=_cron(UnknownObject("Failed to remove cron, cron is nil: there is no cron '{}'")),
    )
)
