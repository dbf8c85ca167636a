"""Snapshots of labels (protocol part 03, section 1.6)."""

from __future__ import annotations

from jupyter_colonies.core.file import Snapshot
from jupyter_colonies.core.messages.colonies import NamedColony
from jupyter_colonies.core.messages.registry import Empty, Message, Request, declare
from jupyter_colonies.core.policy import Role


class CreateSnapshot(Request):
    """Note the newest revision of every file of a label and below it, under a name."""

    colonyname: str = ""
    label: str = ""
    name: str = ""


class OneSnapshot(Request):
    """A request about one snapshot, by `snapshotid`, or by `name` if that is empty."""

    colonyname: str = ""
    snapshotid: str = ""
    name: str = ""


CREATE_SNAPSHOT = declare(
    Message(
        "createsnapshotmsg",
        "create_snapshot",
        CreateSnapshot,
        Snapshot,
        does="create snapshot",
        role=Role.MEMBER,
        colony="colonyname",
    )
)
GET_SNAPSHOT = declare(
    Message(
        "getsnapshotmsg",
        "get_snapshot",
        OneSnapshot,
        Snapshot,
        does="get snapshot",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
GET_SNAPSHOTS = declare(
    Message(
        "getsnapshotsmsg",
        "get_snapshots",
        NamedColony,
        list[Snapshot],
        does="get snapshots",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
REMOVE_SNAPSHOT = declare(
    Message(
        "removesnapshotmsg",
        "remove_snapshot",
        OneSnapshot,
        Empty,
        does="remove snapshot",
        role=Role.MEMBER,
        colony="colonyname",
    )
)
REMOVE_ALL_SNAPSHOTS = declare(
    Message(
        "removeallsnapshotmsg",
        "remove_all_snapshots",
        NamedColony,
        Empty,
        does="remove all snapshots",
        role=Role.MEMBER,
        colony="colonyname",
    )
)
