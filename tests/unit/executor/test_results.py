from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime
from enum import IntEnum

import pytest

from jupyter_colonies.executor.results import NotJson, as_json, as_output


class Colour(IntEnum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "output"),
    [
        (None, []),
        ([], []),
        ([1, None], [1, None]),
        (0, [0]),
        ("text", ["text"]),
        ((1, 2), [[1, 2]]),
        ({"a": (1, 2.5)}, [{"a": [1, 2.5]}]),
        (OrderedDict(a=True), [{"a": True}]),
        (Colour.RED, [1]),
    ],
    ids=repr,
)
def test_lists_stay_and_other_values_become_one_element(value, output):
    assert as_output(value) == output


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            [1, {"when": datetime(2026, 1, 1, tzinfo=UTC)}],
            r"at \[1\]\.when of type datetime\.datetime",
        ),
        ({1, 2}, "of type set can't be sent as JSON: return a sorted list"),
        ([float("nan")], r"at \[0\] of type float is nan"),
        ([{1: 2}], r"a dict at \[0\] has a key of type int"),
        (2**70, "more than 64 bits"),
        (b"x", "of type bytes"),
        ("\ud800", "not valid Unicode"),
    ],
    ids=["datetime", "set", "nan", "key", "large", "bytes", "surrogate"],
)
def test_what_is_no_json_is_named(value, text):
    with pytest.raises(NotJson, match=text):
        as_output(value)


def test_a_list_that_contains_itself():
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(NotJson, match="contains itself"):
        as_output(endless)


def test_arrays_are_told_how():
    class Array:
        def tolist(self):
            return [1]

    with pytest.raises(NotJson, match=r"Array can't be sent as JSON: return its \.tolist\(\)"):
        as_json(Array())
