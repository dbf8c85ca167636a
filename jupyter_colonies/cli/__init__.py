"""The command line `jupyter colonies`."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

import click

from jupyter_colonies.errors import ColoniesError, FileTroubles, InvalidSpec, NoServer

WRONG_USE = 1
REFUSED = 255
INTERRUPTED = 130

SELDOM = 100_000
"""New objects after which a program looks for garbage."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code.

    0: done. 1: the command line, a file or the environment is not right. 255: the server or the
    process said no (protocol part 03, section 4.1).
    """
    if arguments is None:
        # What a program loads stays: collecting garbage meanwhile takes a fifth of the start.
        gc.set_threshold(SELDOM, 50)
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(given)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing is left to say at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(arguments: list[str]) -> int:
    # A server answers `serve` without the client, and help without either.
    from jupyter_colonies.cli.terminal import Terminal  # noqa: PLC0415 - see above
    from jupyter_colonies.cli.verbs import answer  # noqa: PLC0415 - see above

    try:
        terminal = Terminal()
        for block in answer(arguments):
            terminal.show(block)
    except click.UsageError as error:
        hint = f"Try '{error.ctx.command_path} --help'" if error.ctx else ""
        Terminal(sys.stderr).error(error.format_message(), hint)
        return WRONG_USE
    except click.ClickException as error:
        Terminal(sys.stderr).error(error.format_message())
        return WRONG_USE
    except click.Abort:
        return INTERRUPTED
    except ColoniesError as error:
        Terminal(sys.stderr).error(error.message)
        return WRONG_USE if isinstance(error, InvalidSpec | NoServer | FileTroubles) else REFUSED
    return 0
