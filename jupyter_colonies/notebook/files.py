"""The colony's files and snapshots as values of a cell: tables of what is there."""

from __future__ import annotations

from typing import Any

from jupyter_colonies.client.storage.files import Files
from jupyter_colonies.client.storage.snapshots import Snapshots
from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Line, Table
from jupyter_colonies.core.file import place
from jupyter_colonies.notebook.tables import Shown

MOST_SHOWN = 100
"""Labels or snapshots that a table has at most."""


class NotebookFiles(Files):
    """Files whose labels are shown when they are the value of a cell."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        labels = sorted({place(each.name) for each in self.labels()})
        shown = labels[:MOST_SHOWN]
        rows = [
            [label, f"{len(files):,}", wording.size(sum(each.size for each in files))]
            for label, files in zip(shown, self.lists(shown), strict=True)
        ]
        table = Table(columns=["Label", "Files", "Size"], rows=rows)
        return _shown(table, len(labels), "No files yet: put(…), or browse() to drop some in")


class NotebookSnapshots(Snapshots):
    """Snapshots that are listed when they are the value of a cell."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        found = self.list()
        rows = [
            [
                each.name,
                each.label,
                f"{len(each.fileids or []):,}",
                f"{each.added:%Y-%m-%d %H:%M:%S} UTC",
            ]
            for each in found[:MOST_SHOWN]
        ]
        table = Table(columns=["Snapshot", "Label", "Files", "Made"], rows=rows)
        return _shown(table, len(found), "No snapshots yet")


def _shown(table: Table, count: int, empty: str) -> dict[str, str]:
    blocks: list[Block] = [table] if table.rows else [Line(text=empty)]
    if count > len(table.rows):
        blocks.append(Line(text=f"and {count - len(table.rows):,} more"))
    return Shown(blocks)._repr_mimebundle_()
