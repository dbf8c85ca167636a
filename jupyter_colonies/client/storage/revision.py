"""A revision of a file that is being written."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from jupyter_colonies.client.storage.upload import Sent, Upload
from jupyter_colonies.core.file import File


class NewRevision:
    """Write bytes to it, then add it: nothing is to be seen of it before, and all of it after.

    As a context manager it is added at the end of the block, and discarded if the block raises.
    """

    def __init__(self, upload: Upload, add: Callable[[Sent], File]) -> None:
        self._upload = upload
        self._add = add
        self._file: File | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.add()
        else:
            # An interrupt does not wait for what hangs.
            self._upload.abandon(at_once=not isinstance(error, Exception))

    @property
    def file(self) -> File:
        """What was added."""
        assert self._file is not None
        return self._file

    def write(self, data: bytes) -> None:
        """More bytes. Raises what `Files.put` raises."""
        self._upload.write(data)

    def add(self) -> File:
        """Make it the newest revision. Raises what `Files.put` raises; nothing is left then."""
        try:
            self._file = self._add(self._upload.finish())
        except BaseException as error:
            self._upload.abandon(at_once=not isinstance(error, Exception))
            raise
        return self._file

    def discard(self) -> None:
        """Leave nothing behind."""
        self._upload.abandon()
