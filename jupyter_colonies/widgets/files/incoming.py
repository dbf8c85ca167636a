"""A file that comes in from the page, piece by piece, and goes to the colony."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from jupyter_colonies.client.storage.revision import NewRevision
from jupyter_colonies.errors import ClientError, ColoniesError

Tell = Callable[[dict[str, Any]], None]


class Incoming:
    """One upload, on a thread of its own: whoever brings the pieces never waits for the colony.

    `tell` hears how many bytes were `received` after each piece, which is when the page may send
    the next one, and at the end that it is `done`, or why it `failed`. Nothing is to be seen in
    the colony unless all of the `size` bytes have come.
    """

    def __init__(self, revision: NewRevision, size: int, tell: Tell) -> None:
        self._revision = revision
        self._size = size
        self._tell = tell
        self._pieces: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="colonies-incoming", daemon=True)
        self._thread.start()

    def add(self, piece: bytes) -> None:
        """The next piece."""
        self._pieces.put(piece)

    def end(self) -> None:
        """There are no more: all have come, or the rest is not wanted."""
        self._pieces.put(None)

    def join(self) -> None:
        """Wait until it is in the colony, or nothing of it."""
        self._thread.join()

    def _work(self) -> None:
        try:
            with self._revision:
                received = 0
                while (piece := self._pieces.get()) is not None:
                    self._revision.write(piece)
                    received += len(piece)
                    self._tell({"received": received})
                if received != self._size:
                    raise ClientError("It was given up; nothing of it was stored")
        except (ColoniesError, OSError) as error:
            self._tell(
                {"failed": error.message if isinstance(error, ColoniesError) else str(error)}
            )
        else:
            self._tell({"done": True})


def words(error: ColoniesError | OSError) -> str:
    """What is said of an error."""
    return error.message if isinstance(error, ColoniesError) else str(error)
