"""Requests that are carried out once, however often they come (idempotency keys)."""

from __future__ import annotations

from dataclasses import dataclass

KEPT = 86_400
"""Seconds for which the first reply is given again."""

LONGEST = 255


@dataclass
class Once:
    """The key that a caller gave to a request, and the digest of the request itself.

    `replayed` is set when the request had been carried out before.
    """

    key: str
    digest: str
    replayed: bool = False
