"""`token …`: bearer tokens, for programs that can't sign."""

from __future__ import annotations

import os
from pathlib import Path

import click

from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Line, Table, Text
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.scope import Scope
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.core.token import DAY, LONGEST, USUAL, Token
from jupyter_colonies.errors import FileTroubles

token = Noun("token", help="Bearer tokens: proofs of identity for programs that can't sign.")


@token.command("add")
@click.option("--name", required=True, metavar="NAME", help="What people call it.")
@click.option(
    "--scope", "scopes", required=True, multiple=True, type=click.Choice([str(s) for s in Scope]),
    help="What it may be used for; may be given several times.",
)  # fmt: skip
@click.option(
    "--days", type=click.IntRange(1, LONGEST // DAY), default=USUAL // DAY, show_default=True,
    metavar="NUMBER", help="How long it is good.",
)  # fmt: skip
@click.option(
    "--file", "file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write it to a new file that nobody else can read, instead of showing it.",
)  # fmt: skip
@pass_session
def add(
    session: Session, name: str, scopes: tuple[str, ...], days: int, file: Path | None
) -> list[Block]:
    """Make a token that stands for you; it is told once, here.

    Programs send it as the header 'Authorization: Bearer TOKEN'. --prvkey-file makes one for
    another identity.
    """
    if file is None and session.frontend == "notebook":
        raise click.UsageError(
            "A token is a secret and does not belong into a notebook: name a file for it with "
            "--file FILE"
        )
    if file is not None:
        _claim(file)
    try:
        made = session.ask(
            session.member.add_token(
                colonyname=session.colonyname, name=name, scopes=list(scopes), lifetime=days * DAY
            )
        )
    except BaseException:
        if file is not None:
            file.unlink()
        raise
    if session.json and file is None:
        return session.either(made, [])
    about = Line(
        text="Token added",
        fields={
            "Name": name,
            "TokenId": made.token.tokenid,
            "Scopes": " ".join(made.token.scopes),
            "Expires": wording.moment(made.token.expires),
        },
    )
    if file is None:
        return [about, Text(text=made.secret)]
    file.write_text(made.secret + "\n")
    return [Line(text=about.text, fields={**about.fields, "File": str(file)})]


@token.command("ls")
@pass_session
def ls(session: Session) -> list[Block]:
    """List your tokens; the colony's owner sees those of all."""
    found = session.ask(session.member.get_tokens(colonyname=session.colonyname))
    rows = [
        [
            each.name,
            " ".join(each.scopes),
            _state(each),
            wording.moment(each.expires),
            wording.moment(each.lastused),
            each.tokenid,
        ]
        for each in found
    ]
    columns = ["Name", "Scopes", "State", "Expires", "Last used", "Id"]
    return session.listed(found, [Table(columns=columns, rows=rows)], none="No tokens found")


@token.command("remove")
@click.option("--tokenid", required=True, metavar="ID", help="Id of the token, no secret.")
@pass_session
def remove(session: Session, tokenid: str) -> list[Block]:
    """Revoke a token: it is good for nothing from now on."""
    session.ask(session.member.remove_token(colonyname=session.colonyname, tokenid=tokenid))
    return [Line(text="Token revoked", fields={"TokenId": tokenid})]


def _state(found: Token) -> str:
    if found.revoked != NEVER:
        return "revoked"
    return "expired" if wording.is_past(found.expires) else "good"


def _claim(file: Path) -> None:
    """Make the file, of mode 0600. Raises FileTroubles, also if it is there already."""
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise FileTroubles(f"The file '{file}' can't be made: {error.strerror}") from None
