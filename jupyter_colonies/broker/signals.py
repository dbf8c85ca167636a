"""What a transaction announces once it is on disk."""

from __future__ import annotations

from typing import NamedTuple

from jupyter_colonies.core.process import State


class Ready(NamedTuple):
    """A process may be assigned now; `target` as in the store: empty, a name, or `*`."""

    colonyname: str
    executortype: str
    location: str
    target: str


class Changed(NamedTuple):
    """A process reached a state."""

    processid: str
    colonyname: str
    executortype: str
    state: State


class Dismissed(NamedTuple):
    """An executor lost its place: removed, replaced or rejected."""

    colonyname: str
    executorname: str


class GraphChanged(NamedTuple):
    """A workflow has a new revision."""

    graphseq: int
    processgraphid: str
    revision: int
    state: State


class Due(NamedTuple):
    """Something has to happen at a moment, in nanoseconds since 1970."""

    at: int
