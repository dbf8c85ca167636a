"""Pausing the assignments of a colony (protocol part 01, section 4.12)."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.decoding import Name
from jupyter_colonies.core.messages.colonies import NamedColony
from jupyter_colonies.core.messages.registry import Empty, Message, declare
from jupyter_colonies.core.policy import Role


class PauseStatus(msgspec.Struct, kw_only=True):
    """Whether a colony's executors get no work at present."""

    colonyname: Name = ""
    ispaused: bool = False
    msgtype: str = "pausestatusreplymsg"


PAUSE_ASSIGNMENTS = declare(
    Message(
        "pauseassignmentsmsg",
        "pause_assignments",
        NamedColony,
        Empty,
        does="pause assignments",
        role=Role.COLONY_OWNER,
        colony="colonyname",
    )
)
RESUME_ASSIGNMENTS = declare(
    Message(
        "resumeassignmentsmsg",
        "resume_assignments",
        NamedColony,
        Empty,
        does="resume assignments",
        role=Role.COLONY_OWNER,
        colony="colonyname",
    )
)
GET_PAUSE_STATUS = declare(
    Message(
        "getpausestatusmsg",
        "get_pause_status",
        NamedColony,
        PauseStatus,
        does="get pause status",
        role=Role.MEMBER_OR_PENDING,
        colony="colonyname",
        reads=True,
        reply_type="pausestatusreplymsg",
    )
)
