"""How much each of many may ask for: a rate, and a reserve for those who come rarely."""

from __future__ import annotations

LARGE = 4096


class Allowance:
    """`rate` a second for each, and `reserve` at once for who has asked for less; 0 for any number.

    This is a token bucket; instead of tokens it keeps, for each, the moment at which the bucket
    is full again, which is one number and one comparison. Who has a full bucket is forgotten.
    """

    def __init__(self, rate: float, reserve: float) -> None:
        self._step = 1 / rate if rate else 0.0
        self._ahead = max(reserve - 1, 0) * self._step
        self._full: dict[str, float] = {}
        self._look = LARGE

    def take(self, who: str, now: float) -> float:
        """Take one at a moment in seconds: 0 if there is one, else the seconds until there is."""
        full = self._full.get(who, now)
        ahead = full - now
        if ahead > self._ahead:
            return ahead - self._ahead
        self._full[who] = (full if ahead > 0 else now) + self._step
        if len(self._full) > self._look:
            self._forget(now)
        return 0.0

    def _forget(self, now: float) -> None:
        self._full = {who: full for who, full in self._full.items() if full > now}
        self._look = max(LARGE, 2 * len(self._full))
