"""The grammar of the commands: verbs that return blocks, nouns that hold verbs."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from jupyter_colonies.commands.block import Block
from jupyter_colonies.commands.session import Session

Blocks = Iterator[Block]


class HelpAsked(Exception):
    """`--help` was given: the text goes back to the front end like any other answer."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class NotOffered(click.UsageError):
    """A verb of the original command line that does not exist here yet."""


class _Helpful(click.Command):
    """A command whose help is returned instead of printed."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:  # noqa: ARG002 - click's
        """See click.Command."""
        return click.Option(
            ["-h", "--help"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_ask_help,
            help="Show this text.",
        )


class Verb(_Helpful):
    """A command with the options that every verb has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += [
            click.Option(["--json", "as_json"], is_flag=True, help="Answer as JSON."),
            click.Option(
                ["--prvkey-file", "keyfile"],
                type=click.Path(dir_okay=False, path_type=Path),
                metavar="FILE",
                help="Sign with the private key in this file.",
            ),
            click.Option(["--prvkey"], hidden=True),
        ]

    def invoke(self, ctx: click.Context) -> Any:
        """Move the common options into the session, then run the verb."""
        as_json = ctx.params.pop("as_json")
        keyfile = ctx.params.pop("keyfile")
        private_key = ctx.params.pop("prvkey") or (_read_key(keyfile) if keyfile else "")
        ctx.obj = dataclasses.replace(
            ctx.obj, json=as_json, private_key=private_key, keyfile=keyfile
        )
        return super().invoke(ctx)


class Noun(_Helpful, click.Group):
    """A group of verbs that knows which verbs of the original are missing and why."""

    command_class = Verb
    group_class = type

    def __init__(
        self, *args: Any, not_offered: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.not_offered = dict(not_offered or {})

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See click.Command; a noun alone shows its help."""
        if not args:
            raise HelpAsked(ctx.get_help())
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb that is meant. Raises click.UsageError that says what there is instead."""
        word = args[0]
        if self.get_command(ctx, word) is None and not word.startswith("-"):
            if word in self.not_offered:
                raise NotOffered(f"'{self._path(ctx, word)}' {self.not_offered[word]}", ctx)
            raise click.UsageError(self._unknown(ctx, word), ctx)
        return super().resolve_command(ctx, args)

    def _path(self, ctx: click.Context, word: str) -> str:
        return f"{ctx.command_path} {word}"

    def _unknown(self, ctx: click.Context, word: str) -> str:
        names = self.list_commands(ctx)
        close = difflib.get_close_matches(word, names, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"there are: {', '.join(names)}"
        return f"There is no '{self._path(ctx, word)}': {hint}"


pass_session = click.make_pass_decorator(Session)


def _ask_help(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        raise HelpAsked(ctx.get_help())


def _read_key(file: Path) -> str:
    try:
        return file.expanduser().read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"The key file {file} can't be read: {error}") from None
