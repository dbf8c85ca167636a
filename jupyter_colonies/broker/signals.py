"""What a transaction announces once it is on disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.process import State

DEADLINES = "deadlines"
CRONS = "crons"
GENERATORS = "generators"
RETENTION = "retention"


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
    """An executor lost its place: removed, replaced or rejected.

    An empty name stands for all of the colony, whose assignments were paused or resumed.
    """

    colonyname: str
    executorname: str


class Stood(NamedTuple):
    """An executor has come, has gone, or may do more or less than before.

    It is told where it happened, and other servers are not told.
    """

    colonyname: str
    executorname: str
    state: ExecutorState


class Taken(NamedTuple):
    """A running process was taken from its executor, and is in this state now."""

    colonyname: str
    executorname: str
    processid: str
    state: State


class Ended(NamedTuple):
    """A process of this type ended in this state, after so many seconds; 0 if it never ran.

    It is counted where it happened, and other servers are not told.
    """

    executortype: str
    state: State
    seconds: float


class GraphChanged(NamedTuple):
    """A workflow has a new revision."""

    graphseq: int
    processgraphid: str
    revision: int
    state: State


class ColonyChanged(NamedTuple):
    """Something of a colony changed that has no signal of its own.

    `what` is one of `core.messages.monitor.CHANGES`.
    """

    colonyname: str
    what: str


class Appended(NamedTuple):
    """A channel of a process has a new entry."""

    processid: str
    name: str


class Noted(NamedTuple):
    """An executor wrote to a process's log or set an attribute, or the process was removed."""

    processid: str


class Progressed(NamedTuple):
    """The executor of a process said how far it is."""

    processgraphid: str
    processid: str


class Revoked(NamedTuple):
    """A bearer token was revoked."""

    tokenid: str


class Due(NamedTuple):
    """A duty has something to do at a moment, in nanoseconds since 1970."""

    at: int
    duty: str = DEADLINES


class Packed(NamedTuple):
    """An argument was packed for the generator of this number."""

    generator: int


class Missed(NamedTuple):
    """Other servers may have announced anything: whoever waits looks once."""


class Notice(msgspec.Struct, array_like=True):
    """Signals on their way to other servers; `missed` stands for more than are worth telling."""

    ready: list[Ready] = []
    changed: list[Changed] = []
    graphs: list[GraphChanged] = []
    dismissed: list[Dismissed] = []
    due: dict[str, int] = {}
    packed: list[int] = []
    missed: bool = False
    appended: list[Appended] = []
    taken: list[Taken] = []
    noted: list[Noted] = []
    revoked: list[Revoked] = []
    colonies: list[ColonyChanged] = []
    progressed: list[Progressed] = []


MOST_NOTICES = 16

_decoder = msgspec.json.Decoder(Notice)


class SignalNotices:
    """How the broker's signals travel between servers (`store.notices.Notices`)."""

    def write(self, announced: Sequence[object], longest: int) -> list[str]:
        """Texts of at most `longest` bytes; for very many signals one that says `missed`."""
        notice = _gathered(announced)
        if notice == Notice():
            return []
        texts = [msgspec.json.encode(part).decode() for part in _parts(notice, longest)]
        if len(texts) > MOST_NOTICES or any(len(text.encode()) > longest for text in texts):
            texts = [msgspec.json.encode(Notice(missed=True)).decode()]
        return texts

    def read(self, text: str) -> list[object]:
        """The signals in a text; one that can't be read stands for anything."""
        try:
            notice = _decoder.decode(text)
        except msgspec.MsgspecError:
            return self.missed()
        due = [Due(at, duty) for duty, at in notice.due.items()]
        missed = [Missed()] if notice.missed else []
        return [
            *notice.ready,
            *notice.changed,
            *notice.graphs,
            *notice.dismissed,
            *notice.appended,
            *notice.taken,
            *notice.noted,
            *notice.progressed,
            *notice.revoked,
            *notice.colonies,
            *due,
            *(Packed(generator) for generator in notice.packed),
            *missed,
        ]

    def missed(self) -> list[object]:
        """What stands for anything."""
        return [Missed()]


def _gathered(announced: Sequence[object]) -> Notice:
    notice = Notice(ready=[], changed=[], graphs=[], dismissed=[], due={}, taken=[])
    packed: set[int] = set()
    newest: dict[int, GraphChanged] = {}
    # Those that say only where to look are told once.
    once: dict[type, dict[Any, None]] = {
        kind: {} for kind in (Appended, Noted, Progressed, Revoked, ColonyChanged)
    }
    for signal in announced:
        match signal:
            case Ready():
                notice.ready.append(signal)
            case Changed():
                notice.changed.append(signal)
            case GraphChanged():
                newest[signal.graphseq] = signal
            case Dismissed():
                notice.dismissed.append(signal)
            case Appended() | Noted() | Progressed() | Revoked() | ColonyChanged():
                once[type(signal)][signal] = None
            case Taken():
                notice.taken.append(signal)
            case Due():
                notice.due[signal.duty] = min(notice.due.get(signal.duty, signal.at), signal.at)
            case Packed():
                packed.add(signal.generator)
    notice.graphs = list(newest.values())
    notice.appended, notice.noted = list(once[Appended]), list(once[Noted])
    notice.revoked, notice.progressed = list(once[Revoked]), list(once[Progressed])
    notice.colonies = list(once[ColonyChanged])
    notice.packed = sorted(packed)
    return notice


def _parts(notice: Notice, longest: int) -> list[Notice]:
    """The notice as it is, or its halves if it is too long."""
    many = max(len(part) for part in msgspec.structs.astuple(notice) if isinstance(part, list))
    if len(msgspec.json.encode(notice)) <= longest or many <= 1:
        return [notice]

    def half(number: int) -> Notice:
        return Notice(
            ready=notice.ready[number::2],
            changed=notice.changed[number::2],
            graphs=notice.graphs[number::2],
            dismissed=notice.dismissed[number::2],
            appended=notice.appended[number::2],
            taken=notice.taken[number::2],
            noted=notice.noted[number::2],
            progressed=notice.progressed[number::2],
            revoked=notice.revoked[number::2],
            colonies=notice.colonies[number::2],
            due=notice.due,
            packed=notice.packed[number::2],
        )

    return [*_parts(half(0), longest), *_parts(half(1), longest)]
