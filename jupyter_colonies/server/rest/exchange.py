"""One request of the REST API at any front: from the known visitor to the written reply."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlencode

import msgspec
from tornado import web
from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError

from jupyter_colonies.broker import trust
from jupyter_colonies.broker.origin import ORIGIN, Origin, address_of
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import scope
from jupyter_colonies.core.decoding import converted, decode_exactly
from jupyter_colonies.core.once import LONGEST, Once
from jupyter_colonies.errors import (
    AssignmentsPaused,
    ColoniesError,
    FaultyField,
    ServerStopping,
    TooLarge,
    Unproven,
    WrongMedia,
)
from jupyter_colonies.server import rpc
from jupyter_colonies.server.presence import STOPPING, Presence
from jupyter_colonies.server.rest import problem, scopes
from jupyter_colonies.server.rest.declaration import Operation, Reply, Services, Visit
from jupyter_colonies.server.rest.problem import Problem
from jupyter_colonies.server.signatures import ACCEPT_SIGNATURE
from jupyter_colonies.server.visitor import Visitor

log = logging.getLogger(__name__)

JSON = "application/json"
KEY = "Idempotency-Key"
LONGEST_NAME = 255
SLOWEST = 60.0
"""Seconds within which a client has to take what is being sent to it."""

WAITS = {429: 1, 503: 2}
"""Seconds after which a request is worth repeating, by status."""

Offered = Mapping[str, Operation]
"""What can be done with a resource, by method."""


class Exchange:
    """A request and the reply to it."""

    def __init__(
        self,
        handler: web.RequestHandler,
        broker: Broker,
        presence: Presence,
        gone: asyncio.Event,
        services: Services = MappingProxyType({}),
    ) -> None:
        self._handler = handler
        self._broker = broker
        self._presence = presence
        self._gone = gone
        self._services = services

    async def act(self, visitor: Visitor, operation: Operation, *names: str) -> None:
        """Carry an operation out and write what came of it."""
        with self._presence.exchange():
            try:
                if self._presence.stopping:
                    raise ServerStopping(STOPPING)
                ORIGIN.set(Origin("rest", address_of(self._handler.request), visitor.proof))
                self._presence.admit(visitor.id)
                check_scope(visitor, operation)
                given = await self._read(operation, names)
                headers = {
                    name.lower(): text for name, text in self._handler.request.headers.items()
                }
                once = self._once(operation)
                visit = Visit(self._broker, visitor, self._gone, headers, self._services, once)
                async with trust.kept(self._broker, visitor.bearer, self._gone):
                    reply = await operation.action(visit, *names, **given)
                if once is not None and once.replayed:
                    self._handler.set_header("Idempotency-Replayed", "true")
                await self._reply(operation, reply)
            except ColoniesError as error:
                refuse(self._handler, error)
            except StreamClosedError:
                self._gone.set()
            except Exception as error:  # noqa: BLE001 - a client must get an answer in any case
                refuse(self._handler, rpc.unexpected(error))

    async def show(self, operation: Operation) -> None:
        """Write what is for anyone."""
        with self._presence.exchange():
            try:
                read_query(self._handler.request.query, operation)
                await self._reply(operation, await operation.action(None))
            except ColoniesError as error:
                refuse(self._handler, error)

    def _once(self, operation: Operation) -> Once | None:
        """The idempotency key. Raises FaultyField for one that can't be, or has no meaning."""
        request = self._handler.request
        key = request.headers.get(KEY, "")
        if operation.method != "GET" and "If-Match" in request.headers:
            raise FaultyField("If-Match is not known here: leave it out", "header", "If-Match")
        if not key:
            return None
        if not operation.once:
            if operation.method == "POST":
                raise FaultyField(f"This operation takes no {KEY}: leave it out", "header", KEY)
            # The others may be repeated anyway.
            return None
        if len(key) > LONGEST or not (key.isascii() and key.isprintable()):
            raise FaultyField(
                f"{KEY} must have at most {LONGEST} printable characters of ASCII", "header", KEY
            )
        _, _, place = (request.uri or "").partition("/v1/")
        said = b"\0".join([(request.method or "").encode(), place.encode(), request.body])
        return Once(key, hashlib.sha256(said).hexdigest())

    async def _read(self, operation: Operation, names: tuple[str, ...]) -> dict[str, Any]:
        for parameter, name in zip(operation.parameters, names, strict=True):
            if len(name) > LONGEST_NAME or not name.isprintable():
                raise FaultyField(
                    f"The path's '{parameter}' must be printable and have at most "
                    f"{LONGEST_NAME} characters",
                    "parameter",
                    parameter,
                )
        given: dict[str, Any] = {}
        query = read_query(self._handler.request.query, operation)
        if operation.query is not None:
            given["query"] = query
        if operation.body is not None:
            given["body"] = await self._read_body(operation)
        return given

    async def _read_body(self, operation: Operation) -> Any:
        request = self._handler.request
        media = request.headers.get("Content-Type", JSON).partition(";")[0].strip().lower()
        if media != JSON and operation.body is not bytes:
            raise WrongMedia(f"The body is {media}: send {JSON}, and say so in Content-Type")
        if len(request.body) > operation.largest:
            raise TooLarge(
                f"The body has {len(request.body)} bytes: at most {operation.largest} are taken"
            )
        if operation.body is bytes:
            return request.body
        if len(request.body) > rpc.LARGE_BODY:
            return await asyncio.to_thread(decode_exactly, request.body, operation.body)
        return decode_exactly(request.body, operation.body)

    async def _reply(self, operation: Operation, reply: Reply) -> None:
        handler = self._handler
        handler.set_status(reply.status)
        if reply.location:
            root, _, _ = handler.request.path.partition("/v1/")
            handler.set_header("Location", f"{root}/v1/{reply.location}")
        if reply.next:
            handler.set_header("Link", self._link(reply.next))
        for name, value in reply.headers.items():
            handler.set_header(name, value)
        body = reply.body
        if body is not None and not reply.media:
            body = msgspec.json.encode(body)
        tag = reply.tag
        if operation.tagged and not tag and body is not None:
            tag = hashlib.sha256(body).hexdigest()[:32]
        handler.set_header("Cache-Control", "private, no-cache" if tag else "no-store")
        if tag:
            handler.set_header("ETag", f'"{tag}"')
            if self._is_known(tag):
                handler.set_status(304)
                for name in ("Content-Type", "Content-Length"):
                    handler.clear_header(name)
                return
        await self._write(reply, body)

    async def _write(self, reply: Reply, body: Any) -> None:
        handler = self._handler
        if body is None and reply.stream is None:
            handler.clear_header("Content-Type")
            return
        handler.set_header("Content-Type", reply.media or JSON)
        if reply.stream is None:
            handler.write(body)
            return
        if handler.request.method == "HEAD":
            return
        try:
            async for chunk in reply.stream:
                handler.write(chunk)
                await self._flush()
        except ColoniesError as error:
            log.warning("A reply broke off: %s", error.message)
            self._cut()

    async def _flush(self) -> None:
        """Wait until the client has taken what was written. Raises StreamClosedError."""
        try:
            async with asyncio.timeout(SLOWEST):
                await self._handler.flush()
        except TimeoutError:
            # Nothing is kept for who does not read: a stream of events can be taken up again.
            self._cut()

    def _cut(self) -> NoReturn:
        """Close the connection, so that the client sees that it has not got everything."""
        connection = self._handler.request.connection
        if isinstance(connection, HTTP1Connection):
            connection.close()
        raise StreamClosedError

    def _is_known(self, tag: str) -> bool:
        known = self._handler.request.headers.get("If-None-Match", "")
        tags = {each.strip().removeprefix("W/").strip('"') for each in known.split(",")}
        return bool(known) and (tag in tags or "*" in tags)

    def _link(self, cursor: str) -> str:
        """The next page: relative to this one, so that it holds behind any prefix."""
        query = [
            (name, value)
            for name, value in parse_qsl(self._handler.request.query, keep_blank_values=True)
            if name != "cursor"
        ]
        return f'<?{urlencode([*query, ("cursor", cursor)])}>; rel="next"'


