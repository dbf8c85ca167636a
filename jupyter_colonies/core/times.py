"""Moments: nanoseconds since 1970 inside, RFC 3339 in UTC on the wire.

Zero nanoseconds means "never"; on the wire that is year 1, which every SDK expects (protocol
part 01, section 1.8).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NEVER = datetime(1, 1, 1, tzinfo=UTC)
SECOND = 1_000_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_wire(nanoseconds: int) -> datetime:
    """The wire's form of a moment, in microseconds; 0 becomes the zero time."""
    if nanoseconds <= 0:
        return NEVER
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000)


def from_wire(moment: datetime) -> int:
    """Nanoseconds since 1970 of a moment from the wire; the zero time becomes 0.

    A time without a zone, which the protocol does not allow, is taken as UTC.
    """
    if moment.year <= 1:
        return 0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds * 1000
