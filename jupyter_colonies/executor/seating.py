"""In which cells an executor's code stands, as its registration tells.

It is told with the software of the executor's capabilities (protocol part 01, section 4.3). An
entry there has `name`, `type` and `version`; its other fields are carried along by servers and
passed over by SDKs that don't know them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jupyter_colonies.core.member import Capabilities
from jupyter_colonies.executor.functions.source import digest
from jupyter_colonies.executor.hearing import kernel_id
from jupyter_colonies.executor.offer import Offer

TYPE = "notebook cell"
"""The type of an entry that stands for a cell."""


def capabilities(offers: Iterable[Offer]) -> Capabilities:
    """What an executor says of itself: an entry for each cell that serves something."""
    cells: dict[str, list[Offer]] = {}
    for offer in offers:
        if offer.source is not None and offer.source.cell:
            cells.setdefault(offer.source.cell, []).append(offer)
    return Capabilities(software=[_seat(cell, served) for cell, served in cells.items()] or None)


def _seat(cell: str, served: list[Offer]) -> dict[str, Any]:
    """A cell and what it serves.

    `version` is the digest of the cell's whole text when it was run, `since` when that was.
    """
    newest = max(served, key=lambda offer: offer.since)
    source = newest.source
    return {
        "name": cell,
        "type": TYPE,
        "version": digest(source.around) if source is not None and source.around else "",
        "notebook": source.notebook if source is not None else "",
        "kernel": kernel_id(),
        "functions": sorted(offer.funcname for offer in served),
        "since": newest.since.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
