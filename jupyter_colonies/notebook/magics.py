"""`%colonies …` and `%%colonies submit|executor|task`: the commands inside a notebook."""

from __future__ import annotations

import os
import re
import shlex
from typing import Any

import click
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from jupyter_colonies.commands.block import Block, Line, Submitted, Text, Working
from jupyter_colonies.commands.root import run
from jupyter_colonies.commands.session import Owner, Session
from jupyter_colonies.commands.submit import submit_text
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.notebook import displays, drift
from jupyter_colonies.notebook.cells import executor_cell
from jupyter_colonies.notebook.colony import current
from jupyter_colonies.notebook.completion import candidates
from jupyter_colonies.notebook.display import show, show_as_value
from jupyter_colonies.notebook.tables import Shown
from jupyter_colonies.notebook.taskcell import task_cell
from jupyter_colonies.notebook.verbs import PROGRAM, started, verbs

NAME = "colonies"

_TYPED = re.compile(r"\s*(?:\w+\s*=\s*)?%%?colonies\s")
_OWNER_VARIABLES = {"colony": "COLONIES_COLONY_PRVKEY", "server": "COLONIES_SERVER_PRVKEY"}


class ColoniesMagic:
    """The magic of one shell."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._verbs = verbs()

    def __call__(self, line: str, cell: str | None = None) -> Any:
        """Run `%colonies LINE`, or `%%colonies LINE` with what stands below it."""
        try:
            words = shlex.split(line)
        except ValueError as error:
            raise in_one_line(click.UsageError(f"{PROGRAM} {line}: {error}")) from None
        try:
            return self._show(words) if cell is None else self._run_cell(words, line, cell)
        except click.ClickException as error:
            raise in_one_line(error) from None
        except ColoniesError as error:
            raise in_one_line(error) from None

    def complete(self, _shell: InteractiveShell, event: Any) -> list[str]:
        """What the Tab key offers; IPython calls it for lines that begin with the magic."""
        before = event.text_until_cursor
        typed = _TYPED.match(before)
        if typed is None:
            return []
        words = before[typed.end() :].split(" ")
        return candidates(self._verbs, words[:-1], words[-1], self._shell.user_ns)

    def _session(self) -> Session:
        return Session(
            connect=current, owner_key=_owner_key, frontend="notebook",
            variable=self._shell.user_ns.get,
        )  # fmt: skip

    def _show(self, words: list[str]) -> Any:
        result = None
        group: list[Block] = []
        try:
            for block in run(self._verbs, words, self._session()):
                if isinstance(block, Text | Submitted | Working):
                    _flush(group)
                match block:
                    case Working():
                        continue
                    case Text():
                        print(block.text, end="" if block.text.endswith("\n") else "\n")  # noqa: T201
                    case Submitted():
                        result = self._submitted(block)
                    case _:
                        group.append(block)
        finally:
            # What was found out before an error belongs to it.
            _flush(group)
        return result

    def _run_cell(self, words: list[str], line: str, cell: str) -> Any:
        match words:
            case ["submit"]:
                return self._submitted(submit_text(self._session(), cell))
            case ["submit", variable] if variable.isidentifier():
                run = self._submitted(submit_text(self._session(), cell, variable))
                self._shell.user_ns[variable] = run
                return None
            case ["executor", *_]:
                return self._executor(words[1:], cell)
            case ["task", *_]:
                return self._task(line.strip().removeprefix("task"), cell)
            case _:
                raise click.UsageError(
                    f"%{PROGRAM} {line.strip()}: a cell can be '%{PROGRAM} submit [VARIABLE]', "
                    f"with JSON or YAML below, or '%{PROGRAM} executor NAME' or "
                    f"'%{PROGRAM} task NAME(parameters)', with code below"
                )

    def _executor(self, words: list[str], cell: str) -> None:
        worker = executor_cell(words, cell, colony=current(), shell=self._shell)
        if worker is not None:  # `--help` gives none
            _display(started(worker))

    def _task(self, line: str, cell: str) -> None:
        task = task_cell(line, cell, colony=current(), shell=self._shell)
        if task is not None:
            _display(Line(text="Task defined", fields={"Task": str(task.signature)}))

    def _submitted(self, block: Submitted) -> Any:
        _display(block.line)
        show(block.run)
        return block.run


def in_one_line(error: Exception) -> Exception:
    """The same error, shown without the way through our own code.

    IPython asks an exception for its own picture; the class stays what it is, so that it can be
    caught, and a failed cell stays a failed cell.
    """
    usage = isinstance(error, click.ClickException)
    text = error.format_message() if isinstance(error, click.ClickException) else str(error)
    name = "UsageError" if usage else type(error).__name__
    picture = [f"\x1b[31m{name}\x1b[39m: {text}"]
    if isinstance(error, click.UsageError) and error.ctx is not None:
        picture.append(f"Try: {error.ctx.command_path} --help")
    error._render_traceback_ = lambda: picture  # type: ignore[attr-defined]
    return error


def load(shell: InteractiveShell) -> None:
    """Register the magic and its completion; a run as the value of a cell shows its graph."""
    magic = ColoniesMagic(shell)
    drift.watch(shell)
    displays.install(shell, show_as_value)
    shell.magics_manager.register_function(magic, magic_kind="line_cell", magic_name=NAME)
    shell.set_hook("complete_command", magic.complete, re_key=_TYPED.pattern)  # type: ignore[no-untyped-call]


def unload(shell: InteractiveShell) -> None:
    """Take the magic, its completion and the picture of runs away."""
    drift.unwatch(shell)
    displays.uninstall(shell)
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop(NAME, None)
    hooks = getattr(shell, "strdispatchers", {}).get("complete_command")
    if hooks is not None:
        hooks.regexs.pop(re.compile(_TYPED.pattern), None)


def _display(*blocks: Block) -> None:
    display(Shown(blocks))  # type: ignore[no-untyped-call]


def _flush(group: list[Block]) -> None:
    if group:
        _display(*group)
        group.clear()


def _owner_key(whose: Owner) -> str:
    return os.environ.get(_OWNER_VARIABLES[whose], "")
