"""One run of a notebook in a kernel of its own, cell by cell, until its end or its cancellation."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from jupyter_colonies.core.notebook import Notebook
from jupyter_colonies.executor.cancellation import Cancellation
from jupyter_colonies.executor.notebooks import values
from jupyter_colonies.executor.outcome import RunFailed

READY_TIMEOUT = 60
COURTESY = 2.0
"""Seconds a kernel has to end its cell after an interrupt, before it is killed."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

Progress = Callable[[int, int, str], None]


class _Client(NotebookClient):
    """Passes on what cells print as it comes."""

    def output(self, outs: Any, msg: Any, display_id: Any, cell_index: Any) -> Any:
        """See nbclient."""
        if msg["msg_type"] == "stream":
            stream = sys.stderr if msg["content"]["name"] == "stderr" else sys.stdout
            stream.write(msg["content"]["text"])
        return super().output(outs, msg, display_id, cell_index)


class NotebookSession:
    """A notebook file, as `source.prepared` gives it, and the kernel that runs it."""

    def __init__(
        self, plain: dict[str, Any], names: dict[int, str], *, folder: str, processid: str
    ) -> None:
        """`names`: the cells whose values are given back, see `values.tagged`."""
        text = msgspec.json.encode(plain).decode()
        self.node: Any = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        self._notebook = msgspec.convert(plain, Notebook)
        self._names = names
        self._environment = {**os.environ, "COLONIES_PROCESS_ID": processid}
        self._client: Any = _Client(
            self.node,
            timeout=None,
            startup_timeout=READY_TIMEOUT,
            kernel_name=self._notebook.metadata.kernelspec.name or "python3",
            resources={"metadata": {"path": folder}},
        )

    @property
    def executed(self) -> bytes:
        """The notebook file with the outputs up to now."""
        text: str = nbformat.writes(self.node)  # type: ignore[no-untyped-call]
        return text.encode()

    async def run(self, cancellation: Cancellation, progress: Progress) -> dict[str, Any]:
        """Run all cells; the values that they give back.

        When the run is cancelled the kernel is interrupted and then killed. `progress` hears of
        each cell before it is run: how many have been, of how many, and its first line. Raises
        RunFailed for a cell that fails and a kernel that dies, and RunCancelled.
        """
        work = asyncio.create_task(self._run(progress))
        unwanted = asyncio.create_task(_unwanted(cancellation))
        try:
            await asyncio.wait({work, unwanted}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await self._end(work)
            cancellation.check()
            return work.result()
        finally:
            unwanted.cancel()

    async def _run(self, progress: Progress) -> dict[str, Any]:
        cells = self._notebook.cells
        runnable = [at for at, cell in enumerate(cells) if _is_run(cell)]
        found: dict[str, Any] = {}
        at = -1
        try:
            async with self._client.async_setup_kernel(env=self._environment):
                for done, at in enumerate(runnable):
                    progress(done, len(runnable), cells[at].text.strip().partition("\n")[0])
                    cell = await self._client.async_execute_cell(self.node.cells[at], at)
                    found.update(values.recorded(cell.outputs))
                    if at in self._names:
                        found[self._names[at]] = await self._value(at, cell)
                progress(len(runnable), len(runnable), "")
                self._client.set_widgets_metadata()
        except CellExecutionError as error:
            raise RunFailed(_failure(at, error, self.node.cells[at].outputs)) from None
        except DeadKernelError:
            raise RunFailed(f"The kernel died in cell {at + 1}") from None
        except RuntimeError as error:
            raise RunFailed(f"The kernel can't be used: {error}") from None
        return found

    async def _value(self, at: int, cell: Any) -> Any:
        try:
            if self._notebook.language != "python":
                return values.from_outputs(cell.outputs)
            expression = values.python_value(cell.execution_count)
            question = self._client.kc.execute(
                "", silent=True, store_history=False, user_expressions={"value": expression}
            )
            reply = await self._client.async_wait_for_reply(question)
            return values.from_expression(reply["content"]["user_expressions"]["value"])
        except (ValueError, KeyError) as error:
            raise RunFailed(
                f"The value of cell {at + 1}, which is to be given back as "
                f"'{self._names[at]}', can't be sent as JSON: {error}"
            ) from None

    async def _end(self, work: asyncio.Task[Any]) -> None:
        """Interrupt the cell, then kill the kernel: what waits for it hears that it is dead."""
        kernel = self._client.km
        if kernel is not None and kernel.has_kernel:
            with suppress(RuntimeError):
                await kernel.interrupt_kernel()
            await asyncio.wait({work}, timeout=COURTESY)
            if not work.done() and kernel.has_kernel:
                await kernel.provisioner.kill()
        else:
            work.cancel()
        await asyncio.wait({work})
        if not work.cancelled():
            work.exception()  # asked for, so that nobody calls it lost


@contextmanager
def _signalled(cancellation: Cancellation) -> Iterator[asyncio.Event]:
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    with cancellation.calling(lambda: loop.call_soon_threadsafe(event.set)):
        yield event


async def _unwanted(cancellation: Cancellation) -> None:
    with _signalled(cancellation) as event:
        await event.wait()


def _is_run(cell: Any) -> bool:
    return cell.cell_type == "code" and bool(cell.text.strip())


def _failure(at: int, error: CellExecutionError, outputs: Any) -> str:
    """Which cell failed, how, and the traceback as the kernel gave it."""
    told = [each for each in outputs if each["output_type"] == "error"]
    lines = "\n".join(told[-1]["traceback"]) if told else ""
    head = f"Cell {at + 1} failed: {error.ename}: {error.evalue}"
    return f"{head}\n{_COLOURS.sub('', lines)}".rstrip()
