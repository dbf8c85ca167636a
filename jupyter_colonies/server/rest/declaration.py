"""What an operation of the REST API is, and how one is declared.

    @declare("POST", "colonies/{colonyname}/things/{thingname}", who=Role.MEMBER,
             replies={201: Thing})
    async def make_thing(visit: Visit, colonyname: str, thingname: str, *,
                         query: Wishes, body: ThingBody) -> Reply:
        \"\"\"Make a thing.

        What the documentation says beyond that.
        \"\"\"

The names in the path are the positional parameters. `query` and `body` are there if the operation
takes any; their types are structs (`body` may be a list of them), decoded before the function is
called. What is declared is all there is: routing, decoding, the OpenAPI document, the table of the
documentation and the test that nothing is open are made from it.
"""

from __future__ import annotations

import asyncio
import re
import typing
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import culprit
from jupyter_colonies.core.messages.registry import Message
from jupyter_colonies.core.once import Once
from jupyter_colonies.core.policy import Role
from jupyter_colonies.errors import InvalidRequest, Unstorable
from jupyter_colonies.server.visitor import Visitor

T = TypeVar("T")

KIB = 1024
MIB = 1024 * KIB

Services = Mapping[type, Any]
"""What only this server's own users reach, by its class: deployments, numbers."""


class Reply(NamedTuple):
    """Status, body, and the address below `/v1/` of what was made.

    With `media` the body is bytes of that type, or they come from `stream`. `tag` is the entity tag
    where it is known without the body; else it is made from the body, if the operation has one.
    """

    status: int
    body: Any = None
    location: str = ""
    media: str = ""
    tag: str = ""
    next: str = ""
    headers: Mapping[str, str] = MappingProxyType({})
    stream: AsyncIterator[bytes] | None = None


def address(*names: str) -> str:
    """The address below `/v1/` that names lead to."""
    return "/".join(quote(name, safe="") for name in names)


class Visit(NamedTuple):
    """One request of a known visitor; `gone` is set when the client has left."""

    broker: Broker
    visitor: Visitor
    gone: asyncio.Event
    headers: Mapping[str, str] = MappingProxyType({})
    services: Services = MappingProxyType({})
    once: Once | None = None

    async def ask(self, message: Message[Any, Any], callerid: str = "", /, **fields: Any) -> Any:
        """One operation, as the visitor unless another id is given. Raises ColoniesError."""
        return await self._call(message, fields, callerid)

    async def submit(self, message: Message[Any, Any], callerid: str = "", /, **fields: Any) -> Any:
        """The same, once for each idempotency key."""
        return await self._call(message, fields, callerid, self.once)

    async def _call(
        self,
        message: Message[Any, Any],
        fields: dict[str, Any],
        callerid: str,
        once: Once | None = None,
    ) -> Any:
        request = message.request(msgtype=message.type, **fields)
        caller = callerid or self.visitor.id
        bearer = self.visitor.bearer
        grant = bearer.grant if bearer is not None else None
        try:
            return await self.broker.call(
                message, request, caller, gone=self.gone, grant=grant, once=once
            )
        except Unstorable as error:
            raise InvalidRequest(error.message + culprit.named(request)) from None

    def service(self, kind: type[T]) -> T:
        """A service of this server's own users."""
        found: T = self.services[kind]
        return found


Action = Callable[..., Awaitable[Reply]]
ActionT = TypeVar("ActionT", bound=Action)


class Operation(NamedTuple):
    """One method of one resource.

    `path` is below `/v1/`, its parameters in braces. `who` says who may call it. `replies` has the
    type of the body for each status of success, None for no body. `media` is the type of the body
    where it is not JSON. `largest` is the most bytes a body may have. `once`: it takes an
    idempotency key. `tagged`: its replies have entity tags. `inside`: only for users of this
    Jupyter server. `open`: for anyone, without proof.
    """

    name: str
    method: str
    path: str
    action: Action
    who: str
    replies: Mapping[int, Any]
    query: Any = None
    body: Any = None
    media: str = ""
    largest: int = 4 * MIB
    once: bool = False
    tagged: bool = False
    inside: bool = False
    open: bool = False

    @property
    def parameters(self) -> list[str]:
        """The names in the path, in order."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def pattern(self) -> str:
        """The path as a regular expression with a group for each parameter."""
        return re.sub(r"{\w+}", "([^/]+)", self.path)

    @property
    def noun(self) -> str:
        """What it is about: its place among the others in documents."""
        module = self.action.__module__.rpartition(".")[2]
        return NOUNS.get(module, module)

    @property
    def summary(self) -> str:
        """What it does, in a line."""
        return _paragraphs(self.action)[0]

    @property
    def description(self) -> str:
        """What else is to be known."""
        return "\n\n".join(_paragraphs(self.action)[1:])


NOUNS = {"desk": "deployments", "contents": "files", "description": "documents", "logs": "log"}
"""What the modules are about that are not called so."""

_OPERATIONS: dict[str, Operation] = {}

OPERATIONS: Mapping[str, Operation] = MappingProxyType(_OPERATIONS)
"""All that were declared, by name: complete once `api` is loaded."""


def declare(
    method: str,
    path: str,
    *,
    who: Role | str,
    replies: Mapping[int, Any],
    media: str = "",
    largest: int = 4 * MIB,
    once: bool = False,
    tagged: bool = False,
    inside: bool = False,
    open: bool = False,  # noqa: A002 - the word for it
) -> Callable[[ActionT], ActionT]:
    """Make a function an operation, see `Operation`. Raises ValueError if its names don't fit."""

    def bind(action: ActionT) -> ActionT:
        hints = typing.get_type_hints(action, include_extras=True)
        operation = Operation(
            name=action.__name__,
            method=method,
            path=path,
            action=action,
            who=who.value if isinstance(who, Role) else who,
            replies=replies,
            query=hints.pop("query", None),
            body=hints.pop("body", None),
            media=media,
            largest=largest,
            once=once,
            tagged=tagged,
            inside=inside,
            open=open,
        )
        taken = {(each.method, each.pattern) for each in _OPERATIONS.values()}
        if operation.name in _OPERATIONS or (method, operation.pattern) in taken:
            raise ValueError(f"{method} {path} ({operation.name}) is declared twice")
        named = [name for name in hints if name not in ("return", "visit", "_")]
        if named != operation.parameters:
            raise ValueError(f"{operation.name} takes {named}, its path has {operation.parameters}")
        _OPERATIONS[operation.name] = operation
        return action

    return bind


def _paragraphs(action: Action) -> list[str]:
    text = (action.__doc__ or "").strip()
    return [" ".join(part.split()) for part in text.split("\n\n")]
