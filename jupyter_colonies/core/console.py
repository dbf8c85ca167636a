"""Text as programs write it to a terminal: the words, and how they are to look.

Of the escape sequences only those that change the looks of text mean something here; all others
are left out. Colours of the larger palettes become the nearest of the sixteen that have a name, so
that they can be shown with enough contrast on a light page and on a dark one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
COLOURS = (*NAMES, *(f"bright-{name}" for name in NAMES))
SHAPES = {1: "bold", 2: "faint", 3: "italic", 4: "underline"}
MARKED = "marked"
"""Text on a background of its own."""

LONGEST_LINE = 10_000
"""Characters of a line that are kept."""

_RGB = (
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205),
    (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255),
    (255, 0, 255), (0, 255, 255), (255, 255, 255),
)  # fmt: skip

# CSI sequences; strings that name windows and links, to their end; other escapes; controls.
_ESCAPE = re.compile(
    r"\x1b\[([0-?]*)[ -/]*([@-~])"
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)

Span = tuple[int, int, str]
"""Where styled text begins and ends in its line, and its styles as words with blanks between."""


def plain(text: str) -> str:
    """The text without escape sequences and control characters."""
    return "".join(_ESCAPE.sub("", part) for part in text.splitlines(keepends=True))


class Pen:
    """Reads lines one after the other: what a line sets holds until something resets it."""

    def __init__(self) -> None:
        self._shapes: set[str] = set()
        self._colour = ""
        self._marked = False

    def read(self, line: str) -> tuple[str, list[Span]]:
        """The visible text of a line and its styles.

        Of what a carriage return overwrites the last state is shown.
        """
        text, spans, begin = "", [], 0
        for part, sequence in _parts(_overwritten(line)):
            styles = self._styles()
            text += part
            if styles and len(text) > begin:
                spans.append((begin, len(text), styles))
            begin = len(text)
            self._obey(sequence)
        if len(text) > LONGEST_LINE:
            text = f"{text[: LONGEST_LINE - 1]}…"
            spans = [
                (a, min(b, LONGEST_LINE), styles) for a, b, styles in spans if a < LONGEST_LINE
            ]
        return text, spans

    def _styles(self) -> str:
        marked = [MARKED] if self._marked else []
        return " ".join([*sorted(self._shapes), *filter(None, [self._colour]), *marked])

    def _obey(self, sequence: str | None) -> None:
        if sequence is None:
            return
        numbers = iter([int(each) if each.isdigit() else 0 for each in re.split("[;:]", sequence)])
        for number in numbers:
            if number == 0:
                self._shapes, self._colour, self._marked = set(), "", False
            elif number in SHAPES:
                self._shapes.add(SHAPES[number])
            elif number == 22:
                self._shapes -= {"bold", "faint"}
            elif number in (23, 24):
                self._shapes.discard(SHAPES[number - 20])
            else:
                self._paint(number, numbers)

    def _paint(self, number: int, rest: Iterator[int]) -> None:
        if 30 <= number <= 37:
            self._colour = COLOURS[number - 30]
        elif 90 <= number <= 97:
            self._colour = COLOURS[number - 82]
        elif number in (38, 48):
            colour = _extended(rest)
            if number == 38:
                self._colour = colour
            else:
                self._marked = True
        elif number == 39:
            self._colour = ""
        elif 40 <= number <= 47 or 100 <= number <= 107:
            self._marked = True
        elif number == 49:
            self._marked = False


def _overwritten(line: str) -> str:
    parts = [part for part in line.rstrip("\r\n").split("\r") if part]
    if len(parts) < 2:
        return parts[0] if parts else ""
    # Styles that were set in what is overwritten still hold.
    set_before = "".join(m[0] for part in parts[:-1] for m in _ESCAPE.finditer(part) if m[2] == "m")
    return set_before + parts[-1]


def _parts(line: str) -> Iterator[tuple[str, str | None]]:
    """Pieces of text, each with the parameters of the style sequence after it, if there is one."""
    at = 0
    for match in _ESCAPE.finditer(line):
        yield line[at : match.start()], match[1] if match[2] == "m" else None
        at = match.end()
    yield line[at:], None


def _extended(numbers: Iterator[int]) -> str:
    kind = next(numbers, 0)
    if kind == 5:
        return _of_256(next(numbers, 0))
    if kind == 2:
        return _nearest(next(numbers, 0), next(numbers, 0), next(numbers, 0))
    return ""


def _of_256(number: int) -> str:
    if number < 16:
        return COLOURS[number]
    if number < 232:
        number -= 16
        steps = (number // 36, number // 6 % 6, number % 6)
        red, green, blue = (0 if step == 0 else 55 + 40 * step for step in steps)
        return _nearest(red, green, blue)
    grey = 8 + 10 * (min(number, 255) - 232)
    return _nearest(grey, grey, grey)


@lru_cache(maxsize=256)
def _nearest(red: int, green: int, blue: int) -> str:
    def distance(number: int) -> int:
        r, g, b = _RGB[number]
        return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2

    return COLOURS[min(range(16), key=distance)]
