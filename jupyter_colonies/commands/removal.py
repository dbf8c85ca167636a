"""`process removeall` and `workflow removeall`: everything, or everything in one state."""

from __future__ import annotations

import click

from jupyter_colonies.commands.block import Block, Line
from jupyter_colonies.commands.process import process
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.commands.workflow import workflow
from jupyter_colonies.core.process import State

ALL = -1
_FLAGS = {
    "waiting": State.WAITING,
    "successful": State.SUCCESS,
    "failed": State.FAILED,
    "cancelled": State.CANCELLED,
}


def _options() -> list[click.Parameter]:
    flags = [
        click.Option([f"--{word}"], is_flag=True, help=f"Only those that are {word}.")
        for word in _FLAGS
    ]
    yes = click.Option(["--yes"], is_flag=True, help="Remove them; without this nothing happens.")
    return [*flags, yes]


def _wanted(flags: dict[str, bool]) -> tuple[int, str]:
    """The state that was asked for and its word."""
    given = [word for word in _FLAGS if flags[word]]
    if len(given) > 1:
        raise click.UsageError("Give at most one of --" + ", --".join(_FLAGS))
    return (int(_FLAGS[given[0]]), f"{given[0]} ") if given else (ALL, "")


def _remover(noun: Noun, method: str, what: str) -> None:
    @noun.command("removeall", params=_options(), help=f"Remove all {what} (the colony owner).")
    @pass_session
    def removeall(session: Session, /, *, yes: bool, **flags: bool) -> list[Block]:
        state, word = _wanted(flags)
        colonyname = session.colonyname
        if not yes:
            text = f"This would remove all {word}{what} of colony {colonyname}: add --yes to do it"
            return [Line(text=text, warning=True)]
        owner = session.owner("colony")
        session.ask(getattr(owner, method)(colonyname=colonyname, state=state))
        return [Line(text=f"All {word}{what} removed", fields={"ColonyName": colonyname})]


_remover(process, "remove_all_processes", "processes")
_remover(workflow, "remove_all_process_graphs", "workflows")
