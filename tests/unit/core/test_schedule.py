"""Cron expressions: examples of the protocol, clock changes, and two independent oracles."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_colonies.core.schedule import parse, zone_of
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import InvalidRequest


def nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * SECOND


def after(moment: str, expression: str) -> str:
    """The next moment in UTC, as text."""
    found = parse(expression).next_after(nanoseconds(datetime.fromisoformat(moment)))
    if not found:
        return "never"
    return datetime.fromtimestamp(found // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("moment", "expression", "expected"),
    [
        ("2012-07-09T14:59:59Z", "0 0/15 * * * *", "2012-07-09T15:00:00Z"),
        ("2012-07-09T23:35:51Z", "15/35 20-35/15 * * * *", "2012-07-10T00:20:15Z"),
        ("2012-07-09T00:00:00Z", "0 0 0 29 Feb ?", "2016-02-29T00:00:00Z"),
        ("2012-07-09T00:00:00Z", "0/1 * * * * *", "2012-07-09T00:00:01Z"),
        ("2012-07-09T00:00:04Z", "0/5 * * * * *", "2012-07-09T00:00:05Z"),
        ("2012-07-09T00:00:00Z", "0 0 12 * * Mon/2", "2012-07-09T12:00:00Z"),
        ("2012-07-09T13:00:00Z", "0 0 12 * * MON/2", "2012-07-11T12:00:00Z"),
        ("2012-07-09T00:00:00Z", "0 0 0 30 2 *", "never"),
        ("2012-07-09T00:00:00Z", "@yearly", "2013-01-01T00:00:00Z"),
        ("2012-07-09T00:00:00Z", "@monthly", "2012-08-01T00:00:00Z"),
        ("2012-07-09T00:00:00Z", "@weekly", "2012-07-15T00:00:00Z"),
        ("2012-07-09T00:00:00Z", "@daily", "2012-07-10T00:00:00Z"),
        ("2012-07-09T00:00:00Z", "@hourly", "2012-07-09T01:00:00Z"),
        ("2012-07-09T14:45:00Z", "@every 1h30m", "2012-07-09T16:15:00Z"),
        ("2012-07-09T14:45:00Z", "@every 1.5s", "2012-07-09T14:45:01Z"),
        ("2012-07-09T14:45:00Z", "@every 1ms", "2012-07-09T14:45:01Z"),
        ("2012-07-09T14:00:00Z", "CRON_TZ=Asia/Tokyo 0 30 4 * * *", "2012-07-09T19:30:00Z"),
        ("2012-07-09T14:00:00Z", "TZ=Asia/Kolkata @daily", "2012-07-09T18:30:00Z"),
    ],
    ids=lambda value: str(value).replace("/", "~"),
)
def test_the_next_moment(moment, expression, expected):
    assert after(moment, expression) == expected


@pytest.mark.parametrize(
    ("days", "first"),
    [
        ("15 * ?", "2012-07-15"),
        ("? * Mon", "2012-07-16"),
        ("14 * Mon", "2012-07-14"),
        ("* * Wed", "2012-07-11"),
        ("*/1 * Wed", "2012-07-11"),
        # A step restricts: one of both is enough.
        ("*/20 * Thu", "2012-07-12"),
        ("21 * */6", "2012-07-14"),
    ],
)
def test_days_of_month_and_of_week(days, first):
    assert after("2012-07-10T00:00:00Z", f"0 0 0 {days}") == f"{first}T00:00:00Z"


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("", "exactly 6 fields .* there are 0"),
        ("* * * * *", "exactly 6 fields .* there are 5"),
        ("* * * * * * *", "there are 7"),
        ("60 * * * * *", "second 60 is not within 0 to 59"),
        ("* * 24 * * *", "hour 24"),
        ("* * * 0 * *", "day of month 0"),
        ("* * * * 13 *", "month 13"),
        ("* * * * * 7", "day of week 7 is not within 0 to 6"),
        ("*/0 * * * * *", "step of second 0"),
        ("5-2 * * * * *", "goes backwards"),
        ("-5 * * * * *", "'' is no second"),
        ("1,,2 * * * * *", "'' is no second"),
        ("1/2/3 * * * * *", "'2/3' is no step of second"),
        ("1-2-3 * * * * *", "'2-3' is no second"),
        ("x * * * * *", "'x' is no second"),
        ("١ * * * * *", "is no second"),
        ("@fortnightly", "none of @yearly"),
        ("@every", "none of @yearly"),
        ("@every soon", "no duration"),
        ("@every -1h", "no duration"),
        ("TZ=UTC", "nothing follows"),
        ("TZ=Nowhere/City 0 0 0 * * *", "no time zone 'Nowhere/City'"),
        ("CRON_TZ=../../etc/passwd @daily", "no time zone"),
    ],
    ids=str,
)
def test_what_can_not_be_read_is_named(expression, why):
    with pytest.raises(InvalidRequest, match=why):
        parse(expression)


def test_the_zone_of_the_server_is_for_expressions_without_one():
    start = nanoseconds(datetime(2026, 1, 1, tzinfo=UTC))
    stockholm = parse("0 0 12 * * *", zone_of("Europe/Stockholm")).next_after(start)
    assert stockholm == nanoseconds(datetime(2026, 1, 1, 11, tzinfo=UTC))
    named = parse("TZ=UTC 0 0 12 * * *", zone_of("Europe/Stockholm")).next_after(start)
    assert named == nanoseconds(datetime(2026, 1, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("moment", "expression", "expected"),
    [
        # In New York clocks went from 02:00 to 03:00 on 2012-03-11: 02:30 was not there.
        ("2012-03-11T00:00:00-05:00", "0 30 2 * * *", "2012-03-12T06:30:00Z"),
        ("2012-03-11T01:00:00-05:00", "0 0 * * * *", "2012-03-11T07:00:00Z"),
        ("2012-03-11T01:59:59-05:00", "0 30 * * * *", "2012-03-11T07:30:00Z"),
        ("2012-03-11T00:00:00-05:00", "0 30 2 11 3 ?", "2013-03-11T06:30:00Z"),
        # And from 02:00 back to 01:00 on 2012-11-04: 01:30 came twice.
        ("2012-11-04T00:00:00-04:00", "0 30 1 * * *", "2012-11-04T05:30:00Z"),
        ("2012-11-04T01:30:00-04:00", "0 30 1 * * *", "2012-11-04T06:30:00Z"),
        ("2012-11-04T01:30:00-05:00", "0 30 1 * * *", "2012-11-05T06:30:00Z"),
        ("2012-11-04T01:00:00-04:00", "0 0 * * * *", "2012-11-04T06:00:00Z"),
    ],
    ids=str,
)
def test_clock_changes(moment, expression, expected):
    assert after(moment, f"TZ=America/New_York {expression}") == expected


# --- oracles ---


def items(lowest: int, highest: int) -> st.SearchStrategy[str]:
    number = st.integers(lowest, highest)
    step = st.integers(1, highest)
    # The first oracle takes `0-0` for everything.
    pair = st.lists(number, min_size=2, max_size=2, unique=True).map(sorted)
    span = pair.map(lambda ends: f"{ends[0]}-{ends[1]}")
    return st.one_of(
        number.map(str),
        span,
        st.builds("{}/{}".format, span, step),
        st.builds("{}/{}".format, number, step),
    )


def field(lowest: int, highest: int) -> st.SearchStrategy[str]:
    several = st.lists(items(lowest, highest), min_size=1, max_size=3).map(",".join)
    return st.one_of(st.just("*"), several)


def days(lowest: int, highest: int) -> st.SearchStrategy[str]:
    """Days that are all named one by one count as unrestricted with the first oracle."""

    def is_all(part: str) -> bool:
        return all(_listed(day, part, highest) for day in range(lowest, highest + 1))

    return field(lowest, highest).map(lambda part: "*" if is_all(part) else part)


TIMES = st.tuples(field(0, 59), field(0, 59), field(0, 23)).map(" ".join)
DAYS = st.tuples(days(1, 31), field(1, 12), days(0, 6))
MOMENTS = st.integers(1_577_836_800, 2_051_222_400).map(
    lambda second: datetime.fromtimestamp(second, UTC)
)


@settings(max_examples=150, deadline=None)
@given(times=TIMES, days=DAYS, moment=MOMENTS)
def test_croniter_agrees_in_utc(times, days, moment):
    expression = f"{times} {days[0]} {days[1]} {days[2]}"
    found = parse(expression).next_after(nanoseconds(moment))
    if not found:
        return
    expected = croniter(expression, moment, second_at_beginning=True).get_next(float)
    assert found == int(expected) * SECOND


ZONES = ["Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "America/Santiago"]


@settings(max_examples=60, deadline=None)
@given(
    minutes=field(0, 59),
    hours=field(0, 23),
    zone=st.sampled_from(ZONES),
    day=st.integers(0, 364),
    offset=st.integers(0, 1439),
)
def test_every_matching_minute_and_no_other_is_due(minutes, hours, zone, day, offset):
    """Two days around a clock change, if there is one, minute by minute on the wall."""
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=_near_a_change(zone, day))
    start += timedelta(minutes=offset)
    schedule = parse(f"TZ={zone} 0 {minutes} {hours} * * *")
    expected = []
    for minute in range(1, 2 * 1440):
        at = start + timedelta(minutes=minute)
        wall = at.astimezone(ZoneInfo(zone))
        if _listed(wall.minute, minutes, 59) and _listed(wall.hour, hours, 23):
            expected.append(nanoseconds(at))
    found = []
    moment = nanoseconds(start)
    while (moment := schedule.next_after(moment)) and moment < nanoseconds(
        start + timedelta(days=2)
    ):
        found.append(moment)
    assert found == expected


def _near_a_change(zone: str, day: int) -> int:
    """The day before the next change of the clock after a day of 2026, or that day itself."""
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for later in range(day, day + 365):
        before, behind = (
            (noon + timedelta(days=each)).astimezone(ZoneInfo(zone)).utcoffset()
            for each in (later, later + 1)
        )
        if before != behind:
            return later
    return day


def _listed(value: int, part: str, highest: int) -> bool:
    for item in part.split(","):
        span, _, step = item.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            return True
        start = int(first)
        end = int(last) if dash else (highest if step else start)
        if start <= value <= end and (value - start) % int(step or 1) == 0:
            return True
    return False
