"""Protocol part 01, section 1.8: moments."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core.times import NEVER, SECOND, from_wire, to_wire


def test_never_is_year_one():
    assert to_wire(0) == NEVER
    assert msgspec.json.encode(NEVER) == b'"0001-01-01T00:00:00Z"'
    assert from_wire(NEVER) == 0


def test_never_in_another_time_zone():
    stockholm = timezone(timedelta(minutes=72))
    assert from_wire(datetime(1, 1, 1, 1, 12, tzinfo=stockholm)) == 0


def test_times_are_utc():
    assert msgspec.json.encode(to_wire(1_767_268_799 * SECOND + 250_000_000)) == (
        b'"2026-01-01T11:59:59.250000Z"'
    )


def test_a_time_without_a_zone_is_utc():
    assert from_wire(datetime(2026, 1, 1)) == from_wire(datetime(2026, 1, 1, tzinfo=UTC))  # noqa: DTZ001


@given(st.integers(1, 2**63 - 1))
def test_moments_survive_to_the_microsecond(nanoseconds):
    assert from_wire(to_wire(nanoseconds)) == nanoseconds // 1000 * 1000


@given(st.integers(-14 * 60, 14 * 60), st.integers(1, 2**61))
def test_time_zones_name_the_same_moment(minutes, nanoseconds):
    moment = to_wire(nanoseconds)
    assert from_wire(moment.astimezone(timezone(timedelta(minutes=minutes)))) == from_wire(moment)
