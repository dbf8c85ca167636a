"""Records of runs: sealed once, and any change is found."""

import copy
import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jupyter_colonies.core import identity, record
from jupyter_colonies.errors import AccessDenied

KEY = identity.new_private_key()
WHO = identity.id_of(KEY)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def sealed(**node):
    source = "def f():\n    return 1.5\n"
    return record.sealed(
        {"id": "g", "state": "Successful", "server": {"id": "s", "version": "1"}},
        [
            {"processid": "p1", "nodename": "a", "spec": {"args": [1, 2.5, None]}, **node},
            {"processid": "p2", "nodename": "b", "spec": {"args": []}},
        ],
        {record.source_digest(source): source},
        by=WHO,
        at="2026-01-02T03:04:05+00:00",
        sign=lambda text: identity.sign(text, KEY),
    )


def places(value, path=()):
    """Every place in a JSON value."""
    yield path
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in inner:
            yield from places(each, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


WHOLE = json.loads(json.dumps(sealed()))
PLACES = [path for path in places(WHOLE) if path]


def test_it_says_who_signed_and_when():
    found = record.verified(sealed())
    assert found
    assert (found.signer, found.at) == (WHO, "2026-01-02T03:04:05+00:00")
    assert str(found) == (
        f"Signed by {WHO} at 2026-01-02T03:04:05+00:00; everything is as it was signed"
    )


@given(path=st.sampled_from(PLACES), value=VALUES)
def test_any_changed_value_is_found(path, value):
    changed = copy.deepcopy(WHOLE)
    old = at(changed, path)
    assume(record.canonical(old) != record.canonical(value))
    at(changed, path[:-1])[path[-1]] = value
    assert not record.verified(changed)


@pytest.mark.parametrize("path", PLACES, ids=str)
def test_anything_that_is_gone_or_twice_is_found(path):
    gone = copy.deepcopy(WHOLE)
    del at(gone, path[:-1])[path[-1]]
    assert not record.verified(gone)
    twice = copy.deepcopy(WHOLE)
    holder = at(twice, path[:-1])
    if isinstance(holder, list):
        holder.insert(path[-1], copy.deepcopy(holder[path[-1]]))
    else:
        holder[f"{path[-1]}2"] = copy.deepcopy(holder[path[-1]])
    assert not record.verified(twice)


@settings(max_examples=30)
@given(VALUES)
def test_what_programs_do_to_json_on_the_way_changes_nothing(value):
    made = sealed(output=value)
    again = json.loads(json.dumps(made, indent=3, sort_keys=True, ensure_ascii=True))
    assert record.verified(again)


def test_numbers_as_javascript_writes_them_are_the_same():
    assert record.canonical([1.0, -0.0, 1e16, 1e21, 1e-7, 0.1]) == record.canonical(
        json.loads("[1, 0, 10000000000000000, 1e+21, 1e-7, 0.1]")
    )


def changed(**parts):
    return {**copy.deepcopy(WHOLE), **parts}


def test_what_was_changed_is_named():
    made = changed()
    made["nodes"][0]["spec"]["args"] = [9]
    made["run"]["state"] = "Failed"
    found = record.verified(made)
    assert found.signer == WHO
    assert found.problems == (
        "The facts of the run were changed",
        "Node 'a' (p1) was changed",
    )
    assert "it does not match:\n  The facts" in str(found)
    del made["nodes"][1]
    assert "The node of process p2 is missing" in record.verified(made).problems
    made["nodes"].append({"processid": "p3", "nodename": "c"})
    assert "Node 'c' (p3) was added" in record.verified(made).problems
    (key,) = made["sources"]
    made["sources"][key] = "other"
    assert f"The source {key} has another digest" in record.verified(made).problems


def test_other_order_of_nodes():
    made = changed(nodes=list(reversed(WHOLE["nodes"])))
    assert record.verified(made).problems == (
        "The nodes are not those that were signed, or not in their order",
    )


def test_another_signer_is_not_this_one():
    made = changed()
    made["seal"]["by"] = identity.id_of(identity.new_private_key())
    found = record.verified(made)
    assert found.signer == ""
    assert found.problems[0].startswith("The signature is not that of ")
    made["seal"]["by"] = WHO
    made["seal"]["signature"] = made["seal"]["signature"].upper()
    assert not record.verified(made)
    made["seal"]["signature"] = "nonsense"
    assert not record.verified(made)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "Expected `object`"),
        ([], "Expected `object`"),
        ({}, "missing required field `kind`"),
        (changed(kind="receipt"), "its kind is 'receipt'"),
        (changed(version=2), "this package reads version 1: upgrade"),
        (changed(more=1), "unknown field `more`"),
        (changed(nodes=[{"processid": "p1", "x": float("nan")}]), "Out of range float"),
    ],
    ids=["null", "list", "empty", "kind", "version", "field", "not JSON"],
)
def test_what_is_no_record(value, text):
    found = record.verified(value)
    assert not found
    assert text in found.problems[0]


def test_a_record_cannot_stand_for_a_request():
    """The payload of a request is base64, the text that a record signs is an object."""
    signature = sealed()["seal"]["signature"]
    with pytest.raises(AccessDenied, match="length"):
        identity.recover("eyJ9", signature[:-2])
    assert identity.recover("eyJ9", signature) != WHO
