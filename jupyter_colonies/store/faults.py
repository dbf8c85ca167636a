"""Faults of the disk as SQLite reports them: what they mean and what to do.

See https://www.sqlite.org/rescode.html: the low byte of an extended code is the primary code.
"""

from __future__ import annotations

import sqlite3

from jupyter_colonies.errors import StorageFailed, StorageFull, StorageUnwritable

_ADVICE: dict[int, tuple[type[StorageFailed], str]] = {
    sqlite3.SQLITE_FULL: (
        StorageFull,
        "The disk is full. Free some space there; the server need not be restarted",
    ),
    sqlite3.SQLITE_READONLY: (
        StorageUnwritable,
        "The file or its folder is read-only. Put that right; a running server goes on then",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StorageUnwritable,
        (
            "The file or its folder is missing or not accessible. Put that right; a running "
            "server goes on then"
        ),
    ),
    sqlite3.SQLITE_IOERR: (
        StorageUnwritable,
        (
            "The disk refused to be read or written: look at the disk, its quota and the system's "
            "log; the server need not be restarted"
        ),
    ),
    sqlite3.SQLITE_CORRUPT: (
        StorageFailed,
        (
            "The file is damaged. Stop the server, keep a copy of the file and of its -wal, and "
            "restore a backup or save what is readable with `sqlite3 FILE .recover`"
        ),
    ),
}
_ADVICE[sqlite3.SQLITE_NOTADB] = _ADVICE[sqlite3.SQLITE_CORRUPT]


def ends_the_batch(error: sqlite3.Error) -> bool:
    """Whether a fault is the disk's and not one statement's: nothing of the batch may be kept."""
    return _primary(error) in _ADVICE


def in_words(error: sqlite3.Error, what: str) -> StorageFailed:
    """The error to tell: what happened, and what to do about it where that is known."""
    kind, advice = _ADVICE.get(_primary(error), (StorageFailed, ""))
    return kind(f"{what}. {advice}" if advice else what)


def _primary(error: sqlite3.Error) -> int:
    # Errors that Python's module raises by itself carry no code.
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
