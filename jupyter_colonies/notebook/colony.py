"""The colony as a notebook sees it: functions and cells become executors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from IPython.core.getipython import get_ipython

from jupyter_colonies.client import colony as client_colony
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.compose.task import Task
from jupyter_colonies.errors import ClientError
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.functions.cachedtask import CachedTaskRunnable
from jupyter_colonies.executor.functions.function import FunctionRunnable, TaskRunnable
from jupyter_colonies.executor.offer import Offer
from jupyter_colonies.executor.worker import Worker
from jupyter_colonies.notebook.cells import serve
from jupyter_colonies.notebook.files import NotebookFiles, NotebookSnapshots
from jupyter_colonies.notebook.kernel import task_executor, task_type
from jupyter_colonies.notebook.origin import notebook_path, source_of
from jupyter_colonies.notebook.run import NotebookRun

if TYPE_CHECKING:
    from jupyter_colonies.executor.dask.executor import DaskExecutor
    from jupyter_colonies.widgets.composer.composer import Composer
    from jupyter_colonies.widgets.files.browser import FileBrowser
    from jupyter_colonies.widgets.monitor.monitor import Monitor

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


class NotebookColony(Colony):
    """A colony whose work can be done by functions of this kernel."""

    run_type = NotebookRun

    @overload
    def function(self, function: FunctionT, /) -> FunctionT: ...

    @overload
    def function(
        self,
        /,
        *,
        executor: str = "",
        executortype: str = "",
        name: str = "",
        concurrency: int = 0,
        processes: int | bool = 0,
    ) -> Callable[[FunctionT], FunctionT]: ...

    def function(
        self,
        function: Callable[..., Any] | None = None,
        /,
        *,
        executor: str = "",
        executortype: str = "",
        name: str = "",
        concurrency: int = 0,
        processes: int | bool = 0,
    ) -> Callable[..., Any]:
        """Let processes call a function, as a decorator with or without options.

        Name, signature and docstring are registered with the server. A process's `args` and
        `kwargs` are bound to the signature; a parameter named `inputs` receives the outputs of
        the parents, one named `process` the `RunningProcess`. What the function returns is the
        output: a list as it is, None as nothing, anything else as a list of one.

        name: funcname, the function's own by default. executor: the executor that serves it,
        which may serve several; one called like the function by default. executortype: the
        executor's own name by default. concurrency: how many processes it runs at the same time.
        processes: run the function in so many worker processes instead of threads, True for one
        per processor; it is then ended by force when its process is cancelled or takes too long.
        The function itself is returned unchanged. Raises what `Worker.start` raises.
        """

        def register(function: FunctionT) -> FunctionT:
            runnable = FunctionRunnable(function)
            funcname = name or function.__name__
            offer = Offer(
                funcname=funcname,
                runnable=runnable,
                description=runnable.description,
                args=runnable.arguments,
                source=source_of(function),
            )
            serve(
                self,
                executor or funcname,
                [offer],
                executortype=executortype,
                concurrency=concurrency,
                processes=processes,
            )
            return function

        return register if function is None else register(function)

    @overload
    def task(self, function: Callable[..., Any], /, **options: Any) -> Task: ...

    @overload
    def task(self, function: None = None, /, **options: Any) -> Callable[..., Task]: ...

    def task(
        self,
        function: Callable[..., Any] | None = None,
        /,
        *,
        executor: str = "",
        executortype: str = "",
        name: str = "",
        concurrency: int = 0,
        processes: int | bool = 0,
        cache: bool | str = False,
        packages: Sequence[str] = (),
        **fields: Any,
    ) -> Task | Callable[..., Task]:
        """Make a function a task, as a decorator with or without options.

        Called inside `with workflow(…)` it becomes a node, anywhere else it is the function it
        was. It is served at once by an executor of this kernel, which has a type of its own, so
        that no other one runs it; another `executortype` is for work that several kernels share.

        cache: keep results and use them again while nothing changed that they depend on, which is
        the source of the function and of what it uses, and its arguments; a text is part of that,
        too. packages: names of packages whose versions are.

        `fields` are what `Task.options` takes, for all its nodes; the rest is as with `function`.
        Raises what `Worker.start` raises, TypeError for a field there is none of, and
        PackageNotFoundError.
        """

        def register(function: Callable[..., Any]) -> Task:
            if isinstance(function, Task):
                function = function.function
            funcname = name or function.__name__
            runnable = _runnable(function, funcname, cache, packages)
            task = Task(function, funcname=funcname).options(**fields)
            offer = Offer(
                funcname=funcname,
                runnable=runnable,
                description=runnable.description,
                args=runnable.arguments,
                source=source_of(function),
            )
            home = task_executor(executortype) if executortype else task_type()
            worker = serve(
                self,
                executor or home,
                [offer],
                executortype=executortype,
                concurrency=concurrency,
                processes=processes,
            )
            return task.options(executortype=worker.executortype)

        return register if function is None else register(function)

    @cached_property
    def files(self) -> NotebookFiles:
        """The colony's files, with their bytes; as the value of a cell, a table of the labels."""
        return NotebookFiles(self)

    @cached_property
    def snapshots(self) -> NotebookSnapshots:
        """The snapshots of the colony's files; as the value of a cell, a table of them."""
        return NotebookSnapshots(self)

    def browse(self, label: str = "/") -> FileBrowser:
        """The files of a label to look at, with previews; files that are dropped on it go there.

        The value of a cell, or given to `display`.
        """
        from jupyter_colonies.widgets.files.browser import FileBrowser  # noqa: PLC0415 - slow to load

        return FileBrowser(self, label)

    def monitor(self) -> Monitor:
        """Executors, queues, what runs and what failed, crons and generators; live, with actions.

        The value of a cell, or given to `display`.
        """
        from jupyter_colonies.widgets.monitor.monitor import Monitor  # noqa: PLC0415 - slow to load

        return Monitor(self)

    def compose(self, name: str = "", spec: Any = None) -> Composer:
        """A workflow to compose without JSON; see `Composer`. The value of a cell.

        The draft is kept under its name, and is there again when the cell is run again, also after
        the kernel was restarted; without a name it is the notebook's. `spec` is what to begin with:
        a spec file, a Workflow, specs, a run or the id of one, which is composed as a new one.
        Raises InvalidSpec and InvalidWorkflow for what is none, and ClientError if drafts can't be
        kept.
        """
        from jupyter_colonies.widgets.composer.composer import Composer  # noqa: PLC0415 - slow

        notebook = Path(notebook_path(get_ipython())).stem
        return Composer.of(self, spec, name=name or notebook)

    def executor(self, name: str, *, executortype: str = "", concurrency: int = 0) -> Worker:
        """The executor of that name in this kernel, started if it does not run.

        Raises what `Worker.start` raises.
        """
        return serve(self, name, [], executortype=executortype, concurrency=concurrency)

    def dask(
        self,
        cluster: Any,
        *functions: Callable[..., Any],
        name: str = "dask",
        executortype: str = "dask-executor",
        concurrency: int = 0,
    ) -> DaskExecutor:
        """An executor, started, that runs functions or tasks on a Dask cluster, by their names.

        cluster: the address of its scheduler, a `distributed.Client` or a cluster object. As many
        processes are taken at a time as the cluster has threads, unless `concurrency` says
        otherwise. Raises ClientError where Dask is not installed here, SchedulerUnreachable,
        InvalidRequest for functions that can't be pickled, and what `Worker.start` raises.
        """
        try:
            from jupyter_colonies.executor.dask.executor import (  # noqa: PLC0415 - an extra
                DaskExecutor,
            )
        except ImportError:
            raise ClientError(
                "Dask is not installed here: pip install 'jupyter-colonies[dask]'"
            ) from None
        previous = registry.get(name)
        if previous is not None:
            previous.stop(timeout=0)
        executor = DaskExecutor(
            self, cluster, name,
            functions=functions, executortype=executortype, concurrency=concurrency,
        )  # fmt: skip
        executor.start()
        return executor


def _runnable(
    function: Callable[..., Any], funcname: str, cache: bool | str, packages: Sequence[str]
) -> TaskRunnable:
    if cache is False:
        return TaskRunnable(function, funcname)
    version = cache if isinstance(cache, str) else ""
    return CachedTaskRunnable(function, funcname, version=version, packages=packages)


def connect(
    address: str | None = None,
    *,
    colony: str | None = None,
    keyfile: str | Path | None = None,
) -> NotebookColony:
    """Connect to a colony and make it the current one; see `client.colony.connect`.

    In IPython this loads the extension as well: `%colonies`, and how runs and the like are shown.
    """
    made = client_colony.connect(address, colony=colony, keyfile=keyfile, factory=NotebookColony)
    _load_extension()
    return made


def current() -> NotebookColony:
    """The colony that is connected; connects, as `connect` does, when there is none."""
    colony = client_colony.current(factory=NotebookColony)
    _load_extension()
    # One that was connected to without the notebook's part, by a library for instance.
    return colony if isinstance(colony, NotebookColony) else NotebookColony(colony.found)


def _load_extension() -> None:
    shell = get_ipython()
    if shell is not None and shell.extension_manager is not None:
        shell.extension_manager.load_extension("jupyter_colonies")  # once, however often asked
