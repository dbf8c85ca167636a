"""A long list, of which the page gets one part at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Row = dict[str, Any]

SIZE = 25
"""Rows of a part."""

SEARCHED = ("name", "type", "location", "state", "function", "executor", "error")


class Pages:
    """Rows, and which of them are looked at: a part of those in which a text is found.

    `hides` says which rows are left out unless `everything` is asked for.
    """

    def __init__(self, hides: Callable[[Row], bool] = lambda _: False) -> None:
        self._hides = hides
        self._rows: Sequence[Row] = ()
        self.text = ""
        self.page = 0
        self.everything = False

    def fill(self, rows: Sequence[Row]) -> None:
        """Other rows; the part that is looked at stays as far as it can."""
        self._rows = rows

    @property
    def shown(self) -> Row:
        """The part as the page gets it."""
        kept = [row for row in self._rows if self.everything or not self._hides(row)]
        found = [row for row in kept if self._matches(row)]
        pages = max(1, -(-len(found) // SIZE))
        self.page = min(max(self.page, 0), pages - 1)
        return {
            "rows": found[self.page * SIZE : (self.page + 1) * SIZE],
            "found": len(found),
            "total": len(kept),
            "hidden": len(self._rows) - len(kept),
            "page": self.page,
            "pages": pages,
            "text": self.text,
            "everything": self.everything,
        }

    def _matches(self, row: Row) -> bool:
        wanted = self.text.casefold().split()
        if not wanted:
            return True
        texts = [str(row[key]) for key in SEARCHED if key in row]
        texts += [each["name"] for each in row.get("functions", ())]
        said = " ".join(texts).casefold()
        return all(word in said for word in wanted)
