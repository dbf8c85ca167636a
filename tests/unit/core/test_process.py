"""Protocol part 02, sections 1.2 to 1.12: processes and attributes."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core.process import (
    Attribute,
    Process,
    State,
    attribute_id,
    priority_time,
)
from jupyter_colonies.core.times import SECOND

KEYS = {
    "processid",
    "initiatorid",
    "initiatorname",
    "assignedexecutorid",
    "isassigned",
    "state",
    "prioritytime",
    "submissiontime",
    "starttime",
    "endtime",
    "waitdeadline",
    "execdeadline",
    "retries",
    "attributes",
    "spec",
    "waitforparents",
    "parents",
    "children",
    "processgraphid",
    "in",
    "out",
    "errors",
}


def test_priority_time_of_the_protocol():
    submitted = int(datetime(2021, 8, 15, 12, 30, 45, tzinfo=UTC).timestamp()) * SECOND + 100
    assert priority_time(submitted, 0) == submitted
    assert priority_time(1_629_030_645_000_000_100, 2) == 1_628_857_845_000_000_100


@given(st.integers(0, 2**62), st.integers(-50_000, 50_000))
def test_priority_time_fits_64_bits(submitted, priority):
    assert -(2**63) <= priority_time(submitted, priority) < 2**63


def test_attribute_id_of_the_protocol():
    target = "3fc05cf3df4b494e95d6a3d297a34f19938f7daa7422ab0d4f794454133341ac"
    assert attribute_id(target, "result", 1) == (
        "1dfc04539de0e9b04cdcc4aadc56bb12e2ae74341a80eafe98c8421f3c41a7ef"
    )


def test_all_keys_are_always_sent():
    assert set(msgspec.to_builtins(Process())) == KEYS
    assert len(msgspec.to_builtins(Attribute())) == 8


def test_an_empty_process_has_no_null():
    process = msgspec.to_builtins(Process())
    assert [key for key, value in process.items() if value is None] == []


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_states_have_words_and_ends(state):
    assert state.finished == (state.name in {"SUCCESS", "FAILED", "CANCELLED"})
    assert state.word.isalpha()
