"""What people call a run: the name it was given, or else what it does."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_colonies.core.spec import FunctionSpec

LONGEST = 255
"""Characters of a name at most."""

MOST = 3
"""So many nodes are named where no name was given."""


def run_name(given: str, specs: Sequence[FunctionSpec]) -> str:
    """The name of a workflow, at most 255 characters: `load, clean, train and 4 more`."""
    if given.strip():
        return given.strip()[:LONGEST]
    names = [spec.nodename or spec.funcname for spec in specs]
    first = ", ".join(names[:MOST])
    more = len(names) - MOST
    tail = f" and {more:,} more" if more > 0 else ""
    return first[: LONGEST - len(tail)] + tail
