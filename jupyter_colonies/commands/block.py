"""What a command answers with: blocks that each front end draws in its own way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from jupyter_colonies.client.runs.run import Run


@dataclass(frozen=True, kw_only=True)
class Table:
    """A list of equal things: upper-case heads, one row each."""

    columns: list[str]
    rows: list[list[str]]
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Details:
    """One thing: its fields, a row each."""

    rows: list[tuple[str, str]]
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something that was done, with the ids that the next command needs."""

    text: str
    fields: dict[str, str] = field(default_factory=dict)
    warning: bool = False


@dataclass(frozen=True, kw_only=True)
class Text:
    """Raw text such as an output, a log or a help page."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A line above the blocks that follow."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Json:
    """The objects of the wire, for programs."""

    value: Any

    @property
    def text(self) -> str:
        """The value as indented JSON."""
        return msgspec.json.format(msgspec.json.encode(self.value), indent=2).decode()


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """Work that was submitted; a notebook shows its graph."""

    run: Run
    line: Line


@dataclass(frozen=True, kw_only=True)
class Working:
    """Something begins that takes its time: what came before it is to be seen now."""

    text: str = ""


Block = Table | Details | Line | Text | Heading | Json | Submitted | Working
