"""The executor that runs notebooks: each process is one, in a kernel of its own."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.core.member import FunctionArgument
from jupyter_colonies.core.notebook import Notebook
from jupyter_colonies.core.notebookcall import (
    EXECUTORTYPE,
    FUNCTION,
    NotebookReference,
    place_of,
    reference_of,
)
from jupyter_colonies.errors import ColoniesError, InvalidRequest
from jupyter_colonies.executor.notebooks import values
from jupyter_colonies.executor.notebooks.source import fetch, prepared
from jupyter_colonies.executor.outcome import RunFailed
from jupyter_colonies.executor.running import RunningProcess
from jupyter_colonies.executor.worker import Worker

NAME = "notebooks"
ATTRIBUTE = "notebook"
"""Attribute of a process that says where its executed notebook is."""

WARNING = (
    "The notebook executor runs notebooks as you, on this machine, with all your rights and files. "
    "Start it only where you trust everyone who may submit to the colony"
)
ARGUMENTS = (
    FunctionArgument(
        name="notebook", type="object", description="which notebook: its fileid, or its path",
        required=True,
    ),
    FunctionArgument(name="**parameters", type="any", description="parameters of the notebook"),
)  # fmt: skip


def notebook_worker(
    colony: Colony,
    name: str = NAME,
    executortype: str = EXECUTORTYPE,
    *,
    concurrency: int = 1,
) -> Worker:
    """A worker, not yet started, whose processes are notebooks; show `WARNING` with it."""
    worker = Worker(colony, name, executortype=executortype, concurrency=concurrency)
    worker.add(FUNCTION, NotebookRunnable(colony), WARNING, ARGUMENTS)
    return worker


class NotebookRunnable:
    """Runs the notebook that a process names, with its `kwargs` as parameters.

    The output is an object of what cells have recorded and of the values of cells tagged
    `output`. The executed notebook becomes a file of the colony, however far it came; the
    attribute `notebook` of the process says where it is.
    """

    def __init__(self, colony: Colony) -> None:
        self._colony = colony

    def __call__(self, process: RunningProcess) -> dict[str, Any]:
        """Run the notebook. Raises RunFailed and RunCancelled."""
        try:
            reference = reference_of(process.args[0] if process.args else None)
            data = fetch(self._colony, reference)
            plain = prepared(data, reference.notebook, process.kwargs)
            names = values.tagged(msgspec.convert(plain, Notebook), reference.notebook)
        except InvalidRequest as error:
            raise RunFailed(error.message) from None
        # Loaded here, because it takes a second and only runs need it.
        from jupyter_colonies.executor.notebooks.session import NotebookSession  # noqa: PLC0415

        with ExitStack() as stack:
            folder = str(Path(reference.path).parent) if reference.path else ""
            session = NotebookSession(
                plain,
                names,
                folder=folder or stack.enter_context(_folder()),
                processid=process.processid,
            )

            def progress(done: int, cells: int, line: str) -> None:
                process.log(f"[{done} of {cells} cells] {line}".rstrip())
                process.progress(done / cells if cells else 1.0, line)

            try:
                return asyncio.run(session.run(process.cancellation, progress))
            finally:
                self._store(process, reference, session.executed)

    def _store(
        self, process: RunningProcess, reference: NotebookReference, executed: bytes
    ) -> None:
        label, name = place_of(process.processid), f"{Path(reference.notebook).stem}.ipynb"
        try:
            self._colony.files.put(executed, label, name)
            process.attributes[ATTRIBUTE] = f"{label}/{name}"
        except ColoniesError as error:
            # What was computed is worth more than the picture of how.
            process.log(f"The executed notebook could not be stored: {error.message}")


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="notebook-")
