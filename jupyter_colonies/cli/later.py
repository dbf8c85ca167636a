"""Commands whose module is loaded only when they are called."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click


class Later(click.Command):
    """Stands for a click command of the same name in another module.

    `serve` lives on the server's side of the package, which the other verbs never load.
    """

    def __init__(self, name: str, module: str, *, help: str) -> None:  # noqa: A002 - click's name
        super().__init__(name, help=help)
        self._module = module

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:  # fmt: skip
        """Load the command and let it read its arguments."""
        assert self.name is not None
        command: click.Command = getattr(import_module(self._module), self.name)
        return command.make_context(info_name, args, parent, **extra)
