"""How values of the wire are written in tables (protocol part 03, section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from jupyter_colonies.core.times import NEVER

NONE = "None"
UNKNOWN = "n/a"
CELL_LIMIT = 40


def value(item: Any) -> str:
    """One value: texts as they are, everything else as JSON."""
    return item if isinstance(item, str) else msgspec.json.encode(item).decode()


def values(items: Iterable[Any] | None) -> str:
    """Values joined by blanks, `None` where there is none."""
    return " ".join(value(item) for item in items or ()) or NONE


def pairs(items: Mapping[str, Any] | None) -> str:
    """Keys and values as `key:value`, joined by blanks."""
    return " ".join(f"{key}:{value(item)}" for key, item in (items or {}).items()) or NONE


def cut(text: str, limit: int = CELL_LIMIT) -> str:
    """A text for one cell of a list: one line, long ones end in dots."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def moment(when: datetime | None) -> str:
    """A moment in local time, `n/a` for never."""
    if when is None or when.year <= 1:
        return UNKNOWN
    return when.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def is_past(when: datetime) -> bool:
    """Whether a moment is over."""
    return when <= datetime.now(UTC)


def duration(start: datetime, end: datetime) -> str:
    """Seconds from start to end; up to now if it has not ended, `n/a` if it has not begun."""
    if start == NEVER:
        return UNKNOWN
    until = datetime.now(UTC) if end == NEVER else end
    return f"{max((until - start).total_seconds(), 0):.3f} s"


def kibibytes(size: int) -> str:
    """A size in bytes as lists show it."""
    return f"{size // 1024} KiB"


def size(count: int) -> str:
    """A number of bytes in the unit that fits it."""
    amount, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{count} B" if unit == "B" else f"{amount:.1f} {unit}"


def yes_no(flag: object) -> str:
    """Truth as the original spells it."""
    return "true" if flag else "false"


def text(item: Any) -> str:
    """A text of the wire that may be missing."""
    return item if isinstance(item, str) and item else UNKNOWN
