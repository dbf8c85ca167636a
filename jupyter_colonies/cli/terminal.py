"""Blocks in a terminal: rounded frames as in the original's tutorials, plain ones on request."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import IO, assert_never

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as RichTable
from rich.text import Text as RichText

from jupyter_colonies.commands.block import (
    Block,
    Details,
    Heading,
    Json,
    Line,
    Submitted,
    Table,
    Text,
    Working,
)
from jupyter_colonies.core.process import State

ASCII_VARIABLE = "COLONIES_CLI_ASCII"
UNLIMITED = 100_000
MESSAGE_WIDTH = 44
"""Width that the original gives to a message before its fields."""

_STATE_STYLES = {
    State.WAITING.word: "yellow",
    State.RUNNING.word: "blue",
    State.SUCCESS.word: "green",
    State.FAILED.word: "red",
    State.CANCELLED.word: "magenta",
}

_ROUNDED_UNDER_TITLE = box.Box("├─┬┤\n│ ││\n├─┼┤\n│ ││\n├─┼┤\n├─┼┤\n│ ││\n╰─┴╯\n")
_PLAIN = box.Box("+-++\n| ||\n+-++\n| ||\n+-++\n+-++\n| ||\n+-++\n", ascii=True)


def wants_ascii(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether frames are to be drawn with plain characters."""
    return environment.get(ASCII_VARIABLE, "").lower() not in ("", "0", "false")


class Terminal:
    """Draws blocks on a stream; long values are folded only where somebody watches."""

    def __init__(self, stream: IO[str] | None = None, *, plain: bool | None = None) -> None:
        stream = stream or sys.stdout
        self._plain = wants_ascii() if plain is None else plain
        width = None if stream.isatty() else UNLIMITED
        self._console = Console(
            file=stream, width=width, highlight=False, emoji=False, markup=False
        )

    def show(self, block: Block) -> None:
        """Draw one block."""
        match block:
            case Table():
                self._table(block)
            case Details():
                self._details(block)
            case Line():
                self._line(block)
            case Submitted():
                self._line(block.line)
            case Heading():
                self._print(RichText(f"\n{block.text}", "bold"))
            case Text():
                self._text(block.text)
            case Json():
                self._text(block.text)
            case Working():
                self._console.file.flush()
            case _:
                assert_never(block)

    def error(self, message: str, hint: str = "") -> None:
        """Say in one line what went wrong."""
        self._print(RichText.assemble(("ERRO[0000]", "red"), f" {message}"))
        if hint:
            self._print(RichText(hint))

    def _table(self, block: Table) -> None:
        table = self._frame(titled=bool(block.title))
        table.show_header = True
        for column in block.columns:
            table.add_column(column.upper(), overflow="fold", header_style="bold")
        for row in block.rows:
            table.add_row(*(_cell(value) for value in row))
        self._framed(block.title, table)

    def _details(self, block: Details) -> None:
        table = self._frame(titled=bool(block.title))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in block.rows:
            table.add_row(name, _cell(value))
        self._framed(block.title, table)

    def _frame(self, *, titled: bool) -> RichTable:
        frame = _PLAIN if self._plain else _ROUNDED_UNDER_TITLE if titled else box.ROUNDED
        return RichTable(box=frame, show_header=False, safe_box=False)

    def _framed(self, title: str, table: RichTable) -> None:
        if title:
            limit = self._console.options
            width = Measurement.get(self._console, limit, table).maximum
            # The title stands in one cell over all columns, so it may need more room than they do.
            table.min_width = width = min(max(width, len(title) + 4), limit.max_width)
            left, fill, right, side = "+-+|" if self._plain else "╭─╮│"
            self._print(RichText(left + fill * (width - 2) + right))
            self._print(RichText(f"{side} {title.ljust(width - 4)} {side}"))
        self._console.print(table)

    def _line(self, block: Line) -> None:
        head = ("WARN[0000]", "yellow") if block.warning else ("INFO[0000]", "cyan")
        if not block.fields:
            self._print(RichText.assemble(head, f" {block.text}"))
            return
        line = RichText.assemble(head, f" {block.text:<{MESSAGE_WIDTH}} ")
        for name, value in sorted(block.fields.items()):
            line.append(" ")
            line.append(name, "cyan")
            line.append(f"={value}")
        self._print(line)

    def _text(self, text: str) -> None:
        self._console.file.write(text if text.endswith("\n") else f"{text}\n")
        self._console.file.flush()

    def _print(self, line: RichText) -> None:
        self._console.print(line, soft_wrap=True)


def _cell(value: str) -> RichText:
    return RichText(value, style=_STATE_STYLES.get(value, ""))
