"""Writes what the labextension draws with: `python -m tests.drawn.look`.

How states look and the style of a graph, and which characters take no column or two of them.
"""

from __future__ import annotations

import json
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

from jupyter_colonies.core.palette import LOOKS
from jupyter_colonies.core.sketch import DONE
from jupyter_colonies.core.stylesheet import stylesheet

FOLDER = Path(__file__).parents[2] / "labextension" / "src" / "graph"
LOOK = FOLDER / "look.json"
COLUMNS = FOLDER / "columns.json"


def look() -> dict[str, Any]:
    """Looks by the numbers of the states, the colour of what is done, and cytoscape's style."""
    looks = [LOOKS[state]._asdict() for state in sorted(LOOKS)]
    return {"looks": looks, "done": DONE, "style": stylesheet()}


BEYOND = 0x40000
"""From this code point on no character has anything else than one column."""


def columns() -> dict[str, Any]:
    """First and last code points of the ranges without a column of their own, and with two."""
    points = range(BEYOND)
    none = {each for each in points if unicodedata.combining(chr(each))}
    two = {each for each in points if unicodedata.east_asian_width(chr(each)) in "WF"} - none
    return {"unicode": unicodedata.unidata_version, "none": _ranges(none), "two": _ranges(two)}


def _ranges(points: set[int]) -> list[int]:
    known = sorted(points)
    starts = [known[0], *(later for former, later in pairwise(known) if later > former + 1)]
    ends = [*(former for former, later in pairwise(known) if later > former + 1), known[-1]]
    return [point for both in zip(starts, ends, strict=True) for point in both]


def main() -> None:
    """Write both files."""
    LOOK.write_text(json.dumps(look(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    COLUMNS.write_text(json.dumps(columns()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
