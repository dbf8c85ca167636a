"""The replay of a run: its graph as it was at any moment."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import traitlets

from jupyter_colonies.client.runs.chronicle import Chronicle
from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.core.history import History
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.palette import LOOKS, counts, progress_text, short
from jupyter_colonies.core.process import State
from jupyter_colonies.core.replay import states_at
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import ColoniesError, InvalidRequest
from jupyter_colonies.widgets.dag.view import DagView
from jupyter_colonies.widgets.following import Following, FollowsRun
from jupyter_colonies.widgets.pace import Pace
from jupyter_colonies.widgets.page import bundle, output
from jupyter_colonies.widgets.page.bound import PageBound

STRETCHES = 160
"""Into how many stretches of time the strip above the slider is divided."""

TOLD = 6
"""Changes of one moment that are told one by one."""

LIVE = -1
"""Where the slider stands when the graph is shown as it is now."""

_HERE = Path(__file__).parent
_MICROSECOND = timedelta(microseconds=1)


class Player(PageBound, anywidget.AnyWidget):
    """The slider and its buttons: `at` is where it stands, in microseconds since `origin`."""

    _esm = bundle.script(_HERE / "replay.js")
    _css = bundle.style(_HERE / "replay.css")

    at = traitlets.Int(LIVE).tag(sync=True)
    span = traitlets.Dict().tag(sync=True)
    told = traitlets.Dict().tag(sync=True)


class Replay(FollowsRun, PageBound, ipywidgets.VBox):  # type: ignore[misc]
    """A slider over the time of a run, above its graph: play, pause, step, or go to any moment.

    `view` is the graph, a new one unless given. While the slider is at its end the graph is live.
    `selected` is the id of the selected process, empty for none; it may be set and observed.
    """

    selected = traitlets.Unicode()

    def __init__(self, run: Run, *, view: DagView | None = None, **options: Any) -> None:
        self.run = run
        self.view = view if view is not None else DagView(run)
        self._chronicle = Chronicle(run)
        self._history = self._chronicle.history
        self._moments: list[datetime] = []
        self._player = Player()
        self._showing = Pace(self._show)
        super().__init__([self._player, self.view], **options)
        self.add_class("colonies-replay")
        traitlets.link((self.view, "selected"), (self, "selected"))
        self._player.observe(lambda _: self._showing.knock(), "at")
        self._player.on_msg(self._hear)
        self._following = Following(run, self._chronicle.learn, self._read)

    @property
    def moment(self) -> datetime | None:
        """The moment that is shown; None while the graph is shown as it is now. May be set."""
        at = self._player.at
        return None if at == LIVE else self._history.begin + at * _MICROSECOND

    @moment.setter
    def moment(self, moment: datetime | None) -> None:
        history = self._history
        if moment is not None and moment.tzinfo is None:
            raise InvalidRequest("The moment has no time zone: give it one, such as datetime.UTC")
        over = self._following.ended and moment is not None and moment >= history.end
        if moment is None or over or history.begin == NEVER:
            self._player.at = LIVE
        else:
            self._player.at = max((moment - history.begin) // _MICROSECOND, 0)

    @property
    def moments(self) -> list[datetime]:
        """Every moment at which something changed, as far as known."""
        return list(self._moments)

    def on_select(self, callback: Callable[[NodeChange | None], None]) -> None:
        """Call back with the process that was selected, or None when none is any more."""
        self.view.on_select(callback)

    def step(self, count: int = 1) -> None:
        """Go on to the next change, or so many; back if negative. Past the last one is now."""
        if not self._moments:
            return
        now = self.moment
        if now is None:
            # The end of a run that is over is its last change.
            place = len(self._moments) + count - self._following.ended
        elif count > 0:
            place = bisect_right(self._moments, now) + count - 1
        else:
            place = bisect_left(self._moments, now) + count
        place = max(place, 0)
        self.moment = self._moments[place] if place < len(self._moments) else None

    def on_end(self, callback: Callable[[], None]) -> None:
        """Call back, on any thread, when the last change has been painted and the view is open."""
        self.view.on_end(callback)

    def close(self) -> None:
        """Follow no more and remove the view, with its graph, from all pages."""
        self._following.close()
        self._showing.finish()
        self._player.close()
        self.view.close()
        super().close()

    @property
    def text(self) -> str:
        """The last state of the run in words, and a small table of the nodes."""
        return self.view.text

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The live view, and the graph at the end of the run where it can't live."""
        return output.bundle(super()._repr_mimebundle_(**options), self.view.still())

    def _read(self) -> None:
        """Take in what is new; the slider gets longer, and what it shows stays."""
        trouble = self._following.trouble
        try:
            self._history = self._chronicle.read()
        except ColoniesError as error:
            trouble = trouble or f"Not up to date: {error.message}"
            self._history = self._chronicle.history
        self._moments = self._history.moments()
        self._player.span = span(self._history, self._moments, trouble)
        self._showing.knock()

    def _show(self) -> None:
        moment, history = self.moment, self._history
        if moment is None:
            nodes: Sequence[NodeChange] = list(history.nodes.values())
            self.view.show_states(None)
        else:
            nodes = states_at(history, moment)
            self.view.show_states(nodes)
        last = bisect_right(self._moments, history.end if moment is None else moment) - 1
        changed = changes_at(history, nodes, self._moments[last]) if last >= 0 else []
        self._player.told = {
            "progress": progress_text(counts(nodes)),
            "changes": changed,
            "step": last + 1,
            "steps": len(self._moments),
        }

    def _hear(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """The page asks for a step."""
        if isinstance(content, dict) and content.get("step") in (1, -1):
            self.step(content["step"])


def span(history: History, moments: Sequence[datetime], trouble: str = "") -> dict[str, Any]:
    """How long the slider is, and where on it much happened and something failed."""
    whole = max(history.end - history.begin, _MICROSECOND)
    many = [0] * STRETCHES
    failed = set()
    for moment in moments:
        many[_stretch(moment, history, whole)] += 1
    for processid in history.nodes:
        steps = history.steps(processid)
        if steps and steps[-1].state == State.FAILED:
            failed.add(_stretch(steps[-1].at, history, whole))
    origin = history.begin - datetime(1970, 1, 1, tzinfo=history.begin.tzinfo)
    return {
        "origin": origin // _MICROSECOND if history.begin > NEVER else 0,
        "end": whole // _MICROSECOND,
        "going": any(not node.state.finished for node in history.nodes.values()),
        "many": many,
        "failed": sorted(failed),
        "trouble": trouble,
        "exact": history.exact,
    }


def changes_at(history: History, nodes: Sequence[NodeChange], moment: datetime) -> list[str]:
    """What happened at a moment, in words: `part_1 ▶ Running on alpha`."""
    if moment == history.begin:
        return ["The run was submitted"]
    found = []
    for node in nodes:
        name = short(node.nodename or node.funcname, 40)
        if history.submitted(node.processid) == moment:
            found.append(f"{name} was added")
        for step in history.steps(node.processid):
            if step.at == moment:
                look = LOOKS[step.state]
                back = step.state == State.WAITING
                words = "went back to the queue" if back else f"{look.glyph} {look.word}"
                on = f" on {step.executorname}" if step.state == State.RUNNING else ""
                found.append(f"{name} {words}{on if step.executorname else ''}")
    if len(found) > TOLD:
        found[TOLD:] = [f"and {len(found) - TOLD:,} more"]
    return found


def _stretch(moment: datetime, history: History, whole: timedelta) -> int:
    return min(int((moment - history.begin) / whole * STRETCHES), STRETCHES - 1)
