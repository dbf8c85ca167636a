"""How often somebody may come, over all listeners of a service."""

from __future__ import annotations

import time

from jupyter_colonies.core.allowance import Allowance
from jupyter_colonies.errors import TooManyRequests
from jupyter_colonies.server.limits import Limits


class Guard:
    """Counts requests by address, before anything of them is read, and by who signed them."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.refused = 0
        self._addresses = _allowance(limits.requests_address, limits.reserve)
        self._identities = _allowance(limits.requests_each, limits.reserve)

    def come(self, address: str) -> None:
        """A request has come from an address. Raises TooManyRequests."""
        if self._addresses is not None:
            wait = self._addresses.take(address, time.monotonic())
            if wait:
                self._refuse(f"This address sends more than {self.limits.requests_address}", wait)

    def known(self, callerid: str) -> None:
        """It is known whose request it is. Raises TooManyRequests."""
        if self._identities is not None:
            wait = self._identities.take(callerid, time.monotonic())
            if wait:
                self._refuse(f"This identity sends more than {self.limits.requests_each}", wait)

    def _refuse(self, what: str, wait: float) -> None:
        self.refused += 1
        raise TooManyRequests(
            f"{what} requests a second: nothing was done, try again in {wait:.1f} s", wait
        )


def _allowance(rate: int, reserve: int) -> Allowance | None:
    return Allowance(rate, rate * reserve) if rate else None
