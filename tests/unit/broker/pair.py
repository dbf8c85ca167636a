"""Two brokers on one PostgreSQL."""

from typing import NamedTuple

from tests.unit.broker.stage import Stage


class Pair(NamedTuple):
    """The same colony, seen from two servers."""

    a: Stage
    b: Stage
