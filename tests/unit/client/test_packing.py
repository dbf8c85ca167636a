from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image

from jupyter_colonies.client.values import packing
from jupyter_colonies.client.values.forms import NotJson
from jupyter_colonies.client.values.packing import NotReadable, pack, unpack


def kept(value: Any) -> tuple[str, Any]:
    packed = pack(value, "", "/results/p")
    return packed.kind, unpack(packed.kind, packed.type, packed.data)


def test_arrays_are_npy():
    for array in (np.arange(6).reshape(2, 3), np.array(5.0), np.zeros(2, dtype="i4,f8")):
        kind, found = kept(array)
        assert kind == "npy"
        assert found.dtype == array.dtype
        assert np.array_equal(found, array)


def test_tables_are_arrow():
    frame = pd.DataFrame({"a": [1, 2], "s": ["x", None]}, index=["p", "q"])
    kind, found = kept(frame)
    assert kind == "arrow"
    pd.testing.assert_frame_equal(found, frame)
    for series in (frame["a"], pd.Series([1.5], name=None)):
        kind, found = kept(series)
        assert kind == "arrow"
        pd.testing.assert_series_equal(found, series)
    kind, found = kept(pa.table({"a": [1]}))
    assert (kind, found.to_pydict()) == ("arrow", {"a": [1]})


@pytest.mark.parametrize("mode", ["L", "RGBA", "1"])
def test_pictures_are_png(mode):
    picture = Image.new(mode, (3, 2), 1)
    kind, found = kept(picture)
    assert (kind, found.mode, found.tobytes()) == ("png", mode, picture.tobytes())


@pytest.mark.parametrize(
    "value",
    [
        np.array([{}], dtype=object),
        pd.DataFrame({"a": [1, "x"]}),
        pd.Series([1], name=("a", 1)),
        Image.new("CMYK", (1, 1)),
        pd.Timestamp("2026-01-01"),
    ],
    ids=["objects", "mixed", "name", "cmyk", "timestamp"],
)
def test_what_has_no_exact_form_is_pickled(value):
    kind, found = kept(value)
    assert kind == "pickle"
    assert type(found) is type(value)


def test_a_function_of_the_notebook_is_pickled():
    kind, found = kept(lambda x: x + 1)
    assert (kind, found(1)) == ("pickle", 2)


def test_what_can_not_be_pickled_is_named():
    with pytest.raises(NotJson, match=r"at \[1\] of type _thread.lock has no form as JSON"):
        pack(threading.Lock(), "[1]", "/results/p")


def test_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(packing, "LARGEST", 1000)
    with pytest.raises(NotJson, match=r"numpy.ndarray has 8,128 bytes, and at most 1,000 are kept"):
        pack(np.zeros(1000), "", "/results/p")
    with pytest.raises(NotJson, match="at most 1,000"):
        packing.pack_json([0] * 1000, "/results/p")


def test_what_can_not_be_read_says_why(monkeypatch):
    with pytest.raises(NotReadable, match="numpy.ndarray can't be read any more: ValueError"):
        unpack("npy", "numpy.ndarray", b"nonsense")
    with pytest.raises(NotReadable, match="can't be read any more: UnpicklingError"):
        unpack("pickle", "lost.Class", b"nonsense")
    with pytest.raises(NotReadable, match="Values of kind 'zarr'"):
        unpack("zarr", "x", b"")
    monkeypatch.setitem(sys.modules, "pyarrow.ipc", None)
    with pytest.raises(NotReadable, match="A pandas.DataFrame is needed, and its library"):
        unpack("arrow", "pandas.DataFrame", b"")


def test_an_array_with_pickled_objects_is_not_opened():
    objects = np.array([{}], dtype=object)
    data = pack(objects, "", "/r").data
    with pytest.raises(NotReadable):
        unpack("npy", "numpy.ndarray", data)


def test_no_library_is_loaded_before_its_object_is_there():
    program = (
        "import sys; from jupyter_colonies.notebook import tasks; "
        "from jupyter_colonies.executor.functions import results; "
        "results.as_output({'a': [1, b'x' * 10**5, 'y']}, '/results/p'); "
        "print({'numpy', 'pandas', 'pyarrow', 'PIL'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
