"""Blocks in a notebook: HTML in the colours of the theme, with plain text beside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, assert_never

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
from jupyter_colonies.core.identity import is_id
from jupyter_colonies.core.process import State

# The class is named twice so that these rules outweigh JupyterLab's own for tables in outputs.
_STYLE = """<style>
.colonies { font-size: var(--jp-ui-font-size1, 13px); }
.colonies.colonies table { border-collapse: collapse; margin: 4px 0 10px 0;
  border: 1px solid var(--jp-border-color2, #bdbdbd); color: var(--jp-ui-font-color1, inherit); }
.colonies.colonies caption { caption-side: top; text-align: left; font-weight: 600; padding: 2px 0;
  color: var(--jp-ui-font-color1, inherit); }
.colonies.colonies th, .colonies.colonies td { text-align: left;
  padding: 3px 10px; white-space: pre-wrap; overflow-wrap: anywhere; vertical-align: top;
  border-bottom: 1px solid var(--jp-border-color3, #e0e0e0); }
.colonies.colonies th { font-weight: 600; white-space: nowrap; }
.colonies .field { margin-left: 1em; overflow-wrap: anywhere; }
.colonies .id { font-family: var(--jp-code-font-family, monospace); }
.colonies .state::before { content: "\\25CF  "; color: var(--jp-ui-font-color2, #757575); }
.colonies .state-waiting::before { content: "\\25CB  "; }
.colonies .state-running::before { content: "\\25B6  "; color: var(--jp-info-color1, #0288d1); }
.colonies .state-success::before { content: "\\2714  "; color: var(--jp-success-color1, #388e3c); }
.colonies .state-failed::before { content: "\\2716  "; color: var(--jp-error-color1, #d32f2f); }
.colonies .state-cancelled::before { content: "\\25A0  ";
  color: var(--jp-warn-color1, #f57c00); }
.colonies .warning { border-left: 3px solid var(--jp-warn-color1, #f57c00); padding-left: 8px; }
</style>"""

_STATES = {state.word: state.name.lower() for state in State}


class Shown:
    """Blocks as one output of a cell."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks

    def __repr__(self) -> str:
        return "\n".join(plain(block) for block in self._blocks)

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        """Both forms; the front end takes the richest it can show."""
        body = "".join(html(block) for block in self._blocks)
        return {
            "text/html": f'{_STYLE}<div class="colonies">{body}</div>',
            "text/plain": repr(self),
        }


def html(block: Block) -> str:
    """One block as HTML; every text in it is escaped."""
    match block:
        case Table():
            heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in block.columns)
            rows = "".join(
                f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>"
                for row in block.rows
            )
            return (
                f"<table>{_caption(block.title)}<thead><tr>{heads}</tr></thead>"
                f"<tbody>{rows}</tbody></table>"
            )
        case Details():
            rows = "".join(
                f'<tr><th scope="row">{escape(name)}</th><td>{_cell(value)}</td></tr>'
                for name, value in block.rows
            )
            return f"<table>{_caption(block.title)}<tbody>{rows}</tbody></table>"
        case Line():
            kind = ' class="warning"' if block.warning else ""
            fields = "".join(
                f' <span class="field">{escape(name)}={_cell(value)}</span>'
                for name, value in block.fields.items()
            )
            return f"<div{kind}>{escape(block.text)}{fields}</div>"
        case Submitted():
            return html(block.line)
        case Heading():
            return f"<div><strong>{escape(block.text)}</strong></div>"
        case Text() | Json() | Working():
            return f"<pre>{escape(block.text)}</pre>"
        case _:
            assert_never(block)


def plain(block: Block) -> str:
    """One block as text, for front ends without HTML."""
    match block:
        case Table():
            return _aligned([[head.upper() for head in block.columns], *block.rows], block.title)
        case Details():
            return _aligned([list(row) for row in block.rows], block.title)
        case Line():
            return "  ".join(
                [block.text, *(f"{name}={value}" for name, value in block.fields.items())]
            )
        case Submitted():
            return plain(block.line)
        case Text() | Json() | Heading() | Working():
            return block.text
        case _:
            assert_never(block)


def _aligned(rows: list[list[str]], title: str) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([title, *lines] if title else lines)


def _caption(title: str) -> str:
    return f"<caption>{escape(title)}</caption>" if title else ""


def _cell(value: str) -> str:
    text = escape(value)
    if value in _STATES:
        return f'<span class="state state-{_STATES[value]}">{text}</span>'
    return f'<span class="id">{text}</span>' if is_id(value) else text
