"""What the broker tells of each change, and of who was not let in."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from jupyter_colonies.broker.origin import Origin
from jupyter_colonies.core.messages import Message
from jupyter_colonies.errors import ColoniesError


class Deed(NamedTuple):
    """An operation that was carried out, or refused with `error`; `name` is the caller's."""

    at: int
    origin: Origin
    message: Message[Any, Any]
    request: Any
    reply: Any
    callerid: str
    name: str
    error: ColoniesError | None = None


class Trail(Protocol):
    """Whoever writes deeds down, without making the caller wait."""

    def follow(self, deed: Deed) -> None:
        """This was done."""
