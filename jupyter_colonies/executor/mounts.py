"""The files of a process: fetched before it runs, sent back afterwards (part 03, FS-1 to FS-6).

Each process has an empty folder of its own, into which its labels and snapshots are fetched. What
it changed is sent when it has ended well or failed, and also when it was cancelled for good; what a
run left whose process was given to somebody else is not. The folder is removed in any case.
"""

from __future__ import annotations

import copy
import os
import shutil
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from jupyter_colonies.client.client import Client
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.storage.files import Files
from jupyter_colonies.client.sync.digests import cache_folder
from jupyter_colonies.client.sync.plan import Plan
from jupyter_colonies.client.sync.syncing import Report, Syncing
from jupyter_colonies.core.mounts import Folder, Mount, Mounts, Pinned, mounts_of
from jupyter_colonies.errors import ColoniesError, InvalidSpec, SyncIncomplete
from jupyter_colonies.executor.outcome import Outcome, RunFailed
from jupyter_colonies.executor.programs import place
from jupyter_colonies.executor.running import RunningProcess
from jupyter_colonies.executor.steps import Step

KEPT_VARIABLE = "JUPYTER_COLONIES_MOUNTS"
MOST_TOLD = 5


def kept_folder() -> Path:
    """Where folders are that processes asked to keep."""
    named = os.environ.get(KEPT_VARIABLE)
    return Path(named) if named else cache_folder() / "mounts"


class Mounting(Step):
    """Mounts what the processes of one executor ask for.

    colony: the one it works for. client: who it is there. kept: where folders are kept, the place
    of this user unless given.
    """

    def __init__(self, colony: Colony, client: Client, kept: Path | None = None) -> None:
        self._colony = copy.copy(colony)
        self._colony.client = client
        self._kept = kept
        self._runs: dict[str, _Run] = {}

    def before(self, process: RunningProcess) -> None:
        """Fetch the files. Raises RunFailed if they can't be, and RunCancelled."""
        try:
            wanted = mounts_of(process.spec.fs, process.processid)
        except InvalidSpec as error:
            raise RunFailed(error.message) from None
        if not wanted:
            return
        run = _Run(self._colony, process, wanted, self._kept or kept_folder())
        try:
            run.fetch()
        except BaseException:
            run.clear()
            raise
        self._runs[process.processid] = run

    def after(self, process: RunningProcess, outcome: Outcome) -> Outcome:
        """Send what was changed, unless somebody else has the process; clean up."""
        run = self._runs.pop(process.processid, None)
        if run is None:
            return outcome
        faults = []
        try:
            if self._final(process, outcome):
                faults = run.send()
        finally:
            run.clear()
        if not faults or outcome.abandoned:
            return outcome
        return replace(outcome, errors=[*(outcome.errors or ()), *faults])

    def _final(self, process: RunningProcess, outcome: Outcome) -> bool:
        """Whether this was the last run of the process."""
        if not outcome.abandoned and not process.cancellation.event.is_set():
            return True
        ours = process.process
        try:
            found = self._colony.call(self._colony.client.get_process(processid=ours.processid))
        except ColoniesError:
            return False
        same = (found.assignedexecutorid, found.starttime)
        return found.state.finished and same == (ours.assignedexecutorid, ours.starttime)


