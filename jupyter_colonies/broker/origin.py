"""Where a request came from, for whoever writes down who did what.

It travels in a context variable, not as an argument: nothing is decided by it, and every request
runs in a task, and so in a context, of its own.
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import lru_cache
from typing import Any, NamedTuple


class Origin(NamedTuple):
    """`face`: which of the server's interfaces. `proof`: how the caller proved who they are.

    `address` is that of the machine, empty for a program of this one that came by a socket file.
    """

    face: str = "server"
    address: str = ""
    proof: str = ""


ITSELF = Origin()
"""What the server does of its own accord."""

ORIGIN: ContextVar[Origin] = ContextVar("ORIGIN", default=ITSELF)


@lru_cache(4096)
def signed(face: str, address: str) -> Origin:
    """The origin of a request that carries a signature of a Colonies identity."""
    return Origin(face, address, "signature")


def address_of(request: Any) -> str:
    """The address of a client of tornado, empty for one that came through a socket file."""
    context = request.connection.context
    return request.remote_ip or "" if isinstance(context.address, tuple) else ""
