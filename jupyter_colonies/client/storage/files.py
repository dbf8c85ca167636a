"""Files by label and name, with their bytes (protocol part 03, section 1)."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from jupyter_colonies.client.patience import insist
from jupyter_colonies.client.several import several
from jupyter_colonies.client.storage import download
from jupyter_colonies.client.storage.bucket import Bucket, from_environment, of_server
from jupyter_colonies.client.storage.objects import Objects
from jupyter_colonies.client.storage.revision import NewRevision
from jupyter_colonies.client.storage.upload import PART, Sent, Upload
from jupyter_colonies.core import identity
from jupyter_colonies.core.file import (
    DIGEST,
    File,
    FileData,
    Label,
    Reference,
    S3Object,
    below,
    check_label,
    check_name,
    place,
)
from jupyter_colonies.core.messages.objects import GET_CREDENTIALS
from jupyter_colonies.errors import (
    ColoniesError,
    DamagedBytes,
    InvalidRequest,
    NoObjectStore,
    NotFound,
    RequestError,
)

if TYPE_CHECKING:
    from jupyter_colonies.client.colony import Colony

Progress = Callable[[int], None]
Listing = list[FileData]
Listings = list[list[FileData]]
Revisions = list[File]
Labels = list[Label]


class Files:
    """The files of a colony: put them, read them, look at their labels and revisions.

    All methods block, and may be called from any thread but the client's own. They raise what the
    server refuses with, ServerUnreachable when it stayed away for a minute, and NoObjectStore if
    neither the server nor the AWS_S3_* variables say where bytes are kept.
    """

    def __init__(self, colony: Colony) -> None:
        self._colony = colony
        self._lock = threading.Lock()
        self._bucket: Bucket | None = None
        self._home = Objects(self._find)
        self._elsewhere = Objects(lambda _: _in_environment())

    def __repr__(self) -> str:
        return f"<files of {self._colony.name}>"

    def put(
        self,
        source: Path | BinaryIO | bytes,
        label: str,
        name: str,
        *,
        progress: Progress | None = None,
    ) -> File:
        """Make a new revision of a file, of what a path, an open file or bytes hold.

        Nothing of it can be seen before all bytes are stored. `progress` is called with the number
        of bytes that were stored since it was called last, on the calling thread. Raises
        InvalidRequest for a name or a label that can't be a file's in a folder, OverQuota, and
        OSError if the source can't be read.
        """
        if isinstance(source, Path):
            with source.open("rb") as stream:
                size = source.stat().st_size
                return self._put(stream, label, name, size, progress)
        given = io.BytesIO(source) if isinstance(source, bytes) else source
        return self._put(given, label, name, _length_of(given), progress)

    def new(
        self, label: str, name: str, *, size: int | None = None, progress: Progress | None = None
    ) -> NewRevision:
        """A revision to write to: it can be seen once it is added. `size` in bytes, if known.

        Raises InvalidRequest for a name or a label that can't be a file's in a folder.
        """
        check_name(name)
        check_label(label)
        key = identity.new_id()

        def add(sent: Sent) -> File:
            return self._add(label, name, key, sent)

        return NewRevision(Upload(self._home, key, progress or _nobody, size=size), add)

    def copy(self, file: File, label: str, name: str) -> File:
        """Make a new revision with the bytes of another one, which are not moved where possible.

        Raises as `put` does.
        """
        where = file.ref.s3object
        if self._objects_of(file) is self._home and file.size and _digest(file):
            check_name(name)
            check_label(label)
            key = identity.new_id()
            with _explained(file):
                self._home.copy(where.object, key, bucket=where.bucket)
            return self._add(label, name, key, Sent(file.size, file.checksum))
        with self.new(label, name, size=file.size) as revision:
            for chunk in self.read(file):
                revision.write(chunk)
        return revision.file

    def read(self, file: File, *, first: int = 0, last: int | None = None) -> Iterator[bytes]:
        """The bytes of a revision from `first` to `last`, both included, a chunk at a time.

        Without `last` up to the end. What is read as a whole is compared with its checksum at the
        end. Raises NotFound if the bytes are gone, and DamagedBytes.
        """
        end = file.size - 1 if last is None else min(last, file.size - 1)
        if first < 0 or (last is not None and last < first):
            raise InvalidRequest(f"Bytes {first} to {last} of '{file.name}' are no range")
        return self._read(file, first, end)

    def fetch(self, file: File, path: Path, *, progress: Progress | None = None) -> None:
        """Write a revision into a file of this machine, whole or not at all.

        What is there already is replaced in one step. What an interrupted call for the same
        revision left, in a hidden file beside it, is taken up; `progress` hears of it as of the
        rest, in numbers of bytes since it was called last. Raises NotFound, DamagedBytes and
        OSError.
        """

        def rest(first: int) -> Iterator[bytes]:
            return self._bytes(file, first, file.size - 1)

        download.fetch(file, Path(path), rest, _digest(file), progress or _nobody)

    def latest(self, label: str, name: str) -> File:
        """A file as it is now. Raises NotFound."""
        return self._named(label, name, latest=True)[0]

    def get(self, fileid: str) -> File:
        """A revision by its id. Raises NotFound."""
        client = self._colony.client
        try:
            found = self._colony.call(client.get_file(colonyname=self._colony.name, fileid=fileid))
        except InvalidRequest as error:
            # The protocol's answer for an id that is not known (part 03, F-8).
            raise NotFound(error.message) from None
        return found[0]

    def revisions(self, label: str, name: str) -> Revisions:
        """All revisions of a file, the newest first. Raises NotFound."""
        return self._named(label, name, latest=False)

    def list(self, label: str = "/") -> Listing:
        """The files of a label by name, each as it is now, without those of labels below it."""
        client = self._colony.client
        return self._colony.call(client.get_files(colonyname=self._colony.name, label=label))

    def lists(self, labels: Iterable[str]) -> Listings:
        """`list` for several labels, in their order; many are asked for at a time."""
        client, colonyname = self._colony.client, self._colony.name
        return self._colony.call(
            several(lambda label: client.get_files(colonyname=colonyname, label=label), labels)
        )

    def labels(self, label: str = "/") -> Labels:
        """A label and those below it by name, as far as files are there."""
        client, at, begin = self._colony.client, place(label), below(label)
        # Asked by what they begin with: the original leaves out labels below one without files.
        found = self._colony.call(
            client.get_file_labels(
                colonyname=self._colony.name, name="" if at == "/" else at, exact=False
            )
        )
        return [each for each in found if (place(each.name) + "/").startswith(begin)]

    def remove(self, file: File | str) -> None:
        """Remove one revision, by itself or its id, and its bytes.

        The one before it is the file then. A snapshot that holds it misses it from now on.
        """
        try:
            found = self.get(file) if isinstance(file, str) else file
        except NotFound:
            return
        client, name = self._colony.client, self._colony.name
        self._colony.call(client.remove_file(colonyname=name, fileid=found.fileid))
        self._drop(found)

    def remove_all(self, label: str, name: str) -> None:
        """Remove a file with all of its revisions and their bytes."""
        try:
            found = self.revisions(label, name)
        except NotFound:
            return
        client, colonyname = self._colony.client, self._colony.name
        self._colony.call(client.remove_file(colonyname=colonyname, label=label, name=name))
        for file in found:
            self._drop(file)

    def move(self, label: str, name: str, tolabel: str, toname: str = "") -> int:
        """Give a file another label, and another name if there is one; how many revisions it has.

        Snapshots keep what they hold. Raises NotFound, Conflict if a file is there already, and
        InvalidRequest for a name that can't be a file's in a folder. An extension of the protocol.
        """
        return self._move(label=label, name=name, tolabel=tolabel, toname=toname)

    def move_label(self, label: str, tolabel: str) -> int:
        """Give a label and those below it another place; how many revisions of files that moved.

        All are moved or none; raises as `move` does.
        """
        return self._move(label=label, tolabel=tolabel)

    def close(self) -> None:
        """Close the connections to where the bytes are."""
        self._home.close()
        self._elsewhere.close()

    def _move(self, **what: str) -> int:
        client = self._colony.client
        moved = self._colony.call(client.move_files(colonyname=self._colony.name, **what))
        return moved.revisions

    def _put(
        self, stream: BinaryIO, label: str, name: str, size: int | None, progress: Progress | None
    ) -> File:
        with self.new(label, name, size=size, progress=progress) as revision:
            while chunk := stream.read(PART):
                revision.write(chunk)
        return revision.file

    def _named(self, label: str, name: str, *, latest: bool) -> Revisions:
        client = self._colony.client
        return self._colony.call(
            client.get_file(
                colonyname=self._colony.name, label=place(label), name=name, latest=latest
            )
        )

    def _read(self, file: File, first: int, last: int) -> Iterator[bytes]:
        digest = _digest(file) if first == 0 and last == file.size - 1 else ""
        seen = hashlib.sha256()
        for chunk in self._bytes(file, first, last):
            if digest:
                seen.update(chunk)
            yield chunk
        if digest and seen.hexdigest() != digest:
            raise DamagedBytes(
                f"The bytes of '{file.name}' in '{file.label}' have the SHA-256 "
                f"{seen.hexdigest()}, and {digest} is noted for it"
            )

    def _bytes(self, file: File, first: int, last: int) -> Iterator[bytes]:
        where = file.ref.s3object
        if first > last:
            # Some clients store no object for a file without bytes (part 03, section 1.9).
            return
        with _explained(file):
            yield from self._objects_of(file).read(where.object, first, last, bucket=where.bucket)

    def _objects_of(self, file: File) -> Objects:
        """Where a file's bytes are to be looked for.

        A server that was started again may have another port than the one in the reference, so
        only a reference to the place that the variables name leads there.
        """
        where = file.ref.s3object
        named = from_environment()
        if named is None or not named.is_at(where.server, where.port):
            return self._home
        home = self._home.bucket()
        return self._home if home.is_at(where.server, where.port) else self._elsewhere

    def _find(self, fresh: bool) -> Bucket:
        with self._lock:
            if self._bucket is None or fresh:
                self._bucket = self._found()
            return self._bucket

    def _found(self) -> Bucket:
        colony = self._colony
        if GET_CREDENTIALS.type not in colony.call(colony.extensions()):
            return _in_environment()
        try:
            keys = colony.call(colony.client.get_credentials(colonyname=colony.name))
        except NotFound:
            # The server keeps no bytes, and was not told who does.
            return _in_environment()
        return of_server(colony.found.endpoint, keys)

    def _add(self, label: str, name: str, key: str, sent: Sent) -> File:
        bucket = self._home.bucket()
        file = File(
            colonyname=self._colony.name,
            label=place(label),
            name=name,
            size=sent.size,
            checksum=sent.digest,
            checksumalg=DIGEST,
            ref=Reference(
                s3object=S3Object(
                    server=bucket.endpoint.host,
                    port=bucket.endpoint.port,
                    tls=bucket.endpoint.tls,
                    region=bucket.region,
                    object=key,
                    bucket=bucket.name,
                )
            ),
        )
        sent_before = False

        def attempt() -> File:
            nonlocal sent_before
            added = self._holding(file) if sent_before else None
            sent_before = True
            return added or self._colony.call(self._colony.client.add_file(file=file))

        try:
            return insist(attempt)
        except RequestError:
            with suppress(ColoniesError):
                self._home.remove(key)
            raise

    def _holding(self, file: File) -> File | None:
        """The revision, if a request whose answer was lost has added it."""
        with suppress(NotFound):
            for each in self.revisions(file.label, file.name):
                if each.ref.s3object.object == file.ref.s3object.object:
                    return each
        return None

    def _drop(self, file: File) -> None:
        where = file.ref.s3object
        if where.object:
            self._objects_of(file).remove(where.object, bucket=where.bucket)


def _length_of(stream: BinaryIO) -> int | None:
    """How many bytes a stream still has; None if it does not say."""
    with suppress(OSError, AttributeError, ValueError):
        at = stream.tell()
        end = stream.seek(0, 2)
        stream.seek(at)
        return end - at
    return None


@contextmanager
def _explained(file: File) -> Iterator[None]:
    """Say of which file it is that bytes are missing."""
    where = file.ref.s3object
    what = f"The bytes of '{file.name}' in '{file.label}'"
    try:
        yield
    except NotFound as error:
        raise NotFound(
            f"{what} are not there; they were put at {where.server}:{where.port}, bucket "
            f"'{where.bucket}'. If that is another store than the server's, the AWS_S3_* variables "
            "have to name it"
        ) from error
    except InvalidRequest as error:
        raise DamagedBytes(f"{what} are fewer than the {file.size:,} noted for it") from error


def _digest(file: File) -> str:
    """The SHA-256 that the bytes have to have; empty if it is not noted."""
    checksum = file.checksum.lower()
    known = file.checksumalg.upper().replace("-", "") == DIGEST and len(checksum) == 64
    return checksum if known else ""


def _in_environment() -> Bucket:
    bucket = from_environment()
    if bucket is None:
        raise NoObjectStore(
            "This server does not keep the bytes of files, and AWS_S3_ENDPOINT does not say who "
            "does: set the AWS_S3_* variables of your S3 store"
        )
    return bucket


def _nobody(_: int) -> None:
    """Nobody wants to know."""
