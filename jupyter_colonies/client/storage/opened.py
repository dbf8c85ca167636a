"""Files of a colony that were opened for reading or writing, as fsspec has them."""

from __future__ import annotations

import io
import sys
from typing import Any

from fsspec.spec import AbstractBufferedFile

from jupyter_colonies.client.storage.files import Files
from jupyter_colonies.client.storage.revision import NewRevision
from jupyter_colonies.core.file import File


class Reading(AbstractBufferedFile):  # type: ignore[misc]
    """One revision, read in ranges; it stays the same one when there are newer ones."""

    def __init__(
        self, fs: Any, path: str, files: Files, file: File, block_size: Any, cache_options: Any,
        options: dict[str, Any],
    ) -> None:  # fmt: skip
        self._files = files
        self._revision = file
        known = {**options, "size": file.size}
        super().__init__(fs, path, "rb", block_size, cache_options=cache_options, **known)

    def _fetch_range(self, start: int, end: int) -> bytes:
        if start >= end:
            return b""
        return b"".join(self._files.read(self._revision, first=start, last=end - 1))


class Writing(io.BufferedIOBase):
    """A new revision, which can be seen once the file is closed.

    Closing while an exception is on its way that was raised since the file was opened discards
    it, also in a `with` block of `fsspec.open`, which tells a file nothing of the exception.
    Nothing is added either when nobody closes it.
    """

    def __init__(self, revision: NewRevision, path: str, *, autocommit: bool) -> None:
        super().__init__()
        self._revision = revision
        self._before = sys.exception()
        self._autocommit = autocommit
        self._size = 0
        self.path = path

    @property
    def name(self) -> str:
        """The path."""
        return self.path

    def writable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """How many bytes have been written."""
        return self._size

    def write(self, data: Any) -> int:
        """More bytes. Raises what `Files.put` raises."""
        if self.closed:
            raise ValueError("The file was closed")
        given = bytes(data)
        self._revision.write(given)
        self._size += len(given)
        return len(given)

    def close(self) -> None:
        """Add the revision, or in a transaction keep it for the end of that."""
        if self.closed:
            return
        raised = sys.exception()
        super().close()
        if raised is not None and raised is not self._before:
            self.discard()
        elif self._autocommit:
            self.commit()

    def commit(self) -> None:
        """Add the revision."""
        self._revision.add()

    def discard(self) -> None:
        """Leave nothing behind."""
        self._revision.discard()

    def __del__(self) -> None:
        if not self.closed:
            super().close()
            self.discard()
