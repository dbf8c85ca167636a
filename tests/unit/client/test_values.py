from __future__ import annotations

import sys
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.client.values.forms import NotJson, decoded, encoded, refused


class Colour(IntEnum):
    RED = 1


@dataclass(frozen=True)
class Point:
    x: int
    when: date

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("nobody runs this when a value is read")


def nothing(reference: dict[str, Any]) -> Any:
    raise AssertionError(reference)


def there(value):
    """The JSON text that travels, as the other side reads it."""
    return msgspec.json.decode(msgspec.json.encode(encoded(value, refused)))


def back(value):
    return decoded(there(value), nothing)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -(2**63), 2**64 - 1, 2.5, "text", [1, [None]], {"a": {"b": []}},
        2**70, -(2**64), 1 + 2j, b"bytes", date(2026, 1, 2), time(3, 4), timedelta(-1, hours=2),
        datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 12, 0, 0, 5),  # noqa: DTZ001
        datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Stockholm")), Decimal("1.10"), UUID(int=7),
        Path("a/b"), range(1, 9, 2), {1, 2}, frozenset("a"), {1: "a", (1, "x"): 2, None: 3},
        {"$file": 1, "b": {"$value": [1]}}, {"$result": "x"}, Point(1, date(2026, 1, 1)),
    ],
    ids=repr,
)  # fmt: skip
def test_a_value_comes_back_as_it_was(value):
    found = back(value)
    assert found == value
    assert type(found) is type(value)


def test_numbers_that_are_none():
    assert str(back([float("nan"), float("inf"), float("-inf")])) == "[nan, inf, -inf]"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ((1, (2,)), [1, [2]]),
        (OrderedDict(a=True), {"a": True}),
        (Colour.RED, 1),
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.str_("x"), "x"),
    ],
    ids=repr,
)
def test_what_has_a_plain_form_gets_it(value, plain):
    assert there(value) == plain


def test_a_time_zone_stays_what_it_was():
    summer = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Stockholm"))
    found = back(summer)
    assert found.tzinfo.key == "Europe/Stockholm"
    assert found.utcoffset() == timedelta(hours=2)


def test_a_dataclass_is_made_without_running_its_code():
    form = there(Point(1, date(2026, 1, 1)))
    form["$value"]["x"] = -1
    assert decoded(form, nothing).x == -1


def test_a_dataclass_that_nobody_knows_is_its_fields(monkeypatch):
    form = there(Point(1, date(2026, 1, 1)))
    monkeypatch.delattr(sys.modules[__name__], "Point")
    assert decoded(form, nothing) == {"x": 1, "when": date(2026, 1, 1)}
    form["class"] = "os:system"
    assert decoded(form, nothing) == {"x": 1, "when": date(2026, 1, 1)}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1, {"what": object()}], r"at \[1\]\.what of type object can't be sent as JSON"),
        ("\ud800", "not valid Unicode"),
        (np.zeros(2), r"return its \.tolist\(\)"),
        (b"x" * 5000, "of type bytes"),
    ],
    ids=["object", "surrogate", "array", "bytes"],
)
def test_where_there_are_no_files_what_is_no_json_is_named(value, text):
    with pytest.raises(NotJson, match=text):
        encoded(value, refused)


def test_a_list_that_contains_itself():
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(NotJson, match="contains itself"):
        encoded(endless, refused)


def test_a_form_that_is_none_is_named():
    with pytest.raises(NotJson, match="can't be read as 'date'"):
        decoded({"$value": "tomorrow", "type": "date"}, nothing)
    unknown = {"$value": 1, "type": "later version"}
    assert decoded(unknown, nothing) == unknown


keys = st.text() | st.integers() | st.booleans() | st.none() | st.sampled_from(["$value", "$file"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
    | st.datetimes() | st.binary(max_size=20),
    lambda inner: st.lists(inner) | st.dictionaries(keys, inner),
    max_leaves=10,
)  # fmt: skip


@given(values)
def test_any_value_comes_back(value):
    assert back(value) == value
