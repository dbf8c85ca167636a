from __future__ import annotations

import asyncio
import inspect
import traceback

import click
import pytest
from IPython.core.interactiveshell import InteractiveShell

from jupyter_colonies.client.compose.task import Task
from jupyter_colonies.errors import InvalidCell
from jupyter_colonies.executor import hearing
from jupyter_colonies.executor.functions.fingerprint import fingerprint
from jupyter_colonies.notebook import kernel
from jupyter_colonies.notebook.origin import SESSION, source_of
from jupyter_colonies.notebook.taskcell import task_cell


class Colony:
    """Makes tasks that nobody serves."""

    def __init__(self):
        self.given = None

    def task(self, function, **options):
        self.given = options
        return Task(function)


@pytest.fixture(scope="module")
def shell():
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.fixture
def define(shell):
    def define(line, code):
        define.colony = Colony()
        return task_cell(line, code, colony=define.colony, shell=shell)

    return define


def test_the_cell_is_the_body_of_a_function(define, shell):
    shell.user_ns["offset"] = 10
    made = define(
        "scaled(values, factor: int = 2, *, sep=', ', **more) -> list",
        "import math\n\n[math.floor(offset + factor * v) for v in values]\n",
    )
    assert made([1, 2.6]) == [12, 15]
    assert shell.user_ns["scaled"] is made
    assert "math" not in shell.user_ns
    assert str(made.signature) == ("scaled(values, factor: int = 2, *, sep=', ', **more) -> list")
    assert made.__module__ == "__main__"


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("f", {"executor": "", "executortype": "", "concurrency": 0, "cache": False}),
        ("f(x) --cache --concurrency 3", {"cache": True, "concurrency": 3}),
        ("f (x=(1, 2)) --executor e --type 't t'", {"executor": "e", "executortype": "t t"}),
        ("f(x='--cache')", {"cache": False}),
    ],
)
def test_options_stand_behind_the_parameters(define, line, options):
    assert define(line, "1").funcname == "f"
    assert define.colony.given.items() >= options.items()


def test_a_cell_without_a_last_expression_gives_none(define):
    assert define("f", "x = 1")() is None
    assert define("f", "")() is None


def test_await_makes_a_coroutine_function(define):
    made = define("f(x)", "import asyncio\nawait asyncio.sleep(0)\nx + 1")
    assert inspect.iscoroutinefunction(made.function)
    assert asyncio.run(made(1)) == 2
    inner = define("g", "async def h():\n    await x\n1")
    assert inner() == 1


@pytest.mark.parametrize(
    ("line", "code", "text"),
    [
        ("f(x)", "x +", r"(?s)can't become a task.*line 2.*SyntaxError"),
        ("f(x)", "\n\nx = = 1", r"(?s)line 4.*SyntaxError"),
        ("f(x)", "yield_ = 1\nbreak", r"(?s)line 3.*outside loop"),
    ],
)
def test_a_syntax_error_shows_the_line_of_the_cell(define, line, code, text):
    with pytest.raises(InvalidCell, match=text):
        define(line, code)


@pytest.mark.parametrize("line", ["", "f(x", "1f(x)", "f(x) y", "f(x) --nonsense"])
def test_a_line_that_can_not_be_read(define, line):
    with pytest.raises(click.UsageError):
        define(line, "1")


def test_help_is_printed(define, capsys):
    assert define("--help", "1") is None
    assert "--concurrency" in capsys.readouterr().out


def test_a_traceback_shows_the_line_of_the_cell(define):
    made = define("f(x)", "y = 1\ny / x")
    with pytest.raises(ZeroDivisionError) as caught:
        made(0)
    assert traceback.extract_tb(caught.tb)[-1].line == "y / x"


def test_the_executor_is_called_like_notebook_and_kernel(monkeypatch):
    monkeypatch.setenv(SESSION, "work/My notebook.ipynb")
    kind = kernel.task_type()
    assert kind.startswith("My-notebook-")
    assert kernel.task_type() == kind
    assert kernel.task_executor("shared").startswith("shared-")
    monkeypatch.setenv(SESSION, "")
    assert kernel.task_type().startswith("tasks-")
    monkeypatch.setattr(hearing, "kernel_id", lambda: "0123456789")
    assert kernel.task_type() == "tasks-01234567"


def test_the_source_is_the_whole_cell(define):
    made = define("f(x)", "y = 1\ny / x")
    assert source_of(made.function).text == "%%colonies task f(x)\ny = 1\ny / x"
    other = define("f(x)", "y = 2\ny / x")
    assert fingerprint(made) != fingerprint(other)
    assert fingerprint(made) == fingerprint(define("f(x)", "y = 1\ny / x"))
