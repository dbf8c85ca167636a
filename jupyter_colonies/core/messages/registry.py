"""The registry of messages: every operation is declared here once.

The RPC dispatcher, the typed client, the reference in the documentation and the test of all
access rules are derived from these declarations.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import msgspec

from jupyter_colonies.core.policy import Role
from jupyter_colonies.errors import ColoniesError, InvalidRequest

RequestT = TypeVar("RequestT", bound="Request")
ReplyT = TypeVar("ReplyT")


class Request(msgspec.Struct, kw_only=True):
    """Base of all requests; `msgtype` binds the signature to the operation."""

    msgtype: str = ""


class Empty(msgspec.Struct):
    """The reply of an operation without a result: `{}`."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """An object that is looked up before the caller's role is checked.

    `field` is the request's field with its id; `missing` is raised when there is no such object.
    The role is then checked in the object's colony.
    """

    kind: str
    field: str
    missing: ColoniesError


class Message(Generic[RequestT, ReplyT]):
    """One operation of the protocol.

    type: the wire's `payloadtype`. method: name in the typed client. does: completes "Failed
    to …" in error texts. request, reply: struct types. role: who may call it. colony: dotted
    path in the request to the colony the role is checked in; empty with a subject. needs: field
    that must be present and not an empty text, and the error text otherwise. subject: see
    `Subject`. extension: not part of the original protocol. reads: changes nothing. streams:
    websocket only. reply_type: the `payloadtype` of replies where it is another one.
    """

    def __init__(
        self,
        type: str,  # noqa: A002 - the wire's own word
        method: str,
        request: type[RequestT],
        reply: type[ReplyT],
        *,
        does: str,
        role: Role,
        colony: str = "",
        needs: tuple[str, str] | None = None,
        subject: Subject | None = None,
        reads: bool = False,
        streams: bool = False,
        extension: bool = False,
        reply_type: str = "",
    ) -> None:
        self.type = type
        self.method = method
        self.request = request
        self.reply = reply
        self.does = does
        self.role = role
        self.colony = colony
        self.needs = needs
        self.subject = subject
        self.reads = reads
        self.streams = streams
        self.extension = extension
        self.reply_type = reply_type or type

    def __repr__(self) -> str:
        return f"<Message {self.type}>"

    def check(self, request: RequestT) -> None:
        """Raise InvalidRequest for a wrong `msgtype` or a missing part (part 01, 1.4)."""
        if request.msgtype != self.type:
            raise InvalidRequest(f"Failed to {self.does}, msg.MsgType does not match payloadType")
        if self.needs is not None and getattr(request, self.needs[0]) in (None, ""):
            raise InvalidRequest(self.needs[1])

    def colony_of(self, request: RequestT) -> str:
        """The colony named in a request."""
        value: Any = request
        for name in self.colony.split("."):
            value = getattr(value, name)
        return str(value)


_REGISTRY: dict[str, Message[Any, Any]] = {}

REGISTRY: Mapping[str, Message[Any, Any]] = MappingProxyType(_REGISTRY)


def declare(message: Message[RequestT, ReplyT]) -> Message[RequestT, ReplyT]:
    """Put a message into the registry. Raises ValueError if its type is taken."""
    if message.type in _REGISTRY:
        raise ValueError(f"message type {message.type} is declared twice")
    _REGISTRY[message.type] = message
    return message


def withdraw(message: Message[Any, Any]) -> None:
    """Take a message out again: for tests that declare one of their own."""
    del _REGISTRY[message.type]
