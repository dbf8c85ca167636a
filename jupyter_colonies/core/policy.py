"""Who may do what: flat roles, evaluated on facts that the caller looked up.

The roles are not hierarchical: owners are not members (protocol part 01, sections 3.1 and 3.2).
"""

from __future__ import annotations

from collections.abc import Container
from enum import Enum
from typing import NamedTuple

from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.scope import Scope
from jupyter_colonies.errors import AccessDenied


class Role(Enum):
    """What a caller must be."""

    ANYONE = "anyone, unsigned"
    SERVER_OWNER = "the server owner"
    COLONY_OWNER = "the colony owner"
    MEMBER = "an approved executor or a user of the colony"
    MEMBER_OR_PENDING = "an approved or pending executor, or a user, of the colony"
    MEMBER_OR_OWNER = "an approved executor or a user of the colony, or its owner"
    ASSIGNED_EXECUTOR = "the executor the process is assigned to"
    PARTY = "the submitter or the assigned executor of the process"
    ITSELF = "the executor it concerns"
    SIGNER = "anyone who signs; each part of the request is decided on its own"
    ENROLLED = "whoever proves to know the server's registration secret"


OWNER_NAME = "colony owner"


class ExecutorFacts(NamedTuple):
    """The caller as an executor of the colony."""

    seq: int
    executorname: str
    executortype: str
    locationname: str
    state: ExecutorState


class Grant(NamedTuple):
    """What a proof of identity is good for that is less than the identity itself."""

    colonyname: str
    scopes: frozenset[Scope]


class Caller(NamedTuple):
    """An identity and what it is in the colony the request concerns."""

    id: str
    executor: ExecutorFacts | None = None
    username: str | None = None
    owner: bool = False

    @property
    def name(self) -> str:
        """The executor's name if there is one, else the user's (part 01, section 3.3).

        What the colony's owner starts bears the name of that role (part 03, B-22).
        """
        if self.owner:
            return OWNER_NAME
        return self.executor.executorname if self.executor else self.username or ""


def check_server_owner(callerid: str, serverid: str) -> None:
    """Raise AccessDenied unless the caller owns the server."""
    if callerid != serverid:
        raise AccessDenied("Access denied, not server owner")


def check_colony_owner(callerid: str, colonyname: str, ownerid: str | None) -> None:
    """Raise AccessDenied unless the caller owns the colony; `ownerid` None means no colony."""
    if not colonyname:
        raise AccessDenied("Empty Colony name")
    if ownerid is None:
        raise AccessDenied(f"Colony with name <{colonyname}> does not exists")
    if callerid != ownerid:
        raise AccessDenied("Access denied, not colony owner")


def is_member(caller: Caller, *, pending: bool = False) -> bool:
    """Whether the caller has a member's rights; `pending` also admits waiting executors."""
    if caller.username is not None:
        return True
    if caller.executor is None:
        return False
    state = caller.executor.state
    return state == ExecutorState.APPROVED or (pending and state == ExecutorState.PENDING)


def not_a_member(colonyname: str, *, exists: bool) -> AccessDenied:
    """The refusal of a non-member (protocol part 01, section 3.2)."""
    if not exists:
        return AccessDenied(f"Colony with name <{colonyname}> does not exists")
    return AccessDenied(f"Access denied, not a member of Colony with name <{colonyname}>")


def check_party(callerid: str, parties: Container[str], doing: str) -> None:
    """Raise AccessDenied unless the caller is a party; `doing` completes "to … channel".

    Protocol part 03, section 2.3: the submitter and the assigned executor, nobody else.
    """
    if callerid not in parties:
        raise AccessDenied(
            f"Not authorized to {doing} channel: it belongs to the submitter of the process and "
            "to the executor it is assigned to"
        )
