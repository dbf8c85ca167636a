"""`%%colonies executor NAME`: a cell that becomes an executor."""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.errors import InvalidCell
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.offer import ANY_FUNCTION, Offer
from jupyter_colonies.executor.worker import Worker
from jupyter_colonies.executor.workers.payload import Payload
from jupyter_colonies.executor.workers.pool import PooledRunnable
from jupyter_colonies.notebook.cellcode import CellRunnable
from jupyter_colonies.notebook.origin import cell_id, source_of

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

PROGRAM = "%%colonies executor"


@click.command("executor", short_help="Turn this cell into an executor.")
@click.argument("name")
@click.option("--type", "executortype", default="", help="Executor type; the name by default.")
@click.option(
    "--function",
    "functions",
    multiple=True,
    metavar="FUNCNAME",
    help="A function the cell serves; may be repeated. Every function of the type by default.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=None,
    help="How many processes run at the same time; 1 by default.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=None,
    help="Run in so many worker processes instead of threads of the kernel.",
)
@click.pass_obj
def _command(
    task: tuple[Colony, str, str, InteractiveShell],
    name: str,
    executortype: str,
    functions: tuple[str, ...],
    concurrency: int | None,
    processes: int | None,
) -> Worker:
    """Run this cell for each process of an executor.

    The cell sees args, kwargs, inputs (the outputs of the parents) and process; its last
    expression is the output. Prints go to the log of the process. Running the cell again
    replaces its code; what runs already ends with the old code.

    With --processes the cell does not slow the notebook down, and is ended by force when its
    process is cancelled or takes too long. It then sees the names of the notebook that it uses as
    they are when a run begins, and what it changes stays with the worker process.
    """
    colony, first_line, code, shell = task
    try:
        runnable = CellRunnable(
            code,
            shell.user_ns,
            title=f"executor {name}",
            first_line=first_line,
            transform=shell.transform_cell,
        )
    except SyntaxError as error:
        where = "".join(traceback.format_exception_only(error)).rstrip()
        raise InvalidCell(f"The cell can't become an executor:\n{where}") from None
    origin, source = cell_id(shell), source_of(code)
    offers = [
        Offer(
            funcname=funcname,
            runnable=runnable,
            description=f"A notebook cell of executor {name}",
            origin=origin,
            source=source,
        )
        for funcname in functions or (ANY_FUNCTION,)
    ]
    return serve(
        colony,
        name,
        offers,
        executortype=executortype,
        concurrency=concurrency or 0,
        processes=processes or 0,
    )


def executor_cell(
    arguments: Sequence[str] | str, code: str, *, colony: Colony, shell: InteractiveShell
) -> Worker | None:
    """What `%%colonies executor` does: serve the code of a cell, and return its worker.

    `arguments` is what follows the word `executor`; `--help` prints and returns None. Raises
    click.UsageError, InvalidCell for a syntax error, and what `Worker.start` raises.
    """
    words = shlex.split(arguments) if isinstance(arguments, str) else list(arguments)
    first_line = f"{PROGRAM} {shlex.join(words)}"
    result = _command.main(
        words,
        prog_name=PROGRAM,
        standalone_mode=False,
        obj=(colony, first_line, code, shell),
    )
    return result if isinstance(result, Worker) else None


def serve(
    colony: Colony,
    name: str,
    offers: Sequence[Offer],
    *,
    executortype: str = "",
    concurrency: int = 0,
    processes: int | bool = 0,
) -> Worker:
    """Let the executor of that name serve these functions as well; start it if it does not run.

    Type and concurrency stay as they are unless given. processes: run them in so many worker
    processes, which is then the concurrency too; True for one per processor. Raises what
    `Worker.start` raises, and InvalidCell for functions that can't be copied to a process.
    """
    payloads = [Payload(offer) for offer in offers] if processes else []
    concurrency = concurrency or _number(processes)
    worker = registry.get(name)
    if worker is not None and worker.colony is not colony and not _same_colony(worker, colony):
        worker.stop(timeout=0)
        worker = None
    if worker is None:
        worker = Worker(colony, name, executortype=executortype, concurrency=concurrency or 1)
    else:
        worker.configure(executortype=executortype, concurrency=concurrency)
    if payloads:
        worker.pool.renew()
        offers = [
            replace(offer, runnable=PooledRunnable(offer.runnable, payload, worker.pool))
            for offer, payload in zip(offers, payloads, strict=True)
        ]
    worker.offer(offers)
    worker.start()
    return worker


def _number(processes: int | bool) -> int:
    if processes is True:
        return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return processes


def _same_colony(worker: Worker, colony: Colony) -> bool:
    there = worker.colony
    return (there.name, there.found.endpoint) == (colony.name, colony.found.endpoint)