def check_scope(visitor: Visitor, operation: Operation) -> None:
    """Raise AccessDenied unless what proves the visitor is good for an operation."""
    if visitor.bearer is not None:
        scope.check(scopes.needed(operation), visitor.bearer.grant.scopes)


def read_query(text: str, operation: Operation) -> Any:
    """The query as declared, None if none is. Raises FaultyField, also for unknown names."""
    known = _names(operation.query)
    given: dict[str, str] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise FaultyField(f"The query can't be read: {error}", "parameter", "") from None
    for name, value in pairs:
        if name not in known:
            takes = f"takes {', '.join(known)}" if known else "takes no query"
            raise FaultyField(
                f"Unknown query parameter '{name}': this resource {takes}", "parameter", name
            )
        if name in given:
            raise FaultyField(f"'{name}' is given twice", "parameter", name)
        given[name] = value
    if operation.query is None:
        return None
    return converted(given, operation.query, part="parameter", strict=False)


def _names(query: Any) -> list[str]:
    return [] if query is None else [each.encode_name for each in msgspec.structs.fields(query)]


def refuse(handler: web.RequestHandler, error: ColoniesError) -> None:
    """Write an error as problem details."""
    describe(handler, problem.of_error(error, handler.request.path))
    if isinstance(error, Unproven):
        handler.set_header("Accept-Signature", ACCEPT_SIGNATURE)
        handler.set_header("WWW-Authenticate", 'Bearer realm="colonies"')
    if isinstance(error, AssignmentsPaused):
        handler.set_header("Retry-After", "5")


def describe(handler: web.RequestHandler, told: Problem) -> None:
    """Write problem details."""
    handler.clear()
    handler.set_status(told.status)
    handler.set_header("Content-Type", problem.MEDIA_TYPE)
    handler.set_header("Cache-Control", "no-store")
    if told.status in WAITS:
        handler.set_header("Retry-After", str(WAITS[told.status]))
    handler.write(problem.encode(told))


def offer(handler: web.RequestHandler, offered: Offered) -> None:
    """Say which methods a resource has."""
    handler.set_status(204)
    handler.clear_header("Content-Type")
    handler.set_header("Allow", _allowed(offered))


def not_allowed(handler: web.RequestHandler, offered: Offered) -> None:
    """Write that the resource exists but has no such method."""
    methods = _allowed(offered)
    told = problem.of_status(405, f"This resource takes {methods}", handler.request.path)
    describe(handler, told)
    handler.set_header("Allow", methods)


def chosen(offered: Offered, method: str | None) -> Operation | None:
    """The operation of a method; HEAD is GET without the body."""
    return offered.get("GET" if method == "HEAD" else method or "")


def _allowed(offered: Offered) -> str:
    heads = ["HEAD"] if "GET" in offered else []
    return ", ".join(sorted([*offered, *heads, "OPTIONS"]))
