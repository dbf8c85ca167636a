"""Completion with the Tab key after `%colonies`: verbs, options, files and variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

_ENDINGS = (".json", ".yaml", ".yml")
_FILE_OPTIONS = ("--spec", "--prvkey-file")


def candidates(
    verbs: click.Group, words: list[str], symbol: str, variables: Mapping[str, Any]
) -> list[str]:
    """What may stand at the cursor.

    `words` are the complete words between the magic's name and the cursor, `symbol` is the
    beginning of the word that is being written.
    """
    command: click.Command = verbs
    for word in words:
        if isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
    if isinstance(command, click.Group):
        found: Iterable[str] = command.commands
    elif symbol.startswith("-"):
        found = (name for option in command.params for name in option.opts)
    elif command.name in ("submit", "compose") or (words and words[-1] in _FILE_OPTIONS):
        names = [name for name in variables if not name.startswith("_")]
        own = [verbs.commands.get("submit"), verbs.commands.get("compose")]
        found = [*_files(symbol), *(names if command in own else [])]
    else:
        found = ()
    return sorted(name for name in found if name.startswith(symbol))


def _files(symbol: str) -> list[str]:
    folder = symbol.rpartition("/")[0]
    try:
        entries = list((Path(folder) if folder else Path()).iterdir())
    except OSError:
        return []
    return [
        str(Path(folder) / entry.name) + ("/" if entry.is_dir() else "")
        for entry in entries
        if entry.is_dir() or entry.suffix in _ENDINGS
    ]
