"""The REST API over HTTP: reading a request, writing its reply, and the signed front.

`/v1` on the own port is for whoever signs; `routes` has the front inside Jupyter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from tornado import web
from tornado.httputil import HTTPServerRequest

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.errors import ColoniesError, ServerStopping
from jupyter_colonies.server import cors, problem, rpc
from jupyter_colonies.server.presence import STOPPING, Presence
from jupyter_colonies.server.resources import RESOURCES, Action, Actions, Reply, Visit
from jupyter_colonies.server.signatures import ACCEPT_SIGNATURE, NotSigned, Verifier
from jupyter_colonies.server.visitor import SignedVisitor, Visitor

JSON = "application/json"


class Exchange:
    """One request of the REST API at any front, from the known visitor to the written reply."""

    def __init__(
        self,
        handler: web.RequestHandler,
        broker: Broker,
        presence: Presence,
        gone: asyncio.Event,
    ) -> None:
        self._handler = handler
        self._broker = broker
        self._presence = presence
        self._gone = gone

    async def act(self, visitor: Visitor, action: Action, *names: str) -> None:
        """Carry an action out and write what came of it."""
        request = self._handler.request
        query = {name: values[-1].decode() for name, values in request.query_arguments.items()}
        with self._presence.exchange():
            try:
                if self._presence.stopping:
                    raise ServerStopping(STOPPING)
                visit = Visit(self._broker, visitor, request.body, query, self._gone)
                self.reply(await action(visit, *names))
            except ColoniesError as error:
                self.refuse(error)
            except Exception as error:  # noqa: BLE001 - a client must get an answer in any case
                self.refuse(rpc.unexpected(error))

    def reply(self, reply: Reply) -> None:
        """Write a reply."""
        handler = self._handler
        handler.set_status(reply.status)
        if reply.location:
            root, _, _ = handler.request.path.partition("/v1/")
            handler.set_header("Location", f"{root}/v1/{reply.location}")
        if reply.body is not None:
            handler.set_header("Content-Type", reply.media or JSON)
            handler.write(reply.body if reply.media else msgspec.json.encode(reply.body))
        else:
            handler.clear_header("Content-Type")

    def refuse(self, error: ColoniesError) -> None:
        """Write an error as problem details."""
        describe(self._handler, problem.status_of(error), error.message)

    def not_allowed(self, actions: Mapping[str, Action]) -> None:
        """Write that the resource exists but has no such method."""
        methods = ", ".join(sorted(actions))
        describe(self._handler, 405, f"This resource takes {methods}")
        self._handler.set_header("Allow", methods)


def describe(handler: web.RequestHandler, status: int, detail: str) -> None:
    """Write problem details."""
    handler.clear()
    handler.set_status(status)
    handler.set_header("Content-Type", problem.MEDIA_TYPE)
    handler.write(problem.problem(status, detail))


Gate = Callable[[HTTPServerRequest], Visitor]
"""Knows who sent a request. Raises NotSigned."""


class ResourceHandler(web.RequestHandler):
    """A resource, used by whom the gate knows."""

    def initialize(
        self, broker: Broker, presence: Presence, gate: Gate, actions: dict[str, Action]
    ) -> None:
        """Take the service and the resource."""
        self._gate = gate
        self._actions = actions
        self._gone = asyncio.Event()
        self._exchange = Exchange(self, broker, presence, self._gone)

    def set_default_headers(self) -> None:
        """A word to pages of other origins."""
        self.clear_header("Server")
        for name, value in cors.headers(self.request.headers).items():
            self.set_header(name, value)

    def compute_etag(self) -> None:
        """No ETag: long polls and states are not worth caching."""

    def on_connection_close(self) -> None:
        """The client has left: stop waiting for it."""
        self._gone.set()

    async def _act(self, *names: str) -> None:
        try:
            visitor = self._gate(self.request)
        except NotSigned as error:
            self._exchange.refuse(error)
            self.set_header("Accept-Signature", ACCEPT_SIGNATURE)
            return
        action = self._actions.get(self.request.method or "")
        if action is None:
            self._exchange.not_allowed(self._actions)
        else:
            await self._exchange.act(visitor, action, *names)

    get = post = put = delete = patch = head = options = _act


class MissingHandler(web.RequestHandler):
    """What does not exist below `/v1`."""

    def prepare(self) -> None:
        """404 as problem details."""
        describe(self, 404, f"There is no resource {self.request.path}")
        self.finish()


def signed_routes(broker: Broker, presence: Presence) -> list[tuple[Any, ...]]:
    """The routes of the own port: who signed the request is who acts."""
    verifier = Verifier()
    return routes(broker, presence, lambda request: SignedVisitor(broker, verifier.caller(request)))


def routes(
    broker: Broker,
    presence: Presence,
    gate: Gate,
    more: Mapping[str, Actions] = MappingProxyType({}),
) -> list[tuple[Any, ...]]:
    """The routes of all resources, and of `more`, for whom a gate lets in."""
    service = {"broker": broker, "presence": presence, "gate": gate}
    return [
        *(
            (f"/v1/{path}", ResourceHandler, {**service, "actions": actions})
            for path, actions in {**RESOURCES, **more}.items()
        ),
        (r"/v1(?:/.*)?", MissingHandler),
    ]
