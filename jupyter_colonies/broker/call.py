"""One request on its way through a use-case, and the registry of use-cases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, tzinfo
from typing import Any, NamedTuple, Protocol, TypeVar

from jupyter_colonies.broker.attendance import Attendance
from jupyter_colonies.broker.verifying import Verifier
from jupyter_colonies.core.messages import Message
from jupyter_colonies.core.messages.objects import Credentials
from jupyter_colonies.core.messages.server import Backend
from jupyter_colonies.core.once import Once
from jupyter_colonies.core.policy import Caller
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Row, Transaction


class Facts(NamedTuple):
    """What the server itself knows and use-cases may ask.

    `secret` is the registration secret; `reregister` allows taking over the name of a live
    executor (protocol part 01, section 4.3). `backends` are the addresses it listens on, `zone` is
    that of cron expressions which name none. `retention` is how many seconds what was successful is
    kept, 0 for ever. `stale_after` is the number of seconds after which an executor without a lease
    counts as silent, 0 for never; `give_back` takes from a silent one even what it runs without a
    deadline. `quota` is the number of bytes of files a colony may hold, 0 for any. `face` says
    whether S3 clients reach the bytes of files here, `elsewhere` are the keys of where they are
    otherwise. `polls` and `subscriptions` are how many of each an identity may have open, 0 for any
    number.
    """

    serverid: str
    secret: str
    reregister: bool = False
    backends: tuple[Backend, ...] = ()
    zone: tzinfo = UTC
    retention: int = 0
    stale_after: int = 600
    give_back: bool = False
    quota: int = 0
    face: bool = True
    elsewhere: Credentials | None = None
    polls: int = 0
    subscriptions: int = 0


class Call(NamedTuple):
    """A checked request: who calls, in which colony, about which row."""

    tx: Transaction
    facts: Facts
    caller: Caller
    colonyname: str = ""
    subject: Row | None = None

    @property
    def row(self) -> Row:
        """The row of the message's subject."""
        if self.subject is None:
            raise LookupError("this message is declared without a subject")
        return self.subject


UseCase = Callable[[Call, Any], Any]
UseCaseT = TypeVar("UseCaseT", bound=UseCase)

USE_CASES: dict[str, UseCase] = {}


def answers(message: Message[Any, Any]) -> Callable[[UseCaseT], UseCaseT]:
    """Make a function the use-case of a message."""

    def bind(function: UseCaseT) -> UseCaseT:
        USE_CASES[message.type] = function
        return function

    return bind


class Desk(Protocol):
    """What a procedure needs of the broker."""

    @property
    def store(self) -> Store:
        """The database."""

    @property
    def facts(self) -> Facts:
        """What the server knows."""

    @property
    def once(self) -> Once | None:
        """The idempotency key of the request."""

    @property
    def attendance(self) -> Attendance:
        """Who is at this server."""

    @property
    def verifier(self) -> Verifier | None:
        """Where the bytes of files are looked at, None if they are elsewhere."""


Procedure = Callable[[Desk, Any, str], Awaitable[Any]]
ProcedureT = TypeVar("ProcedureT", bound=Procedure)

PROCEDURES: dict[str, Procedure] = {}


def carries_out(message: Message[Any, Any]) -> Callable[[ProcedureT], ProcedureT]:
    """Make a function the way a message is answered that may take several transactions.

    It is given the broker, the request and the id that signed it, and checks who may ask.
    """

    def bind(function: ProcedureT) -> ProcedureT:
        PROCEDURES[message.type] = function
        return function

    return bind
