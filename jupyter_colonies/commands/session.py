"""What a command needs of its front end: a colony, keys, and how to answer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import click

from jupyter_colonies.client.client import Client
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.commands.block import Block, Json, Line

T = TypeVar("T")

Owner = Literal["colony", "server"]
Frontend = Literal["terminal", "notebook"]

_OWNER_VARIABLE = {"colony": "COLONIES_COLONY_PRVKEY", "server": "COLONIES_SERVER_PRVKEY"}


def _nothing(_name: str) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Session:
    """One run of one command.

    connect: gives the colony, called by commands that need one. owner_key: the private key of the
    colony's or server's owner, empty where this front end holds none. variable: the notebook's
    variable of that name, None where there is none.
    """

    connect: Callable[[], Colony]
    owner_key: Callable[[Owner], str]
    frontend: Frontend = "terminal"
    variable: Callable[[str], Any] = _nothing
    json: bool = False
    private_key: str = ""
    keyfile: Path | None = None

    @property
    def colony(self) -> Colony:
        """The colony, as the identity that was asked for."""
        colony = self.connect()
        return colony.signed_by(self.private_key) if self.private_key else colony

    @property
    def member(self) -> Client:
        """The client that signs as a member of the colony."""
        return self.colony.client

    @property
    def colonyname(self) -> str:
        """The colony's name."""
        return self.connect().name

    def owner(self, whose: Owner) -> Client:
        """The client that signs as the owner. Raises click.UsageError if the key is not here."""
        key = self.private_key or self.owner_key(whose)
        if not key:
            raise click.UsageError(
                f"This needs the key of the {whose}'s owner: set {_OWNER_VARIABLE[whose]} or give "
                "--prvkey-file FILE"
                + (
                    "; a terminal on the server's machine finds it by itself (jupyter colonies …)"
                    if self.frontend == "notebook"
                    else ""
                )
            )
        return self.connect().client.signed_by(key)

    def ask(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Send one request and wait for its answer."""
        return self.connect().call(coroutine)

    def either(self, value: Any, blocks: list[Block]) -> list[Block]:
        """The objects of the wire if JSON was asked for, else the blocks for people."""
        return [Json(value=value)] if self.json else blocks

    def listed(self, found: Sequence[Any], blocks: Sequence[Block], *, none: str) -> list[Block]:
        """The same for a list, and a line that says so where it is empty."""
        return self.either(found, list(blocks) if found else [Line(text=none)])
