"""Reading the audit log back: the oldest lines first, over all its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from jupyter_colonies.server.audit.entry import REFUSED, Entry
from jupyter_colonies.server.audit.log import KEPT, older


class Wanted(NamedTuple):
    """Which lines: empty for any. `since` is a moment as the lines have it."""

    who: str = ""
    operation: str = ""
    colony: str = ""
    about: str = ""
    since: str = ""
    refused: bool = False

    def fits(self, entry: Entry) -> bool:
        """Whether a line is wanted. Names may be given in part, ids from their beginning."""
        return (
            (self.who in entry.who.name or entry.who.id.startswith(self.who) or self.who in
             entry.proof)
            and self.operation in entry.operation
            and self.colony in ("", entry.colony)
            and (not self.about or any(_about(self.about, each) for each in entry.objects.values()))
            and entry.time >= self.since
            and (not self.refused or entry.outcome == REFUSED)
        )  # fmt: skip


def _about(what: str, values: list[str]) -> bool:
    return any(value.startswith(what) for value in values)


def entries(file: Path, wanted: Wanted) -> Iterator[Entry]:
    """The lines that are wanted; half a line, at the end of a killed server, is left out."""
    decoder = msgspec.json.Decoder(Entry)
    files = [older(file, number) for number in range(KEPT, 0, -1)] + [file]
    for each in files:
        if not each.exists():
            continue
        with each.open("rb") as lines:
            for line in lines:
                try:
                    entry = decoder.decode(line)
                except msgspec.MsgspecError:
                    continue
                if wanted.fits(entry):
                    yield entry
