"""Processes, and what the inspector makes of them: the same in the kernel and in the labextension.

`python -m tests.unit.widgets.inspector.accounts` writes what Python makes of the processes below to
`accounts.json`; the tests of both sides hold themselves to that file.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from jupyter_colonies.core.console import Pen
from jupyter_colonies.core.messages.reruns import RERUN_WORKFLOW, RETRY_PROCESS
from jupyter_colonies.core.messages.workflows import ProcessEvent
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import canonical
from jupyter_colonies.widgets.inspector import account, actions
from jupyter_colonies.widgets.inspector.tree import MORE, at, tree

FILE = Path(__file__).with_suffix(".json")

SOURCE = "@colony.function()\ndef fit(scale):\n    half = scale / 2\n    return 1 / scale\n"
TRACEBACK = (
    'Traceback (most recent call last):\n  File "/tmp/ipykernel_7/1.py", line 18, in fit\n'
    "    return 1 / scale\n"
    '  File "/lib/j.py", line 3, in load\n    x\nZeroDivisionError: division by zero'
)
IPYTHON = "\x1b[31mZeroDivisionError\x1b[0m\nCell In[3], line 2\n----> 2 1 / 0\n"
OTHER = "Traceback:\n  File /opt/lib/thing.py:42, in <module>\nno more"
EVIL = "<img src=x onerror=alert(1)>"
NAMES = {"a": "load", "b": EVIL}
START, END = "2026-01-01T12:00:01Z", "2026-01-01T12:00:03.5Z"

SPEC = {"nodename": "fit_node", "funcname": "fit", "conditions": {"executortype": "maths"}}
LARGE_SPEC = {
    "nodename": "fit all",
    "funcname": "fit",
    "args": [1, 'two\n"2"', [True, False, None], {"a": {"b": [1.5, -2]}}],
    "kwargs": {"data": {"name": EVIL, "rows": [{"x": each, "y": "z" * 20} for each in range(9)]}},
    "priority": 5,
    "maxwaittime": 60,
    "maxexectime": 36000,
    "maxretries": -1,
    "label": "nightly",
    "env": {"A": "1", "B": "x y"},
    "channels": ["in", "out", "in"],
    "fs": {"mount": "/data"},
    "conditions": {
        "colonyname": "dev",
        "executortype": "maths",
        "executornames": ["one", "two"],
        "locationname": "here",
        "dependencies": ["load", "other", "load"],
        "nodes": 2,
        "cpu": "1500m",
        "mem": "2Gi",
        "storage": "10Gi",
        "processes": 3,
        "processespernode": 1,
        "walltime": 3600,
        "gpu": {"name": "A100", "mem": "40Gi", "count": 2, "nodecount": 1},
    },
}
ROWS = [{"name": EVIL, "value": each, "deep": None} for each in range(52)]
DEEP = {"list": [[[0]] * 45] * 45, "text": "t" * 4010, "form": "\u2028"}
VALUES = [
    {"columns": ["a", "b"], "data": [[1, "x" * 300], [None, True]]},
    [[1, 2], [3, 4.5]],
    {"$file": "/results/p/1.npy", "kind": "npy", "type": "numpy.ndarray", "size": 80},
    {"$value": "2026-01-01", "type": "date"},
    {"$value": [1, 2], "type": "set"},
    ROWS,
    DEEP,
    "word " * 810,
    [[1, 2], [3]],
    [],
]


def attributes(**texts: str) -> list[dict[str, str]]:
    return [{"key": key.replace("_", "."), "value": text} for key, text in texts.items()]


def process(**fields: Any) -> dict[str, Any]:
    submitted = {"processid": "p" * 64, "submissiontime": "2026-01-01T12:00:00Z", "spec": SPEC}
    return submitted | fields


FAILED = {"state": 3, "starttime": START, "endtime": END, "processgraphid": "g"}
CASES = [
    process(waitdeadline=END, initiatorname="ann"),
    process(
        state=1,
        starttime=START,
        execdeadline=END,
        assignedexecutorid="e",
        attributes=attributes(progress=f"0.25 {EVIL}", other="x" * 20_010),
        parents=["a", "c"],
        children=["b"],
        spec=LARGE_SPEC,
        retries=2,
    ),
    process(state=1, starttime=START, attributes=attributes(progress="much"), processgraphid="g"),
    process(state=1, starttime=START, attributes=attributes(progress="1.7")),
    process(
        **FAILED,
        errors=["ZeroDivisionError", TRACEBACK],
        attributes=[
            *attributes(source_text=SOURCE, source_notebook="/n.ipynb", source_cell="c1"),
            {"key": "HOME", "value": "/root", "attributetype": 3},
        ],
    ),
    process(**FAILED, errors=[IPYTHON], attributes=attributes(source_text="x = 1\n1 / 0\n")),
    process(**FAILED, errors=[OTHER]),
    process(**FAILED, errors=["a line of the source:\nhalf = scale / 2"],
            attributes=attributes(source_text=SOURCE)),
    process(**FAILED),
    process(state=3, endtime=END, processgraphid="g"),
    process(state=2, starttime=START, endtime=END, keptfrom="k", processgraphid="g", out=[1, 2]),
    process(state=4, endtime=END, out=VALUES, **{"in": [ROWS]}),
    process(
        state=2,
        starttime=START,
        spec={"funcname": "f", "args": [1] * 120, "kwargs": {"k": 0}, "maxretries": 3},
        **{"in": list(range(200)), "out": ["one"]},
    ),
]  # fmt: skip
EVENTS = [
    {"processid": "p", "state": 1, "executorname": "one", "at": START},
    {"processid": "p", "state": 0, "executorname": "one", "at": "2026-01-01T12:00:02Z"},
    {"processid": "p", "state": 1, "executorname": "two", "at": "2026-01-01T12:00:03Z"},
    {"processid": "p", "state": 3, "executorname": "two", "at": END},
]
LINES = [
    ["plain", "\x1b[1;31mred bold\x1b[0m and not", "\x1b[32mgreen goes on", "still", "\x1b[m"],
    ["10 %\r50 %\r\x1b[4m100 %\r\n", "a\rb\r", "\r"],
    ["\x1b[38;5;196mof 256\x1b[39m \x1b[48;2;1;2;3mmarked\x1b[49m", "\x1b[38:5:244mgrey"],
    ["\x1b]0;title\x07shown \x1b]8;;http://x\x1b\\link", "\x1b[2K\x1b[1Acleared", "\x00\x7f\x9b"],
    ["\x1b[38;2;250;250;10mof three", "\x1b[2;3;95mx\x1b[22;23my", "\x1b[38;5;20mz", "\x1b[3"],
    ["\x1b[31m" + "w" * 10_010],
]  # fmt: skip
PATHS: list[list[str | int]] = [[], ["list"], ["list", 1, 0], ["text"], ["form"]]


def accounts() -> dict[str, Any]:
    """All of it, as the file has it."""
    return {
        "processes": [_case(fields) for fields in CASES],
        "tries": {
            "events": EVENTS,
            "told": _plain(account.tries(msgspec.convert(EVENTS, list[ProcessEvent]))),
        },
        "lines": [{"lines": lines, "read": _read(lines)} for lines in LINES],
        "trees": {
            "value": DEEP,
            "parts": [
                {"path": path, "first": first, "node": _node(path, first)}
                for path in PATHS
                for first in (0, 1, 45)
            ],
        },
    }  # fmt: skip


def written() -> str:
    """The text of the file."""
    return json.dumps(accounts(), ensure_ascii=True, separators=(",", ":")) + "\n"


def _case(fields: dict[str, Any]) -> dict[str, Any]:
    known = msgspec.convert(fields, Process)
    known = msgspec.structs.replace(known, spec=canonical(known.spec))
    extensions = [RERUN_WORKFLOW.type, RETRY_PROCESS.type]
    head = account.head(known)
    head.pop("fill")
    told = {
        "head": head,
        "times": account.times(known),
        "facts": account.facts(known, ""),
        "spec": account.spec(known),
        "values": account.values(known),
        "errors": account.errors(known),
        "cell": account.cell(known),
        "attributes": account.attributes(known),
        "progress": account.progress(known),
        "relatives": account.relatives(known, NAMES),
        "offers": actions.offered(known, extensions),
    }
    return {"process": json.loads(msgspec.json.encode(known)), "told": _plain(told)}


def _node(path: list[str | int], first: int) -> Any:
    return tree(at(DEEP, path), first=first, longest=MORE)


def _plain(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value))


def _read(lines: list[str]) -> list[Any]:
    pen = Pen()
    told: list[Any] = _plain([[*read] if read[1] else [read[0]] for read in map(pen.read, lines)])
    return told


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
