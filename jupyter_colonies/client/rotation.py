"""Another key for an identity, on the server and in the file that holds it.

The new key is on disk before the server hears of it, and takes the place of the old one after the
server has. Whenever this is cut short, both keys are there, and the next attempt finds out which
of them the server knows.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from jupyter_core.paths import secure_write

from jupyter_colonies.client.runtime import read_key
from jupyter_colonies.core.identity import id_of, new_private_key
from jupyter_colonies.errors import AccessDenied, RequestError

NEXT = ".next"

Change = Callable[[str, str], None]
"""Tells the server, signed with a private key, the id that is to be known from now on."""


def rotate(file: Path, change: Change) -> str:
    """Put a new key into a key file, once the server knows its id; that id.

    Raises what the server refuses with: then nothing has changed. After any other error it is not
    known whether the server heard of it; doing the same again completes it.
    """
    fresh = file.with_name(file.name + NEXT)
    if fresh.exists():
        key = read_key(fresh)
        if _is_known(key, change):
            _put(fresh, file)
            return id_of(key)
    else:
        key = new_private_key()
        with secure_write(str(fresh)) as opened:
            opened.write(key + "\n")
            opened.flush()
            os.fsync(opened.fileno())
    try:
        change(read_key(file), id_of(key))
    except RequestError:
        fresh.unlink()
        raise
    _put(fresh, file)
    return id_of(key)


def _is_known(key: str, change: Change) -> bool:
    """Whether the server knows the id of a key: it can then be changed into itself."""
    try:
        change(key, id_of(key))
    except AccessDenied:
        return False
    return True


def _put(fresh: Path, file: Path) -> None:
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
