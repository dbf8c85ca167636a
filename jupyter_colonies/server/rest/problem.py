"""Errors of the REST API as problem details (RFC 9457)."""

from __future__ import annotations

import http
import re
from typing import Any

import msgspec

from jupyter_colonies.core.decoding import pointer
from jupyter_colonies.errors import ColoniesError, FaultyField, InvalidWorkflow, rest_status

MEDIA_TYPE = "application/problem+json"
PLAIN = "about:blank"


class Fault(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is wrong with one part of a request: in its body, its address or its headers.

    `pointer` is a JSON pointer into the body (RFC 6901), `parameter` a name in path or query.
    """

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What went wrong and what to do.

    `type` names the kind of the problem, `instance` is the path that was asked for, `errors` say
    where in the request the fault is.
    """

    title: str
    status: int
    detail: str
    type: str = PLAIN
    instance: str = ""
    errors: list[Fault] = msgspec.field(default_factory=list)


def status_of(error: ColoniesError) -> int:
    """HTTP status of an error on the REST API."""
    return rest_status(error)


def of_error(error: ColoniesError, instance: str = "") -> Problem:
    """The problem that an error is."""
    status = status_of(error)
    return Problem(
        type=kind_of(error),
        title=http.HTTPStatus(status).phrase,
        status=status,
        detail=error.message,
        instance=instance,
        errors=_faults(error),
    )


def of_status(status: int, detail: str, instance: str = "") -> Problem:
    """The problem that is no more than its status."""
    title = http.HTTPStatus(status).phrase
    return Problem(title=title, status=status, detail=detail, instance=instance)


def kind_of(error: ColoniesError) -> str:
    """The URI of a kind of problem: the name of the error in words."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()
    return f"urn:colonies:problem:{words}"


def encode(problem: Problem) -> bytes:
    """The body that describes a problem."""
    return msgspec.json.encode(problem)


def _faults(error: ColoniesError) -> list[Fault]:
    if isinstance(error, FaultyField):
        where: dict[str, Any] = {error.part: error.place}
        return [Fault(detail=error.message, **where)]
    if isinstance(error, InvalidWorkflow) and error.at:
        return [Fault(detail=error.message, pointer=pointer(error.at))]
    return []
