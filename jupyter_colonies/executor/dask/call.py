"""A Python function as something that a Dask cluster runs."""

from __future__ import annotations

import contextlib
import queue
import sys
import sysconfig
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import cloudpickle

from jupyter_colonies.client.compose.task import Task
from jupyter_colonies.core import quantity
from jupyter_colonies.core.spec import Conditions
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.executor.cancellation import RunCancelled
from jupyter_colonies.executor.dask import side
from jupyter_colonies.executor.functions.function import FunctionRunnable, TaskRunnable
from jupyter_colonies.executor.functions.results import Single
from jupyter_colonies.executor.outcome import RunFailed
from jupyter_colonies.executor.running import RunningProcess

if TYPE_CHECKING:
    from distributed import Future

    from jupyter_colonies.executor.dask.cluster import DaskCluster

_LOST = "scheduler-connection-lost"

T = TypeVar("T")


class DaskRunnable:
    """Calls a function or task on a cluster, with a process's arguments bound to its signature.

    The function is pickled when this is made, by value unless its module is an installed one, so
    that the cluster need not know it. Raises InvalidRequest if it can't be pickled.
    """

    def __init__(self, function: Callable[..., Any], cluster: Callable[[], DaskCluster]) -> None:
        self._is_task = isinstance(function, Task)
        if isinstance(function, Task):
            self.local: FunctionRunnable = TaskRunnable(function.function, function.funcname)
        else:
            self.local = FunctionRunnable(function)
        self._cluster = cluster
        self._pickled = by_value(self.local.function)
        self._wants_inputs = "inputs" in self.local.signature.whole.parameters

    def __call__(self, process: RunningProcess) -> Any:
        """Run it there. Raises CallError, RunFailed and RunCancelled."""
        cluster = self._cluster()
        signature = self.local.signature
        called = signature.bind(process.args, process.kwargs)
        if self._is_task:
            called = signature.converted(called)
        call = {
            "processid": process.processid,
            "funcname": process.funcname,
            "nodename": process.nodename,
            "arguments": dict(called.arguments),
            "inputs": process.inputs if self._wants_inputs else [],
            "topic": cluster.topic,
        }
        with cluster.heard(process) as inbox:
            future = cluster.submit(
                self._pickled, cloudpickle.dumps(call), process, resources(process.spec.conditions)
            )
            try:
                _follow(future, inbox, process)
                process.check()
                result = _result(future)
                return Single(result) if self._is_task else result
            finally:
                cluster.give_up(future, process.processid)


def _follow(future: Future, inbox: queue.SimpleQueue[str], process: RunningProcess) -> None:
    """Show what the function writes until it has ended, or nobody wants its result any more."""
    future.add_done_callback(lambda _: inbox.put(""))
    with process.cancellation.calling(lambda: inbox.put("")):
        while text := inbox.get():
            sys.stdout.write(text)


def _result(future: Future) -> Any:
    from distributed import KilledWorker  # noqa: PLC0415 - an optional dependency
    from distributed.client import FutureCancelledError  # noqa: PLC0415 - as above
    from distributed.comm import CommClosedError  # noqa: PLC0415 - as above

    try:
        done, value = future.result()
    except KilledWorker as error:
        times = error.allowed_failures + 1
        raise RunFailed(
            f"{times} Dask workers died while they ran it, the last at "
            f"{error.last_worker.address}: their logs may tell why (too little memory?)"
        ) from None
    except FutureCancelledError as error:
        if error.reason == _LOST:
            raise RunCancelled("the Dask scheduler went away") from None
        raise RunFailed(
            f"The Dask cluster gave it up ({error.reason}): was it restarted?"
        ) from None
    except (CommClosedError, OSError) as error:
        raise RunCancelled(f"the Dask scheduler went away: {error}") from None
    if not done:
        raise RunFailed(*value)
    return cloudpickle.loads(value)


def resources(conditions: Conditions) -> dict[str, float]:
    """What a process asks of a Dask worker: CPU in cores, MEMORY in bytes, GPU as a count.

    Raises RunFailed for amounts that can't be read.
    """
    try:
        wanted = {
            "CPU": quantity.cpu_millicores(conditions.cpu) / 1000,
            "MEMORY": float(quantity.memory_bytes(conditions.mem)),
            "GPU": float(conditions.gpu.count if conditions.gpu else 0),
        }
    except InvalidRequest as error:
        raise RunFailed(f"The conditions can't be read: {error.message}") from None
    return {name: amount for name, amount in wanted.items() if amount > 0}


def by_value(function: Callable[..., Any]) -> bytes:
    """A function with all it needs of its own module. Raises InvalidRequest if that can't be."""
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    try:
        with _by_value(module):
            return bytes(cloudpickle.dumps(function))
    except Exception as error:  # noqa: BLE001 - pickling runs code of what is pickled
        name = getattr(function, "__qualname__", repr(function))
        raise InvalidRequest(f"The function {name} can't be sent to Dask: {error}") from None


@contextlib.contextmanager
def _by_value(module: ModuleType | None) -> Iterator[None]:
    if module is None or module.__name__ == "__main__" or _is_installed(module):
        yield
        return
    cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        cloudpickle.unregister_pickle_by_value(module)


def _is_installed(module: ModuleType) -> bool:
    """Whether a module came with Python or was installed; the cluster is expected to have it."""
    folders = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
    return not getattr(module, "__file__", None) or str(module.__file__).startswith(folders)


def sent(function: Callable[..., T]) -> Callable[..., T]:
    """A function of `side`, in the form that Dask sends by value: workers lack this package."""
    cloudpickle.register_pickle_by_value(side)
    try:
        pickled = cloudpickle.dumps(function)
    finally:
        cloudpickle.unregister_pickle_by_value(side)

    def call(*args: Any) -> T:
        import cloudpickle  # noqa: PLC0415 - on the worker

        done: T = cloudpickle.loads(pickled)(*args)
        return done

    return call
