"""The file of the audit log: lines of JSON, written in batches by a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import threading
import time
from pathlib import Path

import msgspec

from jupyter_colonies.broker.origin import ORIGIN
from jupyter_colonies.broker.trail import Deed
from jupyter_colonies.server.audit.entry import DONE, REFUSED, Entry, Who, entry_of, moment

NAME = "audit.jsonl"
LARGEST = 16 * 1024 * 1024
KEPT = 8
PAUSE = 0.2
REMEMBERED = 10_000

_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode


class AuditLog:
    """Who changed what, in `file` and up to `kept` older ones of at most `largest` bytes.

    What was done is on disk within moments, not before it is acknowledged: a server that is
    killed may lose the lines of the last fifth of a second. If the disk can't take a line, that
    is logged once, and counted in `lost`.
    """

    def __init__(self, file: Path, *, largest: int = LARGEST, kept: int = KEPT) -> None:
        self.file = file
        self.handed = self.written = 0
        self.lost = 0
        self._largest, self._kept = largest, kept
        self._loop = asyncio.get_running_loop()
        self._collected: list[Deed | Entry] = []
        self._queue: queue.SimpleQueue[list[Deed | Entry] | None] = queue.SimpleQueue()
        self._timer: asyncio.TimerHandle | None = None
        self._names: dict[str, str] = {}
        self._handle = -1
        self._size = 0
        self._troubled = False
        self._thread = threading.Thread(target=self._work, name="colonies-audit", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    async def stop(self) -> None:
        """Write what was collected, and end."""
        self.flush()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def follow(self, deed: Deed) -> None:
        """An operation of the broker."""
        self._add(deed)

    def note(
        self, who: Who, operation: str, colony: str, objects: dict[str, list[str]], status: int
    ) -> None:
        """Anything else, with the status that it was answered with."""
        origin = ORIGIN.get()
        self._add(
            Entry(
                time=moment(time.time_ns()),
                who=who,
                proof=origin.proof,
                via=origin.face,
                address=origin.address,
                operation=operation,
                colony=colony,
                objects=objects,
                outcome=DONE if status < 400 else REFUSED,
                status=status if status >= 400 else 0,
            )
        )

    def _add(self, what: Deed | Entry) -> None:
        self._collected.append(what)
        if self._timer is None:
            self._timer = self._loop.call_later(PAUSE, self.flush)

    def flush(self) -> None:
        """Hand what was collected to the thread."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._collected:
            self.handed += len(self._collected)
            self._queue.put(self._collected)
            self._collected = []

    def _work(self) -> None:
        while (batch := self._queue.get()) is not None:
            try:
                self._write(b"".join(self._line(each) for each in batch))
            except Exception as error:  # noqa: BLE001 - whatever it is, the thread lives on
                self.lost += len(batch)
                if not self._troubled:
                    _log.error("The audit log '%s' can't be written: %r", self.file, error)
                self._troubled = True
            else:
                self.written += len(batch)
                self._troubled = False
        if self._handle >= 0:
            os.close(self._handle)

    def _line(self, what: Deed | Entry) -> bytes:
        if isinstance(what, Entry):
            return _encode(what) + b"\n"
        if what.name:
            if len(self._names) > REMEMBERED:
                self._names.clear()
            self._names[what.callerid] = what.name
        return _encode(entry_of(what, self._names.get(what.callerid, ""))) + b"\n"

    def _write(self, lines: bytes) -> None:
        if self._handle < 0:
            self._open()
        if self._size and self._size + len(lines) > self._largest:
            self._turn()
        while lines:
            number = os.write(self._handle, lines)
            self._size += number
            lines = lines[number:]

    def _open(self) -> None:
        self._handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.fchmod(self._handle, 0o600)
        self._size = os.fstat(self._handle).st_size

    def _turn(self) -> None:
        """The file becomes the newest of the older ones, and the oldest goes."""
        os.close(self._handle)
        self._handle = -1
        for number in range(self._kept, 0, -1):
            former = older(self.file, number - 1) if number > 1 else self.file
            if former.exists():
                former.replace(older(self.file, number))
        self._open()


def older(file: Path, number: int) -> Path:
    """The file before this one, and those before that."""
    return file.with_name(f"{file.name}.{number}")
