"""What a widget sends to the page: its own script and style after those that all widgets share.

A widget's script can't import another file, so what is shared stands before it.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent

SECTION_SCRIPT, SECTION_STYLE = _HERE / "section.js", _HERE / "section.css"
"""A list in parts, for widgets that have one."""


def script(*paths: Path) -> str:
    """The JavaScript module of a widget, made of these files; the last one has its exports."""
    return _joined(_HERE / "elements.js", *paths)


def style(*paths: Path) -> str:
    """The style sheet of a widget, made of these files."""
    return _joined(_HERE / "surface.css", *paths)


def _joined(*paths: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)
