"""The log of a deployment: what its kernel says, and what becomes of the kernel; bounded."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

LARGEST_FILE = 512 * 1024
"""Bytes after which a new file is begun; the one before is kept, older ones are not."""

MOST_PENDING = 256 * 1024
"""Characters that may wait for the disk; a kernel that says more at once loses the first."""

PAUSE = 0.2
LONGEST_LINE = 4000

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class DeploymentLog:
    """A log in a file of bounded size, written by a thread and never by the event loop."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._former = file.with_name(f"{file.name}.1")
        self._pending: list[str] = []
        self._size = 0
        self._lost = 0
        self._order = asyncio.Lock()
        self._writing: asyncio.Task[None] | None = None

    def note(self, text: str) -> None:
        """A line of the server's own, with the time."""
        moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime())
        if self._pending and not self._pending[-1].endswith("\n"):
            self._pending.append("\n")
        self.say(f"[{moment}] {text}\n")

    def say(self, text: str) -> None:
        """What the kernel has said, without the colours of a terminal."""
        plain = _COLOURS.sub("", text)
        if not plain:
            return
        self._pending.append(plain)
        self._size += len(plain)
        while self._size > MOST_PENDING and len(self._pending) > 1:
            self._lost += len(self._pending[0])
            self._size -= len(self._pending.pop(0))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_soon())

    async def tail(self, lines: int) -> str:
        """The last lines."""
        await self.flush()
        return await asyncio.to_thread(self._tail, lines)

    async def flush(self) -> None:
        """Put on disk what has been said until now."""
        async with self._order:
            if not self._pending:
                return
            pending, self._pending, self._size = "".join(self._pending), [], 0
            if self._lost:
                pending = f"… {self._lost} characters left out …\n{pending}"
                self._lost = 0
            await asyncio.to_thread(self._append, pending)

    async def _write_soon(self) -> None:
        while self._pending:
            await asyncio.sleep(PAUSE)  # what is said together is written together
            await self.flush()

    def _append(self, text: str) -> None:
        try:
            self._file.parent.mkdir(mode=0o700, exist_ok=True)
            if self._file.exists() and self._file.stat().st_size > LARGEST_FILE:
                self._file.replace(self._former)
            with self._file.open("a", encoding="utf-8", errors="replace") as file:
                file.write(text)
        except OSError:
            # A full disk must not end the notebook that is being logged.
            self._lost += len(text)

    def _tail(self, lines: int) -> str:
        text = "".join(
            file.read_text(encoding="utf-8", errors="replace")
            for file in (self._former, self._file)
            if file.exists()
        )
        last = text.splitlines()[-lines:] if lines else []
        return "".join(f"{line[:LONGEST_LINE]}\n" for line in last)
