"""Errors of the REST API as problem details (RFC 9457)."""

from __future__ import annotations

import http

import msgspec

from jupyter_colonies.errors import ColoniesError, rest_status
from jupyter_colonies.server.signatures import NotSigned

MEDIA_TYPE = "application/problem+json"


class Problem(msgspec.Struct, kw_only=True):
    """What went wrong and what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def status_of(error: ColoniesError) -> int:
    """HTTP status of an error on the REST API."""
    return 401 if isinstance(error, NotSigned) else rest_status(error)


def problem(status: int, detail: str) -> bytes:
    """The body that describes an error."""
    title = http.HTTPStatus(status).phrase
    return msgspec.json.encode(Problem(title=title, status=status, detail=detail))
