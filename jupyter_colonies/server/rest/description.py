"""What the API says of itself: the OpenAPI document, and a page to read it."""

from __future__ import annotations

from functools import cache

import msgspec

from jupyter_colonies.server.rest import openapi, page
from jupyter_colonies.server.rest.declaration import Reply, Visit, declare

ANYONE = "anyone"
POLICY = {
    "Content-Security-Policy": f"default-src 'none'; style-src '{page.DIGEST}'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}


@declare(
    "GET",
    "openapi.json",
    who=ANYONE,
    replies={200: dict},
    media="application/json",
    tagged=True,
    open=True,
)
async def get_openapi(_: Visit) -> Reply:
    """The OpenAPI document of this API."""
    return Reply(200, _document(), media="application/json")


@declare("GET", "docs", who=ANYONE, replies={200: str}, media="text/html", tagged=True, open=True)
async def get_page(_: Visit) -> Reply:
    """This API as a page for people."""
    return Reply(200, _page(), media="text/html; charset=utf-8", headers=POLICY)


@cache
def _document() -> bytes:
    return msgspec.json.encode(openapi.served())


@cache
def _page() -> bytes:
    return page.html(openapi.served()).encode()
