"""What a widget sends to the page: its own script and style, with those that all widgets share.

A widget's script is one module that can't import another file of ours, so the modules that it is
written in are joined: each after what it imports, and without the words that made them modules. An
extension of JupyterLab can import the same files as they are.
"""

from __future__ import annotations

import re
from pathlib import Path

_HERE = Path(__file__).parent

SECTION_STYLE = _HERE / "section.css"
"""The look of a list in parts, for widgets that have one."""

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[^"]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default\b)", re.MULTILINE)


def script(path: Path) -> str:
    """The JavaScript module of a widget: this file, which has its exports, and all it imports."""
    parts: dict[Path, str] = {}
    _gather(path.resolve(), parts, set())
    return "\n".join(parts.values())


def style(*paths: Path) -> str:
    """The style sheet of a widget, made of these files."""
    sheets = (_HERE / "surface.css", *paths)
    return "\n".join(path.read_text(encoding="utf-8") for path in sheets)


def _gather(path: Path, parts: dict[Path, str], seen: set[Path]) -> None:
    """Put a file behind what it imports; of two that import each other one comes first."""
    if path in seen:
        return
    seen.add(path)
    text = path.read_text(encoding="utf-8")
    for imported in _IMPORT.findall(text):
        _gather((path.parent / imported).resolve(), parts, seen)
    parts[path] = _EXPORT.sub("", _IMPORT.sub("", text))
