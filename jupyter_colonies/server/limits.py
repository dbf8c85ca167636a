"""What the server's own port puts up with: sizes, times and numbers, each with its default."""

from __future__ import annotations

import dataclasses
import resource
from collections.abc import Mapping
from dataclasses import dataclass

from jupyter_colonies.errors import InvalidConfiguration

SPARE_FILES = 128


@dataclass(frozen=True, kw_only=True)
class Limits:
    """No client that does its work meets one of these; each number can be changed.

    body: bytes of a request, apart from uploads of files, which are stored as they come. head:
    bytes of the lines before it. headers: number of those lines. head_seconds: time for the first
    request's head. body_seconds: time for a body, with `body_rate` bytes a second more for what
    is large. idle_seconds: how long a connection may wait for its next request. connections: of
    all; what the system allows of open files may be less. connections_each: of one address.
    requests_each: a second, of one identity. requests_address: a second, of one address. reserve:
    seconds of either that may come at once. polls_each: long polls of one identity that wait.
    subscriptions_each: of one identity, over all its websockets. A rate of 0 is no limit.
    """

    body: int = 128 * 1024 * 1024
    head: int = 64 * 1024
    headers: int = 100
    head_seconds: float = 20
    body_seconds: float = 60
    body_rate: int = 16 * 1024
    idle_seconds: float = 120
    connections: int = 8192
    connections_each: int = 4096
    requests_each: int = 2000
    requests_address: int = 10_000
    reserve: int = 20
    polls_each: int = 256
    subscriptions_each: int = 1024

    @property
    def connections_possible(self) -> int:
        """As many connections as are allowed here and by the system."""
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if files == resource.RLIM_INFINITY:
            return self.connections
        return max(1, min(self.connections, files - min(SPARE_FILES, files // 2)))

    def body_time(self, length: int) -> float:
        """Seconds for a body of so many bytes."""
        return self.body_seconds + length / self.body_rate


NAMES = tuple(field.name for field in dataclasses.fields(Limits))
_MAY_BE_ZERO = ("requests_each", "requests_address")


def limits_of(given: Mapping[str, object]) -> Limits:
    """Limits with other numbers than the defaults. Raises InvalidConfiguration naming the one."""
    for name, value in given.items():
        if name not in NAMES:
            raise InvalidConfiguration(f"There is no limit '{name}': there are {', '.join(NAMES)}")
        least = 0 if name in _MAY_BE_ZERO else 1
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise InvalidConfiguration(
                f"The limit '{name}' is '{value}': a whole number from {least} is expected"
            )
    return Limits(**given)  # type: ignore[arg-type]  # each was looked at


def read(text: str) -> dict[str, int]:
    """Limits as a variable has them, `body=1000 connections=50`, commas allowed.

    Raises InvalidConfiguration.
    """
    found = {}
    for part in text.replace(",", " ").split():
        name, equals, number = part.partition("=")
        if not equals or not number.isdecimal():
            raise InvalidConfiguration(
                f"COLONIES_LIMITS has '{part}': name=number is expected, as in body=1000000"
            )
        found[name] = int(number)
    return found
