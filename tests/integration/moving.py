"""How much memory moving a large file takes, in a program of its own.

The peak of a process never falls, so it is measured where nothing else has happened.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

from jupyter_colonies.client.colony import Colony, connect
from jupyter_colonies.client.discovery import RUNTIME_VARIABLE
from jupyter_colonies.testing import RunningServer


def peak() -> int:
    """The most memory that the program ever had, in bytes."""
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # What getrusage says of a child on Linux begins with what its parent had.
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) * 1024


def growth(server: RunningServer, folder: Path, size: int) -> int:
    """By how many bytes a program grows that moves a file of `size` bytes up and down."""
    source, target = folder / "source", folder / "target"
    with source.open("wb") as stream:
        stream.truncate(size)
    environment = {**os.environ, RUNTIME_VARIABLE: str(server.runtime_file)}
    command = [sys.executable, "-m", "tests.integration.moving", str(source), str(target)]
    root = Path(__file__).parents[2]
    printed = subprocess.check_output(command, env=environment, cwd=root, text=True)
    assert target.stat().st_size == size
    return int(printed)


def _move(source: Path, target: Path) -> None:
    colony: Colony = connect()
    files = colony.files
    files.put(b"warm", "/warm", "up")
    before = peak()
    file = files.put(source, "/large", "file")
    files.fetch(file, target)
    print(peak() - before)


if __name__ == "__main__":
    _move(Path(sys.argv[1]), Path(sys.argv[2]))
