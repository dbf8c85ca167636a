from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from jupyter_colonies.executor.functions import results
from jupyter_colonies.executor.functions.results import (
    NotJson,
    Single,
    as_json,
    as_output,
    label_of,
)


@pytest.mark.parametrize(
    ("value", "output"),
    [
        (None, []),
        ([], []),
        ([1, None], [1, None]),
        (0, [0]),
        ((1, 2), [[1, 2]]),
        ({"a": (1, 2.5)}, [{"a": [1, 2.5]}]),
        (Single(None), [None]),
        (Single([1, 2]), [[1, 2]]),
    ],
    ids=repr,
)
def test_lists_stay_and_other_values_become_one_element(value, output):
    assert as_output(value).values == output


def test_what_is_no_json_becomes_a_file():
    array = np.arange(3)
    output = as_output([1, {"a": array}], label_of("p"))
    (packed,) = output.packed
    assert output.values == [1, {"a": packed.reference}]
    assert packed.reference["$file"] == f"/results/p/{packed.name}"
    assert (packed.kind, packed.type) == ("npy", "numpy.ndarray")


def test_what_is_large_becomes_a_file():
    output = as_output(["x" * 2_000_000, "y"], label_of("p"))
    assert [packed.kind for packed in output.packed] == ["json"]
    assert output.values[1] == "y"


@pytest.mark.parametrize("label", ["", "/results/p"])
def test_what_has_no_form_is_named(label):
    with pytest.raises(NotJson, match=r"at \[1\]\.lock of type _thread\.lock"):
        as_output([1, {"lock": threading.Lock()}], label)


def test_arrays_are_told_how():
    with pytest.raises(NotJson, match=r"ndarray can't be sent as JSON: return its \.tolist\(\)"):
        as_json(np.zeros(1))


class Shown:
    def _repr_html_(self):
        return "<b>shown</b>"


def test_what_the_notebook_shows_is_kept_beside_it(monkeypatch):
    shell = SimpleNamespace(display_formatter=DisplayFormatter())
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    (packed,) = as_output(Shown(), label_of("p")).packed
    assert packed.rich == {"text/html": "<b>shown</b>"}
    assert packed.rich_name == f"{packed.name}.mime"
    assert set(packed.reference["rich"]) == {"sha256"}
    monkeypatch.setattr(results, "LARGEST_RICH", 5)
    assert as_output(Shown(), label_of("p")).packed[0].rich == {}
