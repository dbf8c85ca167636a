"""Values that JSON can't hold as the bytes of a file, and back.

A library is loaded only where its object is: numpy's arrays as npy, tables of pandas and pyarrow
as Arrow, pictures of PIL as PNG, what only Python understands as a pickle. Everything but the last
is data that can't run code when it is opened.
"""

from __future__ import annotations

import hashlib
import importlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cloudpickle
import msgspec

from jupyter_colonies.client.values.forms import FILE, NotJson, subject, type_name
from jupyter_colonies.errors import ClientError

LARGEST = 1024**3
"""Bytes of one value."""

PICKLE = "pickle"
RICH = ".mime"
_COLUMN, _NAME = "value", b"series"  # a series as the one column of a table

_PICTURES = frozenset(("1", "L", "LA", "P", "RGB", "RGBA", "I;16"))


class NotReadable(ClientError):
    """A stored value can't be opened here: the message says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Packed:
    """A value as bytes, and where they are to be stored.

    `kind` says how they are read; `type` is the Python type they came from; `rich` is what a
    notebook shows for the value, by MIME type.
    """

    label: str
    kind: str
    type: str
    data: bytes = field(repr=False)
    sha256: str
    rich: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the file, the same for the same bytes."""
        return f"{self.sha256[:16]}.{self.kind}"

    @property
    def reference(self) -> dict[str, Any]:
        """What stands for the value in JSON."""
        return {
            FILE: f"{self.label}/{self.name}",
            "kind": self.kind,
            "type": self.type,
            "size": len(self.data),
            "sha256": self.sha256,
            **({"rich": {"sha256": digest(self.rich_data)}} if self.rich else {}),
        }

    @property
    def rich_data(self) -> bytes:
        """The bytes of `rich`, which are stored beside the value under `rich_name`."""
        return msgspec.json.encode(self.rich)

    @property
    def rich_name(self) -> str:
        """The name of the file that holds `rich`."""
        return rich_name(self.name)


def rich_name(name: str) -> str:
    """The file beside a value that holds what a notebook shows for it."""
    return f"{name}{RICH}"


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def pack(
    value: Any, place: str, label: str, rich: Callable[[Any], dict[str, Any]] | None = None
) -> Packed:
    """The bytes of a value. Raises NotJson for one that no form holds, or that is too large."""
    kind, data = _bytes_of(value, place)
    if len(data) > LARGEST:
        raise NotJson(
            f"{subject(value, place)} has {len(data):,} bytes, and at most {LARGEST:,} are kept: "
            "write it to a file and pass its name"
        )
    return Packed(
        label=label,
        kind=kind,
        type=type_name(value),
        data=data,
        sha256=digest(data),
        rich=rich(value) if rich is not None else {},
    )


def pack_json(value: Any, label: str) -> Packed:
    """A large JSON value as a file of its own."""
    data = msgspec.json.encode(value)
    if len(data) > LARGEST:
        raise NotJson(f"the value has {len(data):,} bytes, and at most {LARGEST:,} are kept")
    return Packed(label=label, kind="json", type=type_name(value), data=data, sha256=digest(data))


def unpack(kind: str, typename: str, data: bytes) -> Any:
    """The value of some bytes; JSON as it stands. A pickle must come from who is trusted.

    Raises NotReadable if a library is missing, or the bytes are not what they are said to be.
    """
    if kind not in _READERS:
        raise NotReadable(f"Values of kind '{kind}' can't be read: a newer version may do so")
    try:
        return _READERS[kind](data, typename)
    except ImportError as error:
        raise NotReadable(
            f"A {typename} is needed, and its library is missing here: pip install {error.name}"
        ) from error
    except Exception as error:
        raise NotReadable(
            f"The stored {typename} can't be read any more: {type(error).__name__}: {error}"
        ) from error


