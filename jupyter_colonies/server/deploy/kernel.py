"""One kernel of a deployed notebook: started, given cells to run, watched, ended."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.server.deploy.program import Cell

if TYPE_CHECKING:
    from jupyter_client.asynchronous.client import AsyncKernelClient
    from jupyter_client.manager import AsyncKernelManager

READY_TIMEOUT = 60.0
ENDING_TIMEOUT = 20.0

Hear = Callable[[str], None]

_RETIRE = """
import sys
if "jupyter_colonies.executor.registry" in sys.modules:
    sys.modules["jupyter_colonies.executor.registry"].stop_all(timeout={seconds})
"""


class KernelLost(Exception):
    """The kernel ended, or never answered: the message says how."""


class CellFailed(NamedTuple):
    """A cell ended with an error: its name and text, and the traceback as the kernel gave it."""

    error: str
    traceback: str


class Kernels:
    """Starts kernels with Jupyter's manager, so that its users see them, or with one of its own.

    With one of its own, kernels do not get the COLONIES_* variables of this program: those of a
    server outside Jupyter configure the server, and hold its keys.
    """

    def __init__(self, manager: Any = None) -> None:
        self.inherited = manager is not None
        self._given = manager

    async def choose(self, kernelname: str) -> str:
        """The kernelspec of that name, or the usual one. Raises InvalidRequest if there is none."""
        manager = await self._manager()
        wanted = kernelname or str(manager.default_kernel_name)
        specs = manager.kernel_spec_manager
        if inspect.iscoroutinefunction(specs.find_kernel_specs):  # kernels of a gateway
            known = await specs.find_kernel_specs()
        else:
            known = await asyncio.to_thread(specs.find_kernel_specs)
        if wanted not in known:
            raise InvalidRequest(
                f"There is no kernel '{wanted}' here; there are: {', '.join(sorted(known))}. "
                "Install its kernelspec, or name another one with --kernel"
            )
        return wanted

    async def start(
        self, kernelname: str, folder: str, environment: Mapping[str, str], hear: Hear
    ) -> Kernel:
        """Start a kernel in a folder and wait until it answers; `hear` gets all that it says.

        Raises KernelLost.
        """
        manager = await self._manager()
        starting = asyncio.ensure_future(
            manager.start_kernel(kernel_name=kernelname, cwd=folder, env=dict(environment))
        )
        try:
            kernelid = await asyncio.shield(starting)
        except asyncio.CancelledError:
            with contextlib.suppress(Exception):
                await manager.shutdown_kernel(await starting, now=True)
            raise
        except Exception as error:  # noqa: BLE001 - kernels are started by whatever provisioner
            raise KernelLost(f"the kernel could not be started: {error}") from None
        kernel = Kernel(manager, kernelid, hear)
        try:
            await kernel.ready()
        except BaseException:
            await kernel.end(now=True)
            raise
        return kernel

    async def _manager(self) -> Any:
        if self._given is None:
            self._given = await asyncio.to_thread(_own_manager)
        return self._given


def _own_manager() -> Any:
    """Loaded on a thread, and only where a notebook is deployed: it takes longer than the rest."""
    from jupyter_client.kernelspec import KernelSpecManager  # noqa: PLC0415 - as above
    from jupyter_client.multikernelmanager import AsyncMultiKernelManager  # noqa: PLC0415

    return AsyncMultiKernelManager(kernel_spec_manager=KernelSpecManager())


class Kernel:
    """A kernel that is kept for a deployed notebook.

    Jupyter's own restarts are off: they would give an empty kernel in which nothing is defined.
    """

    def __init__(self, manager: Any, kernelid: str, hear: Hear) -> None:
        self.id = kernelid
        self._manager = manager
        self._hear = hear
        self._kernel: AsyncKernelManager = manager.get_kernel(kernelid)
        self._kernel.stop_restarter()
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._watch_process()
        # Jupyter culls idle kernels that nobody is connected to; executors work in threads,
        # which no front end sees as busy.
        if hasattr(manager, "notify_connect"):
            manager.notify_connect(kernelid)
        self._client: AsyncKernelClient = self._kernel.client()
        self._client.start_channels(stdin=False, hb=False)
        self._reading: asyncio.Task[None] | None = None

    async def ready(self) -> None:
        """Wait until it answers. Raises KernelLost."""
        try:
            await self._unless_lost(self._client.wait_for_ready(timeout=READY_TIMEOUT))
        except KernelLost:
            raise
        except Exception as error:  # noqa: BLE001 - a kernel may answer anything
            raise KernelLost(f"the kernel does not answer as one: {error!r}") from None
        self._reading = asyncio.create_task(self._read())

    async def run(self, cell: Cell) -> CellFailed | None:
        """Run a cell to its end. Raises KernelLost if the kernel ends meanwhile."""
        reply = await self._unless_lost(self._execute(cell.source, cell.id))
        status = reply.get("status")
        if status == "ok":
            return None
        error = ": ".join(filter(None, (reply.get("ename"), reply.get("evalue"))))
        return CellFailed(
            error or f"it ended as '{status}'", "\n".join(reply.get("traceback") or ())
        )

    async def retire(self, seconds: float) -> None:
        """Let its executors take no more work and finish what they run, for so many seconds.

        Only Python's are known to do that; kernels of other languages are left as they are.
        """
        language = self._kernel.kernel_spec.language if self._kernel.kernel_spec else ""
        if language != "python" or self.lost.done():
            return
        with contextlib.suppress(TimeoutError, KernelLost):
            async with asyncio.timeout(seconds + 5):
                await self._unless_lost(self._execute(_RETIRE.format(seconds=seconds), silent=True))

    async def end(self, *, now: bool = False) -> None:
        """End it, politely unless `now`, and forget it."""
        if self._reading is not None and now:
            self._reading.cancel()
        if self.id in self._manager:
            if hasattr(self._manager, "notify_disconnect"):
                self._manager.notify_disconnect(self.id)
            # Somebody may be ending or restarting it from Jupyter's list at this moment.
            with contextlib.suppress(Exception):
                async with asyncio.timeout(ENDING_TIMEOUT):
                    await self._manager.shutdown_kernel(self.id, now=now or self.lost.done())
        if self._reading is not None:
            self._reading.cancel()
        self._client.stop_channels()

    async def _execute(self, code: str, cellid: str = "", *, silent: bool = False) -> Any:
        content = {
            "code": code,
            "silent": silent,
            "store_history": not silent,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        metadata = {"cellId": cellid} if cellid else {}
        request = self._client.session.msg("execute_request", content, metadata=metadata)
        self._client.shell_channel.send(request)
        while True:
            reply = await self._client.get_shell_msg()
            if reply["parent_header"].get("msg_id") == request["header"]["msg_id"]:
                return reply["content"]

    async def _unless_lost(self, coroutine: Any) -> Any:
        task = asyncio.ensure_future(coroutine)
        try:
            await asyncio.wait({task, self.lost}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise KernelLost(self.lost.result())
            return task.result()
        finally:
            task.cancel()

    async def _read(self) -> None:
        while True:
            message = await self._client.get_iopub_msg()
            self._hear(_text(message["msg_type"], message["content"]))

    def _watch_process(self) -> None:
        """Be told when the process ends: a thread waits for it, and nothing asks again and again.

        Where a provisioner has no process of this machine, its own `wait` is what there is.
        """
        loop = asyncio.get_running_loop()
        provisioner: Any = self._kernel.provisioner
        process: subprocess.Popen[bytes] | None = getattr(provisioner, "process", None)

        def told(code: int | None) -> None:
            if not self.lost.done():
                self.lost.set_result(_how(code))

        def wait(process: subprocess.Popen[bytes]) -> None:
            code = process.wait()
            with contextlib.suppress(RuntimeError):  # the loop has ended: so has this server
                loop.call_soon_threadsafe(told, code)

        if process is not None:
            name = f"kernel {self.id[:8]}"
            threading.Thread(target=wait, args=[process], name=name, daemon=True).start()
        else:
            self._waiting = asyncio.ensure_future(provisioner.wait())
            self._waiting.add_done_callback(lambda task: told(task.result()))


def _text(kind: str, content: Any) -> str:
    """What a message of a kernel says to a log; kernels may leave anything out."""
    match kind:
        case "stream":
            return str(content.get("text", ""))
        case "error":
            return "\n".join(map(str, content.get("traceback") or ())) + "\n"
        case "execute_result" | "display_data":
            text = (content.get("data") or {}).get("text/plain", "")
            return f"{text}\n" if text else ""
    return ""


def _how(code: int | None) -> str:
    if code is None:
        return "the kernel is gone"
    if code >= 0:
        return f"the kernel exited with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = str(-code)
    return f"the kernel was ended by {name}"
