"""One process as the page gets it: facts, times, values, errors, and what can be done with it.

Everything is plain data, and every text is shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jupyter_colonies.core import failing
from jupyter_colonies.core.console import Pen
from jupyter_colonies.core.failing import Place
from jupyter_colonies.core.messages.workflows import ProcessEvent
from jupyter_colonies.core.palette import KEPT, LOOKS
from jupyter_colonies.core.process import AttributeType, Process, State
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.widgets.inspector import speccode
from jupyter_colonies.widgets.inspector.values import shown

AROUND = 5
"""Lines of the source that are shown above and below the one that failed."""

LONGEST_TEXT = 20_000
"""Characters of an attribute or spec that go to the page."""

MOST_VALUES = 100
"""Arguments that are shown one by one."""

FEW = 12
"""Inputs or outputs that may be shown one by one."""

SOURCE, NOTEBOOK, CELL = "source.text", "source.notebook", "source.cell"
PROGRESS = "progress"
OWN_ATTRIBUTES = (SOURCE, "source.sha256", NOTEBOOK, CELL)
"""Attributes that are told in another place."""

# A temporary file of IPython's kernel, or a cell as executors name it.
_CELL_FILE = re.compile(r"ipykernel_\d+[/\\]|^<|^Cell In")

# How a spec that asks for nothing is stored.
_NOTHING = ("0", "0m", "0Mi")

Section = dict[str, Any]
Row = list[str]


def head(process: Process) -> Section:
    """Name, state, and what there is to know of it at a glance."""
    look = LOOKS[process.state]
    return {
        "name": process.spec.nodename or process.spec.funcname,
        "glyph": look.glyph,
        "word": look.word,
        "fill": look.fill,
        "kept": KEPT if process.keptfrom else "",
        "finished": process.state.finished,
        "processid": process.processid,
        "processgraphid": process.processgraphid,
    }


def times(process: Process) -> Section:
    """Moments as texts with a zone, empty for what has not happened; and whether time goes on."""
    moments = {
        "submitted": process.submissiontime,
        "started": process.starttime,
        "ended": process.endtime,
        "waits_until": process.waitdeadline if process.state is State.WAITING else NEVER,
        "runs_until": process.execdeadline if process.state is State.RUNNING else NEVER,
    }
    return {name: _moment(when) for name, when in moments.items()}


def facts(process: Process, executorname: str) -> list[Row]:
    """What, where and by whom, as pairs of label and text."""
    spec = process.spec
    told = [
        ("Function", spec.funcname),
        ("Executor type", spec.conditions.executortype),
        ("Executor", executorname or process.assignedexecutorid or "none yet"),
        ("Submitted by", process.initiatorname or process.initiatorid),
        ("Retries", _retries(process)),
        ("Label", spec.label),
        ("Process", process.processid),
        ("Workflow", process.processgraphid),
        ("Kept from", process.keptfrom or ""),
    ]
    return [[label, text] for label, text in told if text]


def spec(process: Process) -> Section:
    """The function spec: in words, as JSON and as Python."""
    own = process.spec
    return {
        "facts": limits(own),
        "json": _cut(speccode.as_json(own)),
        "python": _cut(speccode.as_python(own)),
    }


def values(process: Process) -> dict[str, list[Section]]:
    """Outputs, arguments and inputs, each as it is shown; see `values.shown`."""
    return {
        part: [shown(name, value) for name, value in found]
        for part, found in _named(process).items()
    }


def value_at(process: Process, part: str, index: int) -> Any:
    """The value that is shown at a place of `values`. Raises LookupError if there is none."""
    return _named(process)[part][index][1]


def references(process: Process) -> list[dict[str, Any]]:
    """Values of the process that are kept as files and of which something can be shown."""
    own = process.spec
    every = [
        *(process.output or ()),
        *(own.args or ()),
        *(own.kwargs or {}).values(),
        *(process.input or ()),
    ]
    return [each for each in every if isinstance(each, dict) and "$file" in each and "rich" in each]


def errors(process: Process) -> Section:
    """The errors as styled lines, the place where it failed, and the source around it."""
    texts = process.errors or []
    told = [_styled(text) for text in texts or without_error(process)]
    if not told:
        return {}
    found = attributes_of(process)
    source, traceback = found.get(SOURCE, "").splitlines(), "\n".join(texts)
    line = failing.line_told(traceback, source)
    places = failing.places(traceback)
    within = next((each for each in reversed(places) if _CELL_FILE.search(each.file)), None)
    # A cell has more lines than the function in it, which is what is known of its source.
    above = max(within.line - line, 0) if within and line else 0
    return {
        "texts": told,
        "place": _place(places, within, line),
        "excerpt": _excerpt(source, line, above),
        "debug": f"%colonies debug {process.processid}" if texts else "",
    }


def without_error(process: Process) -> list[str]:
    """Why a process failed that has no error of its own; empty for any other."""
    if process.state is not State.FAILED or process.errors:
        return []
    if process.starttime <= NEVER:
        return ["It never ran: a process it waited for failed."]
    return ["It was ended while it ran: another process of its workflow failed."]


def cell(process: Process) -> Section:
    """The notebook and the cell that hold the code that ran; empty if that is not known."""
    found = attributes_of(process)
    if not (found.get(CELL) or found.get(NOTEBOOK)):
        return {}
    return {"notebook": found.get(NOTEBOOK, ""), "cell": found.get(CELL, "")}


def attributes(process: Process) -> list[Row]:
    """Keys and texts, without those that are told in another place."""
    elsewhere = (*OWN_ATTRIBUTES, *([PROGRESS] if progress(process) else []))
    return [
        [each.key, _cut(each.value)]
        for each in process.attributes or ()
        if each.key not in elsewhere and each.attributetype != AttributeType.ENV
    ]


def progress(process: Process) -> Section:
    """How far a run is: a `share` from 0 to 1 and a `text`; empty if it tells nothing."""
    told = attributes_of(process).get(PROGRESS, "")
    share, _, text = told.partition(" ")
    try:
        number = float(share)
    except ValueError:
        return {}
    return {"share": min(max(number, 0.0), 1.0), "text": text}


def relatives(process: Process, names: Mapping[str, str]) -> dict[str, Any]:
    """Parents and children with their names, as far as these are known, and how many more."""

    def listed(ids: Sequence[str]) -> list[Section]:
        return [{"processid": each, "name": names[each]} for each in ids if each in names]

    return {
        "parents": listed(process.parents),
        "children": listed(process.children),
        "more_parents": sum(each not in names for each in process.parents),
        "more_children": sum(each not in names for each in process.children),
    }


def tries(events: Sequence[ProcessEvent]) -> list[Section]:
    """The runs of a process that was tried more than once: by whom, from when to when, how ended.

    `events` are those of the process, in order.
    """
    found: list[Section] = []
    for event in events:
        if event.state is State.RUNNING:
            started = {"executor": event.executorname, "started": _moment(event.at)}
            found.append({**started, "ended": "", "how": State.RUNNING.word})
        elif found and not found[-1]["ended"]:
            again = event.state is State.WAITING
            how = "Given back, to be tried again" if again else event.state.word
            found[-1] |= {"ended": _moment(event.at), "how": how}
    return found if len(found) > 1 else []


def attributes_of(process: Process) -> dict[str, str]:
    """The attributes by key."""
    return {each.key: each.value for each in process.attributes or ()}


def limits(own: FunctionSpec) -> list[Row]:
    """What a spec asks for and allows, in words."""
    conditions = own.conditions
    gpu = conditions.gpu
    told: list[tuple[str, Any]] = [
        ("Longest wait", _seconds(own.maxwaittime)),
        ("Longest run", _seconds(own.maxexectime)),
        ("Retries allowed", _allowed(own.maxretries)),
        ("Priority", own.priority),
        ("Only executors", ", ".join(own.executornames)),
        ("Location", own.locationname),
        ("Waits for", ", ".join(own.dependencies)),
        ("Nodes", conditions.nodes),
        ("CPU", conditions.cpu),
        ("Memory", conditions.mem),
        ("Storage", conditions.storage),
        ("Processes", conditions.processes),
        ("Processes per node", conditions.processespernode),
        ("GPU", f"{gpu.count} × {gpu.name} {gpu.mem}".strip() if gpu and gpu.count else ""),
        ("Wall time", _seconds(conditions.walltime)),
        ("Channels", ", ".join(own.channelnames)),
        ("Mounts", own.fs.mount if own.fs else ""),
        ("Environment", "\n".join(f"{key}={text}" for key, text in (own.env or {}).items())),
    ]
    return [[label, _cut(str(text))] for label, text in told if text and text not in _NOTHING]


def _named(process: Process) -> dict[str, list[tuple[str, Any]]]:
    own = process.spec
    args = [(f"Argument {number}", value) for number, value in enumerate(own.args or (), 1)]
    return {
        "output": _grouped("Output", process.output or []),
        "arguments": [*args[:MOST_VALUES], *(own.kwargs or {}).items()],
        "input": _grouped("Input", process.input or []),
    }


def _grouped(name: str, found: list[Any]) -> list[tuple[str, Any]]:
    """A few values one by one if that says more of one of them, else as the list they are."""
    if len(found) == 1:
        return [(name, found[0])]
    if len(found) <= FEW and any(shown("", each).keys() - {"name", "tree"} for each in found):
        return [(f"{name} {number}", each) for number, each in enumerate(found, 1)]
    return [(name, found)] if found else []


def _styled(text: str) -> list[list[Any]]:
    pen = Pen()
    lines = (pen.read(line) for line in text.split("\n"))
    return [[shown, spans] if spans else [shown] for shown, spans in lines]


def _place(places: Sequence[Place], within: Place | None, line: int) -> str:
    """Where it failed, in words: in the code that was submitted, and below it if that called on."""
    if not places:
        return f"Line {line} of the source below" if line else ""
    told = []
    if within is not None:
        told.append(f"In a cell, line {within.line}{_function(within)}")
    if places[-1] != within:
        below = places[-1]
        told.append(f"{below.file}, line {below.line}{_function(below)}")
    return " → ".join(told)


def _function(place: Place) -> str:
    return f", in {place.function}" if place.function not in ("", "<module>") else ""


def _excerpt(source: Sequence[str], line: int, above: int) -> list[list[Any]]:
    """Lines around the one that failed: number, text, and whether it is that one."""
    if not line:
        return []
    first = max(line - AROUND, 1)
    lines = enumerate(source[first - 1 : line + AROUND], first)
    return [[number + above, text, number == line] for number, text in lines]


def _moment(when: datetime) -> str:
    return when.isoformat() if when > NEVER else ""


def _seconds(limit: int) -> str:
    return f"{limit:,} s" if limit > 0 else ""


def _allowed(retries: int) -> str:
    return "any number" if retries < 0 else str(retries or "")


def _retries(process: Process) -> str:
    allowed = _allowed(process.spec.maxretries)
    tries = f"{process.retries} of {allowed} allowed" if allowed else str(process.retries or "none")
    return tries.replace("any number allowed", "any number")


def _cut(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}\n… {len(text) - LONGEST_TEXT:,} more characters"