def _bytes_of(value: Any, place: str) -> tuple[str, bytes]:
    kind = type(value)
    library = kind.__module__.partition(".")[0]
    if kind is bytes:
        return "bytes", value
    writers = _WRITERS.get(library, ())
    for write in writers:
        if (written := write(value, kind.__name__)) is not None:
            return written
    return PICKLE, _pickled(value, place)


def _pickled(value: Any, place: str) -> bytes:
    try:
        data: bytes = cloudpickle.dumps(value)
    except Exception as error:
        raise NotJson(
            f"{subject(value, place)} has no form as JSON, and it can't be pickled: {error}"
        ) from error
    return data


def _array(value: Any, kind: str) -> tuple[str, bytes] | None:
    if kind != "ndarray" or value.dtype.hasobject:
        return None
    import numpy as np  # noqa: PLC0415 - the value is numpy's

    buffer = io.BytesIO()
    np.save(buffer, value, allow_pickle=False)
    return "npy", buffer.getvalue()


def _frame(value: Any, kind: str) -> tuple[str, bytes] | None:
    if kind not in ("DataFrame", "Series"):
        return None
    try:
        import pyarrow  # noqa: PLC0415 - only for pandas' tables
    except ImportError:
        return None
    series = kind == "Series"
    if series and not isinstance(value.name, str | None):
        return None
    frame = value.to_frame(name=_COLUMN) if series else value
    try:
        table = pyarrow.Table.from_pandas(frame)
        back = table.to_pandas()
    except (pyarrow.ArrowException, TypeError, ValueError):
        return None
    # Tables of mixed Python objects have no exact form in Arrow.
    if not (back.equals(frame) and list(back.dtypes) == list(frame.dtypes)):
        return None
    if series:
        name = {_NAME: msgspec.json.encode(value.name)}
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), **name})
    return "arrow", _stream(pyarrow, table)


def _table(value: Any, kind: str) -> tuple[str, bytes] | None:
    if kind != "Table":
        return None
    import pyarrow  # noqa: PLC0415 - the value is pyarrow's

    return "arrow", _stream(pyarrow, value)


def _stream(pyarrow: Any, table: Any) -> bytes:
    sink = io.BytesIO()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _picture(value: Any, _kind: str) -> tuple[str, bytes] | None:
    if getattr(value, "mode", "") not in _PICTURES or not hasattr(value, "save"):
        return None
    buffer = io.BytesIO()
    value.save(buffer, "PNG")
    return "png", buffer.getvalue()


_Writer = Callable[[Any, str], tuple[str, bytes] | None]
_WRITERS: dict[str, tuple[_Writer, ...]] = {
    "numpy": (_array,),
    "pandas": (_frame,),
    "pyarrow": (_table,),
    "PIL": (_picture,),
}


def _read_array(data: bytes, _type: str) -> Any:
    import numpy as np  # noqa: PLC0415 - who asks for an array has it

    return np.load(io.BytesIO(data), allow_pickle=False)


def _read_arrow(data: bytes, typename: str) -> Any:
    ipc = importlib.import_module("pyarrow.ipc")
    table = ipc.open_stream(data).read_all()
    if typename.startswith("pyarrow"):
        return table
    frame = table.to_pandas()
    if not typename.endswith("Series"):
        return frame
    return frame[_COLUMN].rename(msgspec.json.decode(table.schema.metadata[_NAME]))


def _read_picture(data: bytes, _type: str) -> Any:
    image = importlib.import_module("PIL.Image").open(io.BytesIO(data), formats=("PNG",))
    image.load()
    return image


def _read_pickle(data: bytes, _type: str) -> Any:
    import pickle  # noqa: PLC0415 - who wrote it was checked before

    return pickle.loads(data)  # noqa: S301 - as above


_READERS: dict[str, Callable[[bytes, str], Any]] = {
    "npy": _read_array,
    "arrow": _read_arrow,
    "png": _read_picture,
    "bytes": lambda data, _type: data,
    "json": lambda data, _type: msgspec.json.decode(data),
    PICKLE: _read_pickle,
}
