"""A timeline as a static SVG, a table and a text: what outlives the page that showed it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from jupyter_colonies.core.criticalpath import critical_path, spans_of
from jupyter_colonies.core.gantt import Row, rows
from jupyter_colonies.core.graph import state_of
from jupyter_colonies.core.history import History
from jupyter_colonies.core.palette import LINE, LOOKS, counts, duration_text, short
from jupyter_colonies.core.process import State
from jupyter_colonies.core.svg import STYLE, attribute, escaped, label_at, text_at
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.core.tries import Try, tries

COLUMNS = (
    "Process", "Executor", "Try", "State", "Could begin (UTC)", "Began", "Ended", "Waited", "Ran",
    "Critical path",
)  # fmt: skip
MOST_ROWS = 500
"""Rows of the table; those that did not succeed come first if there are more."""

GIVEN_BACK = "Given back"
"""The word for a try after which the process went back to the queue."""

BACK = "↩"

_MARGIN = 20
_GUTTER = 190
_WIDTH = 760
_HEAD = 86
_LANE = 16
_GAP = 8
_MOST_LANES = 100
_LEAST_BAR = 0.8
_TEXTS_FROM = 44
_LETTER = 6.2
_TENS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_ROUND = [
    *(step * 1e-6 for step in _TENS),
    *(step * 1e-3 for step in _TENS),
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400),
]


def state(history: History) -> State:
    """The state of the run."""
    return state_of(counts(history.nodes.values()))


def word(each: Try) -> str:
    """What became of a try, in a word."""
    return GIVEN_BACK if each.begun and each.state == State.WAITING else LOOKS[each.state].word


def svg(history: History, title: str, now: datetime) -> str:
    """Rows of executors with their bars, the critical path outlined, the time below them."""
    now = _until(history, now)
    found = tries(history)
    made = rows(found, now)
    path = set(critical_path(spans_of(history, found, now)))
    shown = _shown(made)
    whole = max(now - history.begin, timedelta(microseconds=1))
    body, top = [], float(_HEAD)
    for row in shown:
        body.append(text_at(_MARGIN, top + 12, "strong", 12, short(row.executorname, 22), 600))
        if row.lanes > 1:
            body.append(text_at(_MARGIN, top + 26, "plain", 10, _share(row, whole)))
        body += _bars(row, history, path, top, whole, now)
        top += row.lanes * _LANE + _GAP
    if len(shown) < len(made):
        more = f"… and {len(made) - len(shown):,} more executors"
        body.append(text_at(_MARGIN, top + 12, "plain", 12, more))
        top += 24
    body += _axis(history.begin, whole, top)
    body += _legend(found, top + 44)
    return _sheet(history, title, now, "\n".join(body), top + 66)


def table(history: History, now: datetime) -> list[list[str]]:
    """One row for each try, with exact times in UTC; see COLUMNS."""
    now = _until(history, now)
    found = [each for each in tries(history) if each.begun]
    path = set(critical_path(spans_of(history, found, now)))
    if len(found) > MOST_ROWS:
        found = sorted(found, key=lambda each: each.state == State.SUCCESS)[:MOST_ROWS]
    return [
        [
            each.node.nodename or each.node.funcname,
            each.executorname,
            str(each.number),
            word(each),
            _exact(each.ready),
            _exact(each.start),
            _exact(each.end),
            duration_text(each.start - each.ready),
            duration_text(each.until(now) - each.start),
            "yes" if each.node.processid in path else "no",
        ]
        for each in found
    ]


def text(history: History, title: str, now: datetime) -> str:
    """The executors and the critical path in words, for places without pictures."""
    now = _until(history, now)
    found = tries(history)
    made = rows(found, now)
    whole = now - history.begin
    names = {id(row): short(row.executorname, 30) for row in made}
    width = max(map(len, names.values()), default=0)
    lines = [f"Timeline of {title}: {_summary(history, found, made, now)}"]
    lines += [f"  {names[id(row)]:{width}}  {row.text(whole)}" for row in made[:40]]
    if len(made) > 40:
        lines.append(f"  … and {len(made) - 40:,} more executors")
    if path := critical_path(spans_of(history, found, now)):
        named = [history.nodes[each].nodename or history.nodes[each].funcname for each in path]
        if len(named) > 8:
            named[4:-4] = ["…"]
        lines.append(f"  Critical path: {' → '.join(short(name, 24) for name in named)}")
    return "\n".join(lines)


def _until(history: History, now: datetime) -> datetime:
    """The end of the picture: now while the run goes on."""
    going = any(not node.state.finished for node in history.nodes.values())
    return max(now, history.end) if going else history.end


def _summary(history: History, found: Sequence[Try], made: Sequence[Row], now: datetime) -> str:
    begun = sum(each.begun for each in found)
    return (
        f"{LOOKS[state(history)].word}, {begun:,} {'run' if begun == 1 else 'runs'} on "
        f"{len(made):,} {'executor' if len(made) == 1 else 'executors'} in "
        f"{duration_text(now - history.begin)}"
    )


def _shown(made: Sequence[Row]) -> list[Row]:
    shown: list[Row] = []
    lanes = 0
    for row in made:
        lanes += row.lanes
        if lanes > _MOST_LANES and shown:
            break
        shown.append(row)
    return shown


def _share(row: Row, whole: timedelta) -> str:
    return f"busy {row.busy / whole:.0%}"


def _bars(
    row: Row, history: History, path: set[str], top: float, whole: timedelta, now: datetime
) -> Iterator[str]:
    """The bars of a row; what would be narrower than a pixel is drawn with its neighbours."""
    drawn: dict[int, tuple[float, State]] = {}
    for lane, each in row.bars:
        left = _GUTTER + (each.start - history.begin) / whole * _WIDTH
        width = (each.until(now) - each.start) / whole * _WIDTH
        reach, before = drawn.get(lane, (-1.0, State.WAITING))
        critical = each.node.processid in path
        if left + width < reach + _LEAST_BAR and before == each.state and not critical:
            continue
        width = max(width, _LEAST_BAR)
        drawn[lane] = left + width, each.state
        y = top + lane * _LANE
        name = each.node.nodename or each.node.funcname
        about = f"{name}: {word(each)}, {duration_text(each.until(now) - each.start)}"
        outline = ' class="critical" stroke="#1b1f24" stroke-width="2"' if critical else ""
        hollow = each.state == State.WAITING
        look = LOOKS[each.state]
        paint = f'fill="none" stroke="{look.fill}"' if hollow else f'fill="{look.fill}"{outline}'
        yield (
            f"<g><title>{escaped(about)}</title>"
            f'<rect x="{left:.2f}" y="{y + 1:g}" width="{width:.2f}" height="{_LANE - 2}" '
            f'rx="{min(3, width / 2):.1f}" {paint}/>'
        )
        if width >= _TEXTS_FROM and not hollow:
            shown = short(f"{look.glyph} {name}", int(width / _LETTER))
            yield label_at(round(left + width / 2, 1), y + 12, 10, shown)
        yield "</g>"


def _axis(begin: datetime, whole: timedelta, top: float) -> Iterator[str]:
    seconds = whole.total_seconds()
    step = next((each for each in _ROUND if seconds / each <= 8), seconds / 8)
    yield (f'<path d="M{_GUTTER} {top:g}H{_GUTTER + _WIDTH}" stroke="{LINE}" fill="none"/>')
    for number in range(int(seconds / step) + 1):
        x = _GUTTER + number * step / seconds * _WIDTH
        yield f'<path d="M{x:.1f} {_HEAD - 6}V{top + 4:g}" stroke="{LINE}" opacity="0.35"/>'
        reading = duration_text(timedelta(seconds=number * step))
        yield text_at(round(x, 1), top + 16, "plain", 10, reading)
    first = begin.strftime("%Y-%m-%d %H:%M:%S UTC") if begin > NEVER else ""
    yield text_at(_MARGIN, top + 16, "plain", 10, f"since {first}" if first else "")


def _legend(found: Sequence[Try], top: float) -> Iterator[str]:
    number = {each: sum(t.begun and t.state == each for t in found) for each in LOOKS}
    left = float(_MARGIN)
    for each, look in LOOKS.items():
        glyph, name = (BACK, GIVEN_BACK) if each == State.WAITING else (look.glyph, look.word)
        yield (
            f'<rect x="{left:g}" y="{top - 11:g}" width="16" height="16" rx="4" '
            f'fill="{look.fill}"/>'
        )
        yield label_at(left + 8, top + 1, 10, glyph)
        yield text_at(left + 22, top + 1, "plain", 11, f"{name} {number[each]}")
        left += 122
    yield (
        f'<rect x="{left + 1:g}" y="{top - 10:g}" width="14" height="14" rx="3" fill="none" '
        'class="critical" stroke="#1b1f24" stroke-width="2"/>'
    )
    yield text_at(left + 22, top + 1, "plain", 11, "Critical path")


def _sheet(history: History, title: str, now: datetime, inner: str, height: float) -> str:
    found = tries(history)
    summary = _summary(history, found, rows(found, now), now)
    look = LOOKS[state(history)]
    width = _GUTTER + _WIDTH + 2 * _MARGIN
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" '
        f'height="{height:g}" viewBox="0 0 {width} {height:g}" '
        f"aria-label={attribute(f'Timeline of {title}: {summary}')}>"
    )
    return "\n".join(
        [
            opening,
            f"<title>{escaped(f'Timeline of {title}: {summary}')}</title>",
            STYLE,
            "<style>.critical{stroke:var(--jp-ui-font-color0,#1b1f24)}</style>",
            f'<rect class="page" width="{width}" height="{height:g}" fill="#ffffff"/>',
            text_at(_MARGIN, 28, "strong", 15, short(f"Timeline of {title}", 90), 600),
            text_at(_MARGIN, 50, "plain", 12, f"{look.glyph} {summary}"),
            inner,
            "</svg>",
        ]
    )


def _exact(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if moment > NEVER else ""
