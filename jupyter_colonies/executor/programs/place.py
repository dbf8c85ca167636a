"""Where the programs that runs start find and leave their files: a folder for each run.

All folders of this process lie in one, with a lock that the operating system frees however the
process ends; so the next one finds what was left behind and removes it.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

PREFIX = "colonies-executor-"
_LOCK = "lock"

_guard = threading.Lock()
_here: Path | None = None


@contextlib.contextmanager
def folder(processid: str) -> Iterator[Path]:
    """An empty folder that only this user can open, removed with all that is in it afterwards.

    Raises OSError if it can't be made.
    """
    made = Path(tempfile.mkdtemp(prefix=f"{processid[:12]}-", dir=root()))
    try:
        yield made
    finally:
        # What a container wrote as another user may have to stay.
        shutil.rmtree(made, ignore_errors=True)


def root() -> Path:
    """The folder of this process, below the system's one for temporary files."""
    global _here  # noqa: PLW0603 - one per process
    with _guard:
        if _here is None:
            _sweep(Path(tempfile.gettempdir()))
            made = Path(tempfile.mkdtemp(prefix=PREFIX))
            if not _is_free(made / _LOCK, keep=True):
                raise OSError(f"{made} was taken by another process")
            _here = made
        return _here


def is_held(path: Path) -> bool:
    """Whether the process that made such a folder still lives."""
    return path == _here or (path.is_dir() and not _is_free(path / _LOCK, keep=False))


def _is_free(lock: Path, *, keep: bool) -> bool:
    """Whether nobody holds the lock. One that is kept is held until this process ends."""
    try:
        number = os.open(lock, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if keep else 0), 0o600)
    except FileNotFoundError:
        return True
    except OSError:  # somebody else's
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(number)
        return False
    if not keep:
        os.close(number)
    return True


def _sweep(base: Path) -> None:
    """Remove what processes of this user left that were killed."""
    for left in base.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            ours = left.stat(follow_symlinks=False).st_uid == os.getuid()
            if ours and left.is_dir() and (left / _LOCK).exists() and not is_held(left):
                shutil.rmtree(left, ignore_errors=True)


def _leave() -> None:
    with _guard:
        if _here is not None:
            shutil.rmtree(_here, ignore_errors=True)


def _forget() -> None:
    """The folder of a forked child's parent is not the child's."""
    global _guard, _here
    _guard, _here = threading.Lock(), None


atexit.register(_leave)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
