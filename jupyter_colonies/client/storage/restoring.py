"""Making the files of a label again what a snapshot holds."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from threading import Lock

from jupyter_colonies.client.storage.files import Files
from jupyter_colonies.core.file import File, FileData, Snapshot, below, place
from jupyter_colonies.errors import InvalidRequest, NotFound

AT_A_TIME = 8


@dataclass(kw_only=True)
class Restored:
    """What became of a snapshot's files: `label/name` of each, or an id where no more is known.

    `missing` are revisions that were removed, or whose bytes are gone; `refused` have names that
    no file in a folder can have.
    """

    restored: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def restore(
    files: Files,
    snapshot: Snapshot,
    label: str = "",
    *,
    progress: Callable[[int], None] | None = None,
) -> Restored:
    """Make a new revision of each file that is not what the snapshot holds; none is removed.

    The files go to `label` and below it, the snapshot's own unless given. Each new revision has
    bytes of its own, which are copied where they are. `progress` is called with 1 for each file,
    from several threads. Raises what the server refuses with.
    """
    target = label or snapshot.label
    result, guard = Restored(), Lock()

    @cache
    def there(at: str) -> dict[str, FileData]:
        return {each.name: each for each in files.list(at)}

    def one(fileid: str) -> None:
        known = fileid
        try:
            file = files.get(fileid)
            at = moved(file, snapshot.label, target)
            known = below(at) + file.name
            outcome = result.unchanged
            if not _same(there(at).get(file.name), file):
                files.copy(file, at, file.name)
                outcome = result.restored
        except NotFound:
            outcome = result.missing
        except InvalidRequest:
            outcome = result.refused
        with guard:
            outcome.append(known)
            if progress is not None:
                progress(1)

    with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="colonies-restore") as pool:
        for future in [pool.submit(one, fileid) for fileid in snapshot.fileids or ()]:
            future.result()
    return result


def moved(file: File, label: str, target: str) -> str:
    """The label that a file of a label, or below it, has below another one.

    A file that was moved away from there since goes to the target itself.
    """
    at, begin = place(file.label), below(label)
    return place(below(target) + at[len(begin) :]) if at.startswith(begin) else place(target)


def _same(there: FileData | None, file: File) -> bool:
    return there is not None and (there.checksum, there.size) == (file.checksum, file.size)
