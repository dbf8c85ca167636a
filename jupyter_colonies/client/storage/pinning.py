"""Snapshots for what a spec mounts, made when it is submitted (protocol part 03, FS-2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_colonies.core import identity
from jupyter_colonies.core.file import place
from jupyter_colonies.core.mounts import PROCESSID
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.errors import ColoniesError, InvalidSpec

if TYPE_CHECKING:
    from jupyter_colonies.client.colony import Colony


@contextmanager
def pinned(colony: Colony, specs: Sequence[FunctionSpec]) -> Iterator[list[FunctionSpec]]:
    """The specs with a new snapshot, under a random name, for each label they want one of.

    If they are not submitted within the context after all, the snapshots are removed again. Raises
    InvalidSpec for a label that can't be known yet, and what the server refuses with.
    """
    made: list[str] = []

    def pin(entry: Any) -> Any:
        label = entry.get("label") if isinstance(entry, dict) else None
        if not isinstance(label, str) or not label:
            raise InvalidSpec("Each of the spec's fs.snapshots needs a label to make a snapshot of")
        if PROCESSID in label:
            raise InvalidSpec(
                f"The label '{label}' of fs.snapshots is not known before the process is submitted"
            )
        snapshot = colony.snapshots.create(identity.new_id(), place(label))
        made.append(snapshot.name)
        return {**entry, "snapshotid": snapshot.snapshotid}

    try:
        yield [_with_snapshots(spec, pin) for spec in specs]
    except BaseException:
        for name in made:
            with suppress(ColoniesError):  # what failed before is what is told
                colony.snapshots.remove(name)
        raise


def _with_snapshots(spec: FunctionSpec, pin: Any) -> FunctionSpec:
    fs = spec.fs
    if fs is None or not fs.snapshots:
        return spec
    snapshots = [pin(entry) for entry in fs.snapshots]
    return msgspec.structs.replace(spec, fs=msgspec.structs.replace(fs, snapshots=snapshots))
