"""Where drafts are kept, so that they outlive the kernel: a file for each name in the user's data.

One composer holds a name at a time. Who comes second gets the draft under the next free name, so
that nobody writes over what somebody else is composing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec
from jupyter_core.paths import jupyter_data_dir, secure_write

from jupyter_colonies.client.compose.draft import Draft, DraftNode
from jupyter_colonies.client.compose.history import History, Step
from jupyter_colonies.errors import ClientError

VERSION = 1
LONGEST = 200
"""Bytes of a file's name that come from the name of a draft."""


class _Node(msgspec.Struct, array_like=True):
    key: str
    spec: dict[str, object]


class _Step(msgspec.Struct, array_like=True):
    what: str
    nodes: list[int]
    made: int


class _Kept(msgspec.Struct, kw_only=True):
    """A history in which every version of a node stands once."""

    version: int
    name: str
    origin: str = ""
    at: int
    nodes: list[_Node]
    steps: list[_Step]


class DraftFile:
    """The place of one draft, held until `close`; `name` may have a number that was not asked for.

    `taken` says that somebody else holds the name that was asked for. Then what is kept under that
    name is what a new draft begins with.
    """

    def __init__(self, folder: Path, name: str, lock: int, asked: str) -> None:
        self.path = folder / _filename(name)
        self.name = name
        self.taken = name != asked
        self._first = folder / _filename(asked)
        self._lock = lock

    @classmethod
    def hold(cls, folder: Path, name: str) -> DraftFile:
        """Hold a name, or the next one with a number if it is held. Raises ClientError."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for tried in _numbered(name):
                lock = _locked((folder / _filename(tried)).with_suffix(".lock"))
                if lock is not None:
                    return cls(folder, tried, lock, name)
        except OSError as error:
            raise ClientError(f"Drafts can't be kept in {folder}: {error.strerror}") from None
        raise AssertionError("numbers never end")

    def read(self) -> tuple[History, str]:
        """What is kept, and the origin it was kept with; an empty history if nothing is.

        Raises ClientError for a file that can't be read, which stays as it is under another name.
        """
        path = self.path if self.path.exists() else self._first
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
            return _history(kept), kept.origin
        except FileNotFoundError:
            return History(), ""
        except (OSError, msgspec.MsgspecError, LookupError, ValueError) as error:
            if path != self.path:
                return History(), ""
            aside = path.with_suffix(".unreadable")
            path.replace(aside)
            raise ClientError(
                f"The draft '{self.name}' could not be read ({error}); its file is kept as {aside}"
            ) from None

    def write(self, history: History, origin: str) -> None:
        """Keep a history; either all of it is there afterwards or what was before.

        Raises ClientError.
        """
        data = msgspec.json.encode(_plain(history, self.name, origin))
        beside = self.path.with_suffix(".new")
        try:
            with secure_write(str(beside), binary=True) as file:
                file.write(data)
            beside.replace(self.path)
        except OSError as error:
            raise ClientError(f"The draft is not kept: {error.strerror} ({self.path})") from None

    def close(self) -> None:
        """Let others hold the name; what was kept stays."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)


def draft_folder(colonyname: str) -> Path:
    """Where the drafts of a colony are kept."""
    return Path(jupyter_data_dir()) / "colonies" / "drafts" / _filename(colonyname)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name} ({number})"
        number += 1


def _filename(name: str) -> str:
    """A name as a file's, from which it can be told; a digest tells long ones apart."""
    safe = quote(name, safe=" ()-_,")
    if len(safe) > LONGEST:
        safe = f"{safe[:LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return f"{safe}.json"


def _locked(path: Path) -> int | None:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _plain(history: History, name: str, origin: str) -> _Kept:
    places: dict[int, int] = {}
    nodes: list[_Node] = []
    steps: list[_Step] = []
    for step in history.steps:
        indexes = []
        for node in step.draft.nodes:
            # A node is the same object in all drafts that have it as it is.
            if id(node) not in places:
                places[id(node)] = len(nodes)
                nodes.append(_Node(node.key, dict(node.spec)))
            indexes.append(places[id(node)])
        steps.append(_Step(step.what, indexes, step.draft.made))
    return _Kept(version=VERSION, name=name, origin=origin, at=history.at, nodes=nodes, steps=steps)


def _history(kept: _Kept) -> History:
    if kept.version != VERSION:
        raise ValueError(f"it is of version {kept.version}")
    nodes = [DraftNode(each.key, each.spec) for each in kept.nodes]
    steps = [
        Step(each.what, Draft(tuple(nodes[at] for at in each.nodes), each.made))
        for each in kept.steps
    ]
    if not 0 <= kept.at < len(steps):
        raise ValueError("it has no present step")
    for step in steps:
        step.draft.check()
    return History(tuple(steps), kept.at)
