"""The right to host a data folder.

The kernel's lock on a file decides: it ends with the process that holds it, however that ends, so
none is ever left behind. What stands in the file says who holds it, or held it last.
"""

from __future__ import annotations

import logging
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TextIO

import msgspec

from jupyter_colonies.errors import InvalidConfiguration

log = logging.getLogger(__name__)


class Holder(msgspec.Struct, kw_only=True, frozen=True):
    """A process: its machine, the id of that machine's start, and its number there."""

    machine: str
    boot: str
    pid: int

    @property
    def here(self) -> bool:
        """Whether it runs, or ran, under this kernel since its start."""
        return self.boot == boot_id()

    def __str__(self) -> str:
        return f"process {self.pid}" + ("" if self.here else f" on the machine {self.machine}")


class Lock:
    """The right to host a data folder; it ends with the process, however that ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "host.lock"
        self._file: TextIO | None = None
        self._abandoned = False

    def try_acquire(self) -> bool:
        """Take the lock if nobody has it. Raises InvalidConfiguration if it can't be taken."""
        return self._acquire(wait=False)

    def acquire_later(self, acquired: Callable[[], None]) -> None:
        """Wait for the lock on a thread of its own, then call `acquired` on that thread."""

        def wait() -> None:
            if self._acquire(wait=True):
                acquired()

        threading.Thread(target=wait, name="colonies-host-lock", daemon=True).start()

    def release(self) -> None:
        """Give the lock back, or stop wanting it."""
        self._abandoned = True
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None

    @property
    def lost(self) -> bool:
        """Whether its file was taken away, so that another process may hold a new one."""
        return self._file is not None and not self._is_current(self._file)

    def holder(self) -> Holder | None:
        """Who holds the lock, or held it last and did not give it back."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Holder)
        except (OSError, msgspec.MsgspecError):
            return None

    def _acquire(self, *, wait: bool) -> bool:
        while True:
            file = self._path.open("a")
            if not _locked(file, wait=wait):
                file.close()
                return False
            if self._abandoned:
                file.close()
                return False
            if self._is_current(file):
                break
            file.close()  # the file was taken away while this process waited for it
        self._file = file
        former = self.holder()
        if former is not None:
            log.warning("The former host of the colony, %s, did not end cleanly", former)
        file.truncate(0)
        file.write(msgspec.json.encode(this_process()).decode())
        file.flush()
        return True

    def _is_current(self, file: TextIO) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), self._path.stat())
        except FileNotFoundError:
            return False


def this_process() -> Holder:
    """Who would hold the lock."""
    return Holder(machine=platform.node(), boot=boot_id(), pid=os.getpid())


@cache
def boot_id() -> str:
    """What tells one start of a machine from every other; empty where the system has none."""
    if sys.platform == "darwin":
        command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        return told.stdout.strip()
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _locked(file: TextIO, *, wait: bool) -> bool:
    if sys.platform == "win32":
        raise InvalidConfiguration(
            "The server does not run on Windows: use WSL, or connect to a server elsewhere"
        )
    import fcntl  # noqa: PLC0415 - does not exist on Windows

    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError as error:
        raise InvalidConfiguration(
            f"The file '{file.name}' can't be locked ({error.strerror}): name a data folder on an "
            "ordinary local disk with --data or JUPYTER_COLONIES_DATA"
        ) from None
    return True
