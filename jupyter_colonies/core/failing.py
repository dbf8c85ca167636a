"""Where a process failed, as far as its traceback and the source that ran tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from jupyter_colonies.core.console import plain

# As Python writes them, and as IPython does in its own tracebacks.
_PLACE = re.compile(
    r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?$'
    r"|^\s*File (?P<path>\S.*?):(?P<at>\d+)(?:, in (?P<name>.+))?$"
    r"|^\s*(?P<cell>Cell In\[\d+\]), line (?P<inline>\d+)",
    re.MULTILINE,
)


class Place(NamedTuple):
    """A file or cell, a line in it from 1, and the function; empty where it is not told."""

    file: str
    line: int
    function: str = ""


def places(traceback: str) -> list[Place]:
    """The places that a traceback names, the innermost of the last error at the end."""
    found = []
    for match in _PLACE.finditer(plain(traceback)):
        file = match["file"] or match["path"] or match["cell"]
        line = match["line"] or match["at"] or match["inline"]
        found.append(Place(file, int(line), match["function"] or match["name"] or ""))
    return found


def line_told(traceback: str, source: Sequence[str]) -> int:
    """The number of the last line of the traceback that stands once in the source; 0 for none."""
    lines = [line.strip() for line in source]
    told = [line.strip() for line in plain(traceback).splitlines()]
    once = (line for line in reversed(told) if line and lines.count(line) == 1)
    return next((lines.index(line) + 1 for line in once), 0)
