"""What a file of the colony looks like: the beginning of a text or a table, or a small picture.

Only as much is read as is shown.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import islice
from typing import Any

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.core.file import File

MOST_TEXT = 64 << 10
"""Bytes of a text that are shown."""

MOST_PICTURE = 1 << 20
"""Bytes of the largest picture that is shown."""

MOST_ROWS = 50
MOST_COLUMNS = 30
LONGEST_CELL = 200

_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
}


@dataclass(frozen=True, kw_only=True)
class Preview:
    """One of `text`, a table of `columns` and `rows`, or the bytes of a `picture` of `mime`.

    `note` says what is left out, or why nothing is shown.
    """

    text: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    picture: bytes = field(default=b"", repr=False)
    mime: str = ""
    note: str = ""


def preview(colony: Colony, file: File) -> Preview:
    """What a revision looks like. Raises what reading it raises."""
    if file.size == 0:
        return Preview(note="The file is empty")
    suffix = file.name.lower().rpartition(".")[2]
    if suffix == "parquet":
        return _parquet(colony, file)
    beginning = b"".join(colony.files.read(file, last=MOST_TEXT - 1))
    if mime := _mime(beginning, suffix):
        return _picture(colony, file, beginning, mime)
    text = _decoded(beginning)
    if text is None:
        return Preview(note="These bytes are no text, table or picture that can be shown")
    whole = file.size <= len(beginning)
    if suffix in ("csv", "tsv") and (table := _table(text, suffix, whole=whole)):
        return table
    note = "" if whole else f"The first {len(beginning):,} of {file.size:,} bytes"
    return Preview(text=text, note=note)


def _mime(beginning: bytes, suffix: str) -> str:
    for magic, mime in _PICTURES.items():
        if beginning.startswith(magic):
            return mime
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "image/webp"
    # Shown as an image, in which nothing can run.
    return "image/svg+xml" if suffix == "svg" and b"<svg" in beginning else ""


def _picture(colony: Colony, file: File, beginning: bytes, mime: str) -> Preview:
    if file.size > MOST_PICTURE:
        return Preview(note=f"Pictures of more than {MOST_PICTURE:,} bytes are not shown")
    whole = len(beginning) >= file.size
    picture = beginning if whole else b"".join(colony.files.read(file))
    return Preview(picture=picture, mime=mime)


def _decoded(beginning: bytes) -> str | None:
    """The bytes as a text, whose last letter may be cut; None if they are none."""
    if b"\0" in beginning:
        return None
    try:
        return beginning.decode()
    except UnicodeDecodeError as error:
        cut = error.start >= len(beginning) - 3 and error.reason == "unexpected end of data"
        return beginning[: error.start].decode() if cut else None


def _table(text: str, suffix: str, *, whole: bool) -> Preview | None:
    """The first rows; None if it is no table after all."""
    if not whole:
        text = text.rpartition("\n")[0]
    if suffix == "tsv":
        delimiter = "\t"
    else:
        head = text.partition("\n")[0]
        delimiter = max(",;\t|", key=head.count)
    try:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = list(islice(read, MOST_ROWS + 2))
    except csv.Error:
        return None
    if not rows:
        return None
    more = len(rows) > MOST_ROWS + 1 or not whole
    return _shown(rows[0], rows[1 : MOST_ROWS + 1], f"The first {MOST_ROWS} rows" if more else "")


def _parquet(colony: Colony, file: File) -> Preview:
    if find_spec("pyarrow") is None:
        return Preview(note="Parquet is shown where pyarrow is installed")
    from pyarrow import ArrowInvalid, parquet  # noqa: PLC0415 - not everybody has it

    from jupyter_colonies.client.storage.opened import Reading  # noqa: PLC0415 - loads fsspec

    # The end is read first, which says where the rows are that are shown.
    with Reading(colony.fs, file.name, colony.files, file, "default", None, {}) as stream:
        try:
            table = parquet.ParquetFile(stream)
            names = table.schema_arrow.names
            batch: Any = next(table.iter_batches(MOST_ROWS, columns=names[:MOST_COLUMNS]), None)
        except (ArrowInvalid, OSError) as error:
            return Preview(note=f"This is no Parquet that can be read: {error}")
        count = table.metadata.num_rows
    rows = [list(row.values()) for row in batch.to_pylist()] if batch is not None else []
    note = f"{count:,} rows" + (f", the first {len(rows)} of them" if count > len(rows) else "")
    return _shown(names, rows, note)


def _shown(columns: list[str], rows: list[list[Any]], note: str) -> Preview:
    left_out = len(columns) - MOST_COLUMNS
    notes = [note, f"{left_out} more columns" if left_out > 0 else ""]
    return Preview(
        columns=[_cell(each) for each in columns[:MOST_COLUMNS]],
        rows=[[_cell(each) for each in row[:MOST_COLUMNS]] for row in rows],
        note=", ".join(each for each in notes if each),
    )


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