class _Run:
    """The folder of one process, and what is in it."""

    def __init__(self, colony: Colony, process: RunningProcess, wanted: Mounts, kept: Path) -> None:
        self._colony = copy.copy(colony)
        self._colony.files = Files(self._colony)  # with connections of its own
        self._process = process
        self._wanted = wanted
        self._kept = kept
        self._undo = ExitStack()
        self._fetched = False
        self._undo.callback(self._colony.files.close)

    def fetch(self) -> None:
        """Make the folder and fetch what belongs there. Raises RunFailed and RunCancelled."""
        try:
            root = self._undo.enter_context(place.folder(self._process.processid))
            self._process.mount = root
            for mount in self._outermost_first():
                self._take_kept(mount)
                self._at(mount).mkdir(parents=True, exist_ok=True)
            for pinned in self._wanted.snapshots:
                self._fetch_snapshot(pinned)
            for folder in self._wanted.folders:
                self._sync(folder, keeplocal=folder.onconflicts.onstart.keeplocal, heed=True)
        except (ColoniesError, OSError) as error:
            raise RunFailed(
                f"The files of the process could not be fetched: {_said(error)}"
            ) from None
        self._fetched = True

    def send(self) -> list[str]:
        """Send what was changed and remove the snapshots; what went wrong."""
        faults = []
        for folder in self._wanted.folders:
            try:
                self._sync(folder, keeplocal=folder.onconflicts.onclose.keeplocal, heed=False)
            except (ColoniesError, OSError) as error:
                faults.append(
                    f"The files of the folder '/{folder.dir}' could not be sent to "
                    f"'{folder.label}': {_said(error)}"
                )
        for pinned in self._wanted.snapshots:
            if not pinned.keepsnapshot:
                with suppress(ColoniesError):  # an owner may have removed it before
                    self._remove_snapshot(pinned)
        return faults

    def clear(self) -> None:
        """Remove the folder, except what is to be kept."""
        try:
            if self._fetched:
                for mount in reversed(self._outermost_first()):
                    if mount.keepfiles:
                        self._keep(mount)
        finally:
            self._process.mount = None
            self._undo.close()

    def _outermost_first(self) -> list[Mount]:
        return sorted((*self._wanted.snapshots, *self._wanted.folders), key=lambda mount: mount.dir)

    def _at(self, mount: Mount) -> Path:
        root = self._process.mount
        assert root is not None
        return root / mount.dir

    def _fetch_snapshot(self, pinned: Pinned) -> None:
        client, name = self._colony.client, self._colony.name
        found = self._colony.call(
            client.get_snapshot(colonyname=name, snapshotid=pinned.snapshotid)
        )
        with Syncing(self._colony, self._at(pinned), found.label) as syncing:
            self._carry(syncing, syncing.look_at(found), keeplocal=False, heed=True)

    def _remove_snapshot(self, pinned: Pinned) -> None:
        client, name = self._colony.client, self._colony.name
        self._colony.call(client.remove_snapshot(colonyname=name, snapshotid=pinned.snapshotid))

    def _sync(self, folder: Folder, *, keeplocal: bool, heed: bool) -> None:
        with Syncing(self._colony, self._at(folder), folder.label) as syncing:
            self._carry(syncing, syncing.look(), keeplocal=keeplocal, heed=heed)

    def _carry(self, syncing: Syncing, plan: Plan, *, keeplocal: bool, heed: bool) -> None:
        """Carry a plan out; `heed`: end when the process is cancelled."""
        for refused in plan.refused:
            self._process.log(f"Not moved: {refused.path} {refused.why}")
        for _ in syncing.run(plan, keeplocal=keeplocal, mark=False):
            if heed:
                self._process.cancellation.check()
        _check(syncing.report)

    def _take_kept(self, mount: Mount) -> None:
        """Go on with the folder that a process before left, if nobody else does."""
        store = self._store(mount)
        claimed = store.with_name(f"{store.name}.{self._process.processid[:16]}")
        target = self._at(mount)
        with suppress(FileNotFoundError):
            store.rename(claimed)
            if target.exists():
                shutil.rmtree(claimed)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(claimed, target)

    def _keep(self, mount: Mount) -> None:
        store = self._store(mount)
        claimed = store.with_name(f"{store.name}.{self._process.processid[:16]}")
        store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.move(self._at(mount), claimed)
        if store.exists():
            shutil.rmtree(store)
        claimed.rename(store)

    def _store(self, mount: Mount) -> Path:
        name = quote(f"{mount.label} {mount.dir}", safe=" ")[:200]
        return self._kept / quote(self._colony.name, safe="") / name


def _check(report: Report) -> None:
    """Raise SyncIncomplete with what was not moved."""
    try:
        report.check()
    except SyncIncomplete as error:
        told = [f"{each.path} {each.why}" for each in report.troubles[:MOST_TOLD]]
        more = len(report.troubles) - len(told)
        listed = "; ".join([*told, f"and {more} more"] if more else told)
        raise SyncIncomplete(f"{error.message}: {listed}" if listed else error.message) from None


def _said(error: Exception) -> str:
    return error.message if isinstance(error, ColoniesError) else str(error)
