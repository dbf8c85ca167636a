from __future__ import annotations

from typing import Any

from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.executor import steps
from jupyter_colonies.executor.failure import LONGEST
from jupyter_colonies.executor.running import RunningProcess
from jupyter_colonies.notebook.cellcode import CellRunnable

NOBODY: Any = None


def errors(code):
    runnable = CellRunnable(code, {}, title="executor e", first_line="%%colonies executor e")
    running = RunningProcess(Process(spec=FunctionSpec()), NOBODY, NOBODY, NOBODY)
    return steps.call(runnable, running).errors


def frames(text):
    return [line for line in text.splitlines() if line.startswith("  File")]


def test_the_traceback_shows_the_lines_of_the_cell_and_nothing_of_ours():
    first, trace = errors("def f():\n    raise ValueError('no')\nx = 1\nf()")
    assert first == "ValueError: no"
    assert [frame.partition(", ")[2].partition(", ")[2] for frame in frames(trace)] == [
        "line 5, in <module>",
        "line 3, in f",
    ]
    assert "executor e, version" in trace
    assert "    raise ValueError('no')" in trace
    assert "cellcode.py" not in trace


def test_await_leaves_no_frames_of_the_loop():
    _, trace = errors("import asyncio\nawait asyncio.sleep(0)\n1 / 0")
    assert len(frames(trace)) == 1
    assert "1 / 0" in trace


def test_what_lies_below_our_own_calls_is_left_out():
    first, trace = errors("process.attributes['k'] = 1")
    assert first.startswith("TypeError: attributes are texts")
    assert len(frames(trace)) == 1


def test_causes_are_told():
    _, trace = errors("try:\n    1 / 0\nexcept Exception as e:\n    raise KeyError('k') from e")
    assert "ZeroDivisionError" in trace
    assert "direct cause" in trace


def test_exits_are_errors_like_any_other():
    assert errors("raise SystemExit(3)")[0] == "SystemExit: 3"
    assert errors("raise KeyboardInterrupt")[0] == "KeyboardInterrupt"


def test_an_endless_message_is_cut():
    first, trace = errors("raise ValueError('x' * 1_000_000)")
    assert len(trace) < 2 * LONGEST
    assert "characters left out" in trace
    assert len(first) < 2 * LONGEST
