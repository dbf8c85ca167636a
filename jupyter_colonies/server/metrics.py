"""What the server counts, for Prometheus and whoever reads its format.

Inside Jupyter it is a resource behind Jupyter's own tokens. On the own port it is there for who
knows the token that was configured, since collectors can't sign as Colonies' clients do.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from tornado import web

from jupyter_colonies.core import metrics
from jupyter_colonies.core.metrics import Metric
from jupyter_colonies.server.resources import Actions, Reply, Visit

PATH = "metrics"

Source = Callable[[], Awaitable[Iterable[Metric]]]
"""Part of the server that counts something: asked each time that somebody wants to know."""


class Metrics:
    """All numbers of a server."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    async def text(self) -> str:
        """What all sources say now."""
        found = await asyncio.gather(*(source() for source in self._sources))
        return metrics.text(metric for each in found for metric in each)

    async def read(self, _: Visit) -> Reply:
        """The numbers, as a resource."""
        return Reply(200, (await self.text()).encode(), media=metrics.MEDIA_TYPE)


def resources(source: Metrics) -> dict[str, Actions]:
    """The resource for those whom Jupyter knows."""
    return {PATH: {"GET": source.read}}


class MetricsHandler(web.RequestHandler):
    """`GET /metrics` on the own port, with a token."""

    def initialize(self, source: Metrics, token: str) -> None:
        """Take the numbers and the token."""
        self._source = source
        self._token = f"Bearer {token}"

    def set_default_headers(self) -> None:
        """Nothing of the server's own."""
        self.clear_header("Server")

    def compute_etag(self) -> None:
        """No ETag: numbers are not worth caching."""

    async def get(self) -> None:
        """The numbers, or 401."""
        given = self.request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            self.set_status(401)
            self.set_header("WWW-Authenticate", 'Bearer realm="colonies"')
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish("Metrics need the header 'Authorization: Bearer' with the token\n")
            return
        self.set_header("Content-Type", metrics.MEDIA_TYPE)
        self.finish(await self._source.text())


def routes(source: Metrics, token: str) -> list[tuple[Any, ...]]:
    """The route of the own port; none without a token."""
    return [(r"/metrics", MetricsHandler, {"source": source, "token": token})] if token else []
