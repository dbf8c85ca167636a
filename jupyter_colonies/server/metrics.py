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
from jupyter_colonies.server.rest.declaration import Reply, Visit, declare
from jupyter_colonies.server.shield import shield

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


@declare(
    "GET",
    "metrics",
    who="a user of this Jupyter server",
    inside=True,
    replies={200: str},
    media=metrics.MEDIA_TYPE,
)
async def get_metrics(visit: Visit) -> Reply:
    """What the server counts, in the format of Prometheus."""
    text = await visit.service(Metrics).text()
    return Reply(200, text.encode(), media=metrics.MEDIA_TYPE)


class MetricsHandler(web.RequestHandler):
    """`GET /metrics` on the own port, with a token."""

    def initialize(self, source: Metrics, token: str) -> None:
        """Take the numbers and the token."""
        self._source = source
        self._token = f"Bearer {token}"

    def set_default_headers(self) -> None:
        """Nothing of the server's own."""
        shield(self)

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
