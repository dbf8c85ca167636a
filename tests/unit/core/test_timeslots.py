"""Slots of time, and percentiles."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core.times import SECOND
from jupyter_colonies.core.timeslots import LONGEST, SLOT, first_slot, percentile, start_of

NOW = 1_700_000_003 * SECOND
numbers = st.lists(st.floats(0, 1e6), min_size=1)


def test_slots_begin_at_multiples_of_their_length():
    assert start_of(NOW) == 1_699_999_995 * SECOND
    assert start_of(start_of(NOW)) == start_of(NOW)


@pytest.mark.parametrize(
    ("since", "first"),
    [
        (0, NOW - LONGEST * SECOND),
        (1_700_000_000 - LONGEST, NOW - LONGEST * SECOND),
        (1_699_999_999, 1_699_999_999 * SECOND),
        (2**62, NOW),
    ],
)
def test_only_the_last_minutes_are_looked_at(since, first):
    assert first_slot(NOW, since) == start_of(first)
    assert first_slot(NOW, since) % (SLOT * SECOND) == 0


@given(numbers, st.floats(0.01, 1))
def test_a_percentile_is_a_value_that_its_share_does_not_exceed(values, share):
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < share * len(values)


@given(numbers)
def test_the_median_is_the_lower_one(values):
    assert percentile(values, 0.5) == statistics.median_low(values)


def test_there_is_no_percentile_of_nothing():
    assert percentile([], 0.95) == 0
