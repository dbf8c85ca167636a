"""What every benchmark shares: its options, medians and printed lines."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from typing import NamedTuple

WIDTH = 15


class Options(NamedTuple):
    """How long one measurement lasts, how often it is repeated, and whether it is only a try."""

    seconds: float
    repeats: int
    smoke: bool


class Table:
    """Columns of numbers, printed line by line as they are found."""

    def __init__(self, *columns: str) -> None:
        self._widths = [max(WIDTH, len(column) + 2) for column in columns]
        self._line(columns)

    def row(self, *values: object) -> None:
        """One line; the first value is its name."""
        self._line([format_of(value) for value in values])

    def _line(self, texts: Sequence[str]) -> None:
        cells = [text.rjust(width) for text, width in zip(texts, self._widths, strict=False)]
        print("".join(cells), flush=True)


def format_of(value: object) -> str:
    """A number with as many digits as mean something."""
    if not isinstance(value, float):
        return str(value)
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def parser(description: str | None, *, seconds: float) -> argparse.ArgumentParser:
    """The options all benchmarks have."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--seconds", type=float, default=seconds, help="of one measurement")
    made.add_argument("--long", action="store_true", help="medians of five")
    made.add_argument("--smoke", action="store_true", help="as little as shows that it works")
    return made


def options(parsed: argparse.Namespace) -> Options:
    """What was asked for."""
    if parsed.smoke:
        return Options(0.1, 1, smoke=True)
    return Options(parsed.seconds, 5 if parsed.long else 1, smoke=False)


def ratio(value: float, other: float) -> float:
    """How many times another; not a number where that one is too small to be seen."""
    return value / other if other else float("nan")


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return float(statistics.median(values))


def percentile(values: Sequence[float], part: int) -> float:
    """The value that so many hundredths do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * part // 100)]
