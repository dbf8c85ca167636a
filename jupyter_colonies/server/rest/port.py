"""The REST API under `/v1` of a listener: on the own port for proven callers, behind the door."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any

from tornado import web
from tornado.httputil import HTTPServerRequest

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.server.presence import Presence
from jupyter_colonies.server.proofs import Proofs, presented
from jupyter_colonies.server.rest import exchange, problem, sockets
from jupyter_colonies.server.rest.api import resources
from jupyter_colonies.server.rest.declaration import Services
from jupyter_colonies.server.rest.exchange import Exchange, Offered
from jupyter_colonies.server.rest.sockets import EventsHandler
from jupyter_colonies.server.shield import shield
from jupyter_colonies.server.visitor import Visitor

Gate = Callable[[HTTPServerRequest], Awaitable[Visitor]]
"""Knows who sent a request. Raises Unproven, or AccessDenied for a proof that is not taken."""


class Problems(web.RequestHandler):
    """A handler whose errors, tornado's own too, are problem details."""

    def set_default_headers(self) -> None:
        """What browsers have to know."""
        shield(self)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """What tornado refuses, such as a path that is no UTF-8."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        detail = getattr(error, "log_message", None) or "The request can't be read"
        told = problem.of_status(status_code, detail, self.request.path)
        exchange.describe(self, told)
        self.finish()


class ResourceHandler(Problems):
    """A resource, used by whom the gate knows."""

    def initialize(
        self, broker: Broker, presence: Presence, gate: Gate, offered: Offered, services: Services
    ) -> None:
        """Take the service and the resource."""
        self._gate = gate
        self._offered = offered
        self._gone = asyncio.Event()
        self._exchange = Exchange(self, broker, presence, self._gone, services)

    def compute_etag(self) -> None:
        """The exchange tags what is worth it."""

    def on_connection_close(self) -> None:
        """The client has left: stop waiting for it."""
        self._gone.set()

    async def _act(self, *names: str) -> None:
        operation = exchange.chosen(self._offered, self.request.method)
        if operation is not None and operation.open:
            await self._exchange.show(operation)
            return
        try:
            visitor = await self._gate(self.request)
        except ColoniesError as error:
            exchange.refuse(self, error)
            return
        if operation is None:
            exchange.not_allowed(self, self._offered)
        else:
            await self._exchange.act(visitor, operation, *names)

    get = post = put = delete = patch = head = _act

    def options(self, *_: str) -> None:
        """The methods there are."""
        exchange.offer(self, self._offered)


class MissingHandler(Problems):
    """What does not exist below `/v1`."""

    def prepare(self) -> None:
        """404 as problem details."""
        path = self.request.path
        exchange.describe(self, problem.of_status(404, f"There is no resource {path}", path))
        self.finish()


def proven_routes(broker: Broker, presence: Presence, proofs: Proofs) -> list[tuple[Any, ...]]:
    """The routes of the own port: who proves who they are by the request itself."""
    return routes(broker, presence, lambda request: proofs.visitor(presented(request)))


def routes(
    broker: Broker, presence: Presence, gate: Gate, services: Services = MappingProxyType({})
) -> list[tuple[Any, ...]]:
    """The routes of all resources for whom a gate lets in.

    With services also those of this server's own users.
    """
    service = {"broker": broker, "presence": presence, "gate": gate, "services": services}
    return [
        *(
            (f"/v1/{path}", ResourceHandler, {**service, "offered": offered})
            for path, offered in resources(inside=bool(services)).items()
        ),
        *(
            (
                f"/v1/{path}",
                EventsHandler,
                {"broker": broker, "presence": presence, "gate": gate, "name": name},
            )
            for path, name in sockets.PATHS.items()
        ),
        (r"/v1(?:/.*)?", MissingHandler),
    ]
