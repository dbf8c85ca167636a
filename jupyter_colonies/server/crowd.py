"""How many connections there are, of all and of each address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container


class Crowd:
    """`most` connections, `most_each` of one address unless it is that of a proxy."""

    def __init__(self, most: int, most_each: int, proxies: Container[str] = ()) -> None:
        self._proxies = proxies
        self._most, self._most_each = most, most_each
        self._of: Counter[str] = Counter()
        self.number = 0
        self.refused = 0

    def enter(self, address: str) -> str:
        """Let a connection in: an empty text, or why not."""
        if self.number >= self._most:
            self.refused += 1
            return f"This server has {self.number} connections, and no room for more"
        if self._of[address] >= self._most_each and address not in self._proxies:
            self.refused += 1
            return f"Your address has {self._most_each} connections, and may have no more"
        self._of[address] += 1
        self.number += 1
        return ""

    def leave(self, address: str) -> None:
        """A connection that was let in has ended."""
        self.number -= 1
        self._of[address] -= 1
        if not self._of[address]:
            del self._of[address]
