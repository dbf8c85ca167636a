"""When a cron is due: the dialect of cron expressions, and the next moment after another.

Protocol part 02, section 8.3. Six fields, seconds first; `@daily` and the like; `@every 1h30m`; a
time zone in front. A second is due when a clock on the wall shows what the expression says: a
time that the spring leaves out is not due that day, one that comes twice in the autumn is due
twice.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jupyter_colonies.core.lifecycle import limit
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import InvalidRequest

DAY = 86_400
# No match within five years means never (protocol part 02, section 8.3).
FARTHEST = 5 * 366 * DAY

_EPOCH = date(1970, 1, 1).toordinal()
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_DESCRIPTORS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_ZONE = re.compile(r"(?:CRON_)?TZ=(\S*)\s+(.*)", re.DOTALL)
_DURATION = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}


class _Field(NamedTuple):
    """One of the six fields: its name in messages and the values it may have."""

    name: str
    lowest: int
    highest: int
    words: Mapping[str, int] = {}


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, {word: number for number, word in enumerate(_MONTHS, 1)}),
    _Field("day of week", 0, 6, {word: number for number, word in enumerate(_WEEKDAYS)}),
)


class Calendar(NamedTuple):
    """Seconds at which a clock in a zone shows certain times on certain days.

    `either_day`: both kinds of days are restricted, and one that matches is enough.
    """

    seconds: Sequence[int]
    minutes: Sequence[int]
    hours: Sequence[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    zone: tzinfo

    def next_after(self, moment: int) -> int:
        """The first due second after a moment, both in nanoseconds since 1970; 0 for never."""
        start = moment // SECOND + 1
        end = start + FARTHEST
        while start < end:
            # A stretch of one local day with one offset from UTC.
            offset = _offset(self.zone, start)
            day, second = divmod(start + offset, DAY)
            stop = _until_change(self.zone, start, start + DAY - second)
            found = self._in_day(second) if self._on(day) else None
            if found is not None and start + found - second < stop:
                return (start + found - second) * SECOND
            start = stop
        return 0

    def _on(self, day: int) -> bool:
        """Whether a day, counted from 1970, matches."""
        on = date.fromordinal(_EPOCH + day)
        if on.month not in self.months:
            return False
        matches = (on.day in self.days, on.isoweekday() % 7 in self.weekdays)
        return any(matches) if self.either_day else all(matches)

    def _in_day(self, second: int) -> int | None:
        """The first matching second of a day from a given one on."""
        minute_of_day, at_second = divmod(second, 60)
        at_hour, at_minute = divmod(minute_of_day, 60)
        for hour in self.hours[bisect_left(self.hours, at_hour) :]:
            if hour > at_hour:
                return (hour * 60 + self.minutes[0]) * 60 + self.seconds[0]
            for minute in self.minutes[bisect_left(self.minutes, at_minute) :]:
                if minute > at_minute:
                    return (hour * 60 + minute) * 60 + self.seconds[0]
                for match in self.seconds[bisect_left(self.seconds, at_second) :]:
                    return (hour * 60 + minute) * 60 + match
        return None


class Every(NamedTuple):
    """A period in seconds."""

    seconds: int

    def next_after(self, moment: int) -> int:
        """One period later, on a full second; both in nanoseconds since 1970."""
        return (moment // SECOND + self.seconds) * SECOND


Schedule = Calendar | Every


def zone_of(name: str) -> tzinfo:
    """A time zone of the IANA database. Raises InvalidRequest if there is none of the name."""
    if name in ("", "UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidRequest(
            f"There is no time zone '{name}': a name such as Europe/Stockholm is expected"
        ) from None


def parse(expression: str, zone: tzinfo = UTC) -> Schedule:
    """Read an expression; `zone` is for those that name none.

    Raises InvalidRequest that says which part can't be read.
    """
    text = expression.strip()
    if text.startswith(("TZ=", "CRON_TZ=")):
        prefixed = _ZONE.fullmatch(text)
        if prefixed is None:
            raise _unreadable(expression, "nothing follows the time zone")
        zone = zone_of(prefixed[1])
        text = prefixed[2].strip()
    if text.startswith("@every "):
        return Every(_duration(expression, text.removeprefix("@every ").strip()))
    if text.startswith("@") and text not in _DESCRIPTORS:
        known = ", ".join([*_DESCRIPTORS, "@every"])
        raise _unreadable(expression, f"'{text}' is none of {known}")
    parts = _DESCRIPTORS.get(text, text).split()
    if len(parts) != len(_FIELDS):
        raise _unreadable(
            expression, f"exactly 6 fields are expected, seconds first, and there are {len(parts)}"
        )
    values = [_values(expression, part, field) for part, field in zip(parts, _FIELDS, strict=True)]
    return Calendar(
        seconds=sorted(values[0]),
        minutes=sorted(values[1]),
        hours=sorted(values[2]),
        days=frozenset(values[3]),
        months=frozenset(values[4]),
        weekdays=frozenset(values[5]),
        either_day=not (_is_any(parts[3]) or _is_any(parts[5])),
        zone=zone,
    )


def _is_any(part: str) -> bool:
    """Whether a field leaves everything open."""
    return any(item in ("*", "?", "*/1", "?/1") for item in part.split(","))


def _values(expression: str, part: str, field: _Field) -> set[int]:
    found: set[int] = set()
    for item in part.split(","):
        span, slash, step_text = item.partition("/")
        step = _number(expression, step_text, _step_of(field)) if slash else 1
        first, last = _span(expression, span, field, open_end=bool(slash))
        found.update(range(first, last + 1, step))
    return found


def _step_of(field: _Field) -> _Field:
    return _Field(f"step of {field.name}", 1, 10**9)


def _span(expression: str, span: str, field: _Field, *, open_end: bool) -> tuple[int, int]:
    """First and last of `*`, `N` or `N-M`; `N` with a step goes on to the end."""
    if span in ("*", "?"):
        return field.lowest, field.highest
    start, dash, end = span.partition("-")
    first = _number(expression, start, field)
    if not dash:
        return first, field.highest if open_end else first
    last = _number(expression, end, field)
    if last < first:
        raise _unreadable(expression, f"the range '{span}' of {field.name} goes backwards")
    return first, last


def _number(expression: str, text: str, field: _Field) -> int:
    number = field.words.get(text.lower())
    if number is None:
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise _unreadable(expression, f"'{text}' is no {field.name}")
        number = int(text)
    if not field.lowest <= number <= field.highest:
        allowed = f"{field.lowest} to {field.highest}"
        raise _unreadable(expression, f"{field.name} {number} is not within {allowed}")
    return number


def _duration(expression: str, text: str) -> int:
    """Whole seconds of a duration such as `1h30m`, at least one."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise _unreadable(expression, f"'{text}' is no duration such as 1h30m")
    return max(1, limit(int(sum(float(number) * _UNITS[unit] for number, unit in parts))))


def _offset(zone: tzinfo, second: int) -> int:
    """Seconds by which clocks in a zone are ahead of UTC."""
    ahead = datetime.fromtimestamp(second, zone).utcoffset()
    return ahead.days * DAY + ahead.seconds if ahead is not None else 0


def _until_change(zone: tzinfo, start: int, end: int) -> int:
    """The first second until `end` with another offset than `start`, else `end`."""
    offset = _offset(zone, start)
    if _offset(zone, end) == offset:
        return end
    same, other = start, end
    while other - same > 1:
        middle = (same + other) // 2
        if _offset(zone, middle) == offset:
            same = middle
        else:
            other = middle
    return other


def _unreadable(expression: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"The cron expression '{expression}' can't be read: {why}")
