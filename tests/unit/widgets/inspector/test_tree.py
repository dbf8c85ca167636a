"""Values in parts: what is large is cut, and every part can be asked for."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.widgets.inspector.tree import INNER, LONGEST, MOST_ITEMS, MOST_NODES, at, tree

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=60) | st.dictionaries(st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=80,
)


def test_texts_numbers_and_forms() -> None:
    assert tree("a") == {"kind": "text", "text": "a"}
    assert tree(None) == {"kind": "plain", "text": "null"}
    assert tree({"$value": "2026-01-01", "type": "date"}) == {
        "kind": "form", "text": "2026-01-01", "type": "date",
    }  # fmt: skip
    assert tree({"$file": "/results/x", "type": "numpy.ndarray", "size": 7}) == {
        "kind": "stored", "file": "/results/x", "type": "numpy.ndarray", "size": 7,
    }  # fmt: skip


def test_long_texts_and_lists_come_in_parts() -> None:
    long = tree("x" * (LONGEST + 1))
    assert (len(long["text"]), long["size"]) == (LONGEST, LONGEST + 1)
    assert len(tree(["x" * LONGEST])["items"][0]["text"]) == INNER
    many = tree(list(range(100)))
    assert (many["size"], len(many["items"])) == (100, MOST_ITEMS)
    rest = tree(list(range(100)), first=MOST_ITEMS)
    assert rest["items"][0]["text"] == str(MOST_ITEMS)
    deep = tree([[[[1]]]])
    assert deep["items"][0]["items"][0]["items"][0] == {
        "kind": "list",
        "size": 1,
        "first": 0,
        "items": [],
    }


def test_a_part_that_is_not_there() -> None:
    assert at({"a": [1, {"b": 2}]}, ["a", 1, "b"]) == 2
    wrong: list[list[str | int]] = [["x"], ["a", 9], ["a", "b"], [0], ["a", 0, 0]]
    for path in wrong:
        with pytest.raises(LookupError):
            at({"a": [1]}, path)


def _all(value, path=()):
    """The value again, from its parts, and how many nodes the largest had."""
    found, first, most = None, 0, 0
    while True:
        node = tree(at(value, path), first=first)
        most = max(most, _count(node))
        if node["kind"] not in ("list", "object"):
            return at(value, path), most
        found = [] if node["kind"] == "list" and found is None else found
        found = {} if found is None else found
        for item in node["items"]:
            key = first if isinstance(found, list) else item[0]
            inner, count = _all(value, (*path, key))
            most = max(most, count)
            if isinstance(found, list):
                found.append(inner)
            else:
                found[key] = inner
            first += 1
        if first >= node["size"]:
            return found, most
        assert node["items"] or not first


def _count(node):
    items = node.get("items", [])
    return 1 + sum(_count(item[1] if isinstance(item, list) else item) for item in items)


@given(JSON)
def test_every_value_can_be_put_together_from_its_parts(value) -> None:
    found, most = _all(value)
    assert msgspec.json.encode(found) == msgspec.json.encode(value)
    assert most <= MOST_NODES + 1
