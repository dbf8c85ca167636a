"""The machine this process runs on: a constant, though it has to be read from the system."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def name() -> str:
    """What names this machine, its present run and the space of its process ids.

    Two processes with the same name mean the same process by a process id. Empty where that can't
    be told: it takes Linux.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""
