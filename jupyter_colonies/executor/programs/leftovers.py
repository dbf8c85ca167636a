"""Programs that a run started and that have left its process group, as daemons do."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from pathlib import Path

from jupyter_colonies.executor.programs.call import PROCESS_VARIABLE

LOOKS = 5
PAUSE = 0.002  # seconds in which a program that is just being started shows its environment
DEATH = 1000  # milliseconds a killed program may take to be gone


def kill(processid: str) -> None:
    """Kill what carries the id of this process in its environment, and wait until it is gone.

    Only Linux tells the environment of programs; elsewhere a daemon outlives its run.
    """
    if sys.platform != "linux":
        return
    mark = f"{PROCESS_VARIABLE}={processid}".encode()
    for _ in range(LOOKS):
        found = [_end(each, mark) for each in Path("/proc").glob("[0-9]*")]
        if not any(found):
            return
        time.sleep(PAUSE)


def _end(entry: Path, mark: bytes) -> bool:
    """End a program if it is marked; whether it was, or can't be told yet."""
    pid = int(entry.name)
    if pid == os.getpid():
        return False
    # Gone by now, or somebody else's.
    with contextlib.suppress(OSError):
        number = os.pidfd_open(pid)
        try:
            environment = (entry / "environ").read_bytes()
            if mark in environment.split(b"\0"):
                signal.pidfd_send_signal(number, signal.SIGKILL)
                gone = select.poll()
                gone.register(number, select.POLLIN)
                gone.poll(DEATH)
                return True
            # Empty while it is being replaced by another program; those of the kernel, and
            # what waits to be reaped, have no file that they run.
            return not environment and bool((entry / "exe").readlink())
        finally:
            os.close(number)
    return False
