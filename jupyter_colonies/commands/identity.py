"""`… chid`: another key for a user, an executor, a colony's owner or the server's owner.

Whoever changes an id signs with the old key; from then on only the new one works.
"""

from __future__ import annotations

import click

from jupyter_colonies.commands.block import Block, Line
from jupyter_colonies.commands.colony import colony
from jupyter_colonies.commands.executor import executor
from jupyter_colonies.commands.server import server
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.user import user
from jupyter_colonies.commands.verb import pass_session
from jupyter_colonies.core.identity import is_id

_NEXT = "Use the new key from now on: set it where the old one was"


def _checked(_context: click.Context, option: click.Parameter, value: str) -> str:
    if not is_id(value):
        raise click.UsageError(
            f"--{option.name} must be 64 hexadecimal characters: 'key generate' makes a key and "
            "its id"
        )
    return value


def _id_option(name: str) -> click.Option:
    return click.Option(
        [f"--{name}"], required=True, metavar="ID", callback=_checked, help="Id of the new key."
    )


def _changed(name: str, value: str) -> list[Block]:
    return [Line(text=_NEXT, fields={name: value})]


@user.command("chid", params=[_id_option("userid")])
@pass_session
def user_chid(session: Session, userid: str) -> list[Block]:
    """Change your own id, as a user of the colony."""
    client = session.member
    session.ask(client.change_user_id(colonyname=session.colonyname, userid=userid))
    return _changed("UserId", userid)


@executor.command("chid", params=[_id_option("executorid")])
@pass_session
def executor_chid(session: Session, executorid: str) -> list[Block]:
    """Change an executor's id, signing as the executor (--prvkey-file FILE)."""
    client = session.member
    session.ask(client.change_executor_id(colonyname=session.colonyname, executorid=executorid))
    return _changed("ExecutorId", executorid)


@colony.command("chid", params=[_id_option("colonyid")])
@pass_session
def colony_chid(session: Session, colonyid: str) -> list[Block]:
    """Change the id of the colony's owner (the colony owner's right)."""
    owner = session.owner("colony")
    session.ask(owner.change_colony_id(colonyname=session.colonyname, colonyid=colonyid))
    return _changed("ColonyId", colonyid)


@server.command("chid", params=[_id_option("serverid")])
@pass_session
def server_chid(session: Session, serverid: str) -> list[Block]:
    """Change the id of the server's owner (the server owner's right)."""
    session.ask(session.owner("server").change_server_id(serverid=serverid))
    return _changed("ServerId", serverid)
