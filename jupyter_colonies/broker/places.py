"""How many things of one kind somebody may hold at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from jupyter_colonies.errors import TooManyRequests


class Places:
    """`most` for each identity, 0 for any number; `what` names them in words."""

    def __init__(self, most: int, what: str) -> None:
        self._most = most
        self._what = what
        self._held: Counter[str] = Counter()

    @contextmanager
    def held(self, callerid: str) -> Iterator[None]:
        """One place as long as this lasts. Raises TooManyRequests if there is none."""
        if self._most and self._held[callerid] >= self._most:
            raise TooManyRequests(
                f"This identity has {self._most} {self._what} open, and may have no more"
            )
        self._held[callerid] += 1
        try:
            yield
        finally:
            self._held[callerid] -= 1
            if not self._held[callerid]:
                del self._held[callerid]

    def __len__(self) -> int:
        return self._held.total()
