"""How states look: a colour, a glyph and a word each, so that none of them has to carry it alone.

The fills can be told apart with the common colour vision deficiencies, carry white text with a
contrast of at least 4.5:1, and stand out from a white page as well as from a near-black one.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.process import State
from jupyter_colonies.core.times import NEVER

NAME_COLUMNS = 20
"""How much of a node's name fits into its box."""

INK = "#ffffff"
LINE = "#8a94a3"

SKETCH = "#4f5b93"
"""The fill of a node that does not run: that of a draft."""

KEPT = "kept"
"""What is said of a node that has the result of an earlier run."""

CACHED = "cached"
"""What is said of a node that found its result where results are kept."""


class Look(NamedTuple):
    """Glyph, word and fill colour of a state."""

    glyph: str
    word: str
    fill: str


LOOKS = {
    # U+FE0E asks for the glyph as text where a font would offer an emoji.
    State.WAITING: Look("○", State.WAITING.word, "#5b6675"),
    State.RUNNING: Look("▶\ufe0e", State.RUNNING.word, "#0a67b0"),
    State.SUCCESS: Look("✓", State.SUCCESS.word, "#00755a"),
    State.FAILED: Look("✗", State.FAILED.word, "#bd4200"),
    State.CANCELLED: Look("⊘", State.CANCELLED.word, "#8a4a86"),
}

BY_PROGRESS = (State.SUCCESS, State.FAILED, State.CANCELLED, State.RUNNING, State.WAITING)
"""The states from what is done to what is still to be done."""


def counts(nodes: Iterable[NodeChange]) -> dict[State, int]:
    """Number of nodes in each state, every state named."""
    found = Counter(node.state for node in nodes)
    return {state: found[state] for state in State}


def finished(numbers: dict[State, int]) -> int:
    """How many of the counted nodes have come to an end."""
    return sum(number for state, number in numbers.items() if state.finished)


def progress_text(numbers: dict[State, int]) -> str:
    """Progress in words: `3 of 7 finished`."""
    return f"{finished(numbers):,} of {sum(numbers.values()):,} finished"


def state_text(node: NodeChange) -> str:
    """The state in words: `Successful`, or `Successful, kept` if it is that of an earlier run."""
    word = LOOKS[node.state].word
    origin = KEPT if node.keptfrom else CACHED if node.cached else ""
    return f"{word}, {origin}" if origin else word


def counts_text(numbers: Mapping[State, int]) -> str:
    """The states that occur, in words: `812 successful, 40 running`."""
    found = [
        f"{numbers[state]:,} {LOOKS[state].word.lower()}" for state in BY_PROGRESS if numbers[state]
    ]
    return ", ".join(found)


def glyphs_text(numbers: Mapping[State, int]) -> str:
    """The states that occur, by their glyphs: `✓ 812  ▶ 40`."""
    found = [f"{LOOKS[state].glyph} {numbers[state]:,}" for state in BY_PROGRESS if numbers[state]]
    return "  ".join(found)


def share_of(node: NodeChange) -> float | None:
    """How far a running process is, from 0 to 1, if its executor says so."""
    if node.state != State.RUNNING or not node.progress:
        return None
    try:
        share = float(node.progress.partition(" ")[0])
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None


def said_of(node: NodeChange) -> str:
    """What the executor of a running process says it does, if anything."""
    return node.progress.partition(" ")[2] if node.progress and share_of(node) is not None else ""


def status_text(node: NodeChange) -> str:
    """The second line of a drawn node: glyph, word, and how long it ran or which retry it is.

    Of a running one how far it is, and of one that was kept from an earlier run, that it was.
    """
    look = LOOKS[node.state]
    text = f"{look.glyph} {look.word}"
    if node.keptfrom:
        return f"{text} · {KEPT}"
    if node.cached:
        return f"{text} · {CACHED}"
    if node.state.finished and node.starttime > NEVER and node.endtime >= node.starttime:
        return f"{text} · {duration_text(node.endtime - node.starttime)}"
    share = share_of(node)
    if share is not None:
        text += f" · {100 * share:.0f} %"
    if node.retries:
        return f"{text} · retry {node.retries}"
    return text


def duration_text(duration: timedelta) -> str:
    """A duration as people say it: `0.42 s`, `12 s`, `3 min 5 s`, `2 h 4 min`."""
    seconds = duration.total_seconds()
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} d {hours % 24} h"


def short(text: str, columns: int) -> str:
    """The text on one line of at most so many columns, with an ellipsis if it had to be cut.

    A wide (East Asian) character takes two columns; control characters become visible blanks.
    """
    line = "".join("\ufffd" if _unprintable(char) else char for char in text.strip())
    if sum(map(_columns, line)) <= columns:
        return line
    kept, room = "", columns - 1
    for char in line:
        room -= _columns(char)
        if room < 0:
            break
        kept += char
    return kept.rstrip() + "…"


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _unprintable(char: str) -> bool:
    # Control and format characters (which reverse text), surrogates, unassigned code points.
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
