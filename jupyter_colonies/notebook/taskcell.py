"""`%%colonies task NAME(parameters)`: a cell that becomes a function, and that one a task."""

from __future__ import annotations

import ast
import itertools
import linecache
import shlex
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from jupyter_colonies.client.compose.task import Task
from jupyter_colonies.errors import InvalidCell
from jupyter_colonies.executor.functions.fingerprint import CELL_TEXT
from jupyter_colonies.notebook.cellcode import tree_of

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_colonies.notebook.colony import NotebookColony

PROGRAM = "%%colonies task"
_numbers = itertools.count(1)


@click.command("task", short_help="Turn this cell into a task.")
@click.option("--executor", default="", help="Name of the executor that runs it.")
@click.option("--type", "executortype", default="", help="Executor type; the notebook's own.")
@click.option(
    "--concurrency", type=click.IntRange(min=1), default=None,
    help="How many processes the executor runs at the same time.",
)  # fmt: skip
@click.option("--cache", is_flag=True, help="Keep results, and use them while nothing changed.")
@click.pass_obj
def _command(
    made: Callable[..., Task], executor: str, executortype: str, concurrency: int | None,
    cache: bool,
) -> Task:  # fmt: skip
    """Turn this cell into a function that workflows can call.

    The line reads `%%colonies task NAME(parameters) [options]`. The cell is the body of the
    function, its last expression is the result. The function gets the name in this notebook.
    """
    return made(
        executor=executor, executortype=executortype, concurrency=concurrency or 0, cache=cache
    )


def task_cell(
    line: str, code: str, *, colony: NotebookColony, shell: InteractiveShell
) -> Task | None:
    """What `%%colonies task` does: define the function in the notebook and return its task.

    `line` is what follows the word `task`; `--help` prints and returns None. Raises
    click.UsageError, InvalidCell for a syntax error, and what `Worker.start` raises.
    """
    head, options = _split(line)

    def made(**chosen: Any) -> Task:
        if not head:
            raise click.UsageError(f"{PROGRAM} NAME(parameters): a name for the task is missing")
        function = _function(head, code, f"{PROGRAM} {line}", shell)
        task: Task = colony.task(function, **chosen)
        shell.user_ns[function.__name__] = task
        return task

    result = _command.main(options, prog_name=PROGRAM, standalone_mode=False, obj=made)
    return result if isinstance(result, Task) else None


def _split(line: str) -> tuple[str, list[str]]:
    """The head of the function, and the options that stand behind it or before it."""
    line = line.strip()
    if line.startswith("-"):
        return "", shlex.split(line)
    for end in range(1, len(line) + 1):
        behind = line[end : end + 1]
        if behind.strip() and behind != "-":
            continue
        head = line[:end].strip()
        if _parsed(head) is not None and not line[end:].lstrip().startswith(("(", "->")):
            return head, shlex.split(line[end:])
    raise click.UsageError(
        f"{PROGRAM} {line}: a name is expected, and parameters as in Python: "
        f"{PROGRAM} mean(values, digits=2)"
    )


def _parsed(head: str) -> ast.FunctionDef | None:
    text = head if head.endswith(")") or "->" in head else f"{head}()"
    try:
        (tree,) = ast.parse(f"def {text}: pass").body
    except (SyntaxError, ValueError):
        return None
    return tree if isinstance(tree, ast.FunctionDef) else None


def _function(head: str, code: str, first_line: str, shell: InteractiveShell) -> Callable[..., Any]:
    """The cell as a function of the notebook, with the line numbers that the user sees."""
    definition = _parsed(head)
    assert definition is not None
    filename = f"<task {definition.name}, version {next(_numbers)}>"
    text = f"{first_line}\n{code}"
    linecache.cache[filename] = (
        len(text), None, [f"{line}\n" for line in text.splitlines()], filename,
    )  # fmt: skip
    blank = len(code) - len(code.lstrip("\n"))
    try:
        python: str = shell.transform_cell(code.lstrip("\n"))  # type: ignore[no-untyped-call]
        tree = tree_of(python, filename, above=1 + blank)
        function = _defined(definition, tree.body)
        module = ast.fix_missing_locations(ast.Module([function], []))
        compiled = compile(module, filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        if error.filename == filename and not error.text:
            error.text = linecache.getline(filename, error.lineno or 1)
        where = "".join(traceback.format_exception_only(error)).rstrip()
        raise InvalidCell(f"The cell can't become a task:\n{where}") from None
    names: dict[str, Any] = {}
    exec(compiled, shell.user_ns, names)  # noqa: S102 - it defines a function
    made: Callable[..., Any] = names[definition.name]
    made.__module__ = "__main__"
    setattr(made, CELL_TEXT, text)
    return made


def _defined(head: ast.FunctionDef, body: list[ast.stmt]) -> ast.stmt:
    if body and isinstance(last := body[-1], ast.Expr):
        body = [*body[:-1], ast.copy_location(ast.Return(last.value), last)]
    head.body = body or [ast.Pass()]
    inner = ast.walk(ast.Module(_own(body), []))
    if any(isinstance(each, ast.Await | ast.AsyncFor | ast.AsyncWith) for each in inner):
        fields = {name: getattr(head, name) for name in head._fields}
        return ast.copy_location(ast.AsyncFunctionDef(**fields), head)
    return head


def _own(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of the cell itself, without those of functions and classes in it."""
    inner = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef
    return [each for each in body if not isinstance(each, inner)]
