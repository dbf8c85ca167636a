"""The steps of a run: prepared in order, followed in the opposite order, whatever happens."""

from __future__ import annotations

import dataclasses
import os
from typing import Any

from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.executor import steps
from jupyter_colonies.executor.outcome import Outcome, RunFailed
from jupyter_colonies.executor.running import RunningProcess

NOBODY: Any = None


class Told(steps.Step):
    def __init__(self, name, said, *, fails=""):
        self.name, self.said, self.fails = name, said, fails

    def before(self, process):
        self.said.append(f"{self.name} before")
        if self.fails == "before":
            raise RunFailed(f"{self.name} could not prepare")

    def after(self, process, outcome):
        self.said.append(f"{self.name} after")
        if self.fails == "after":
            raise RunFailed(f"{self.name} could not follow")
        return dataclasses.replace(outcome, output=[*outcome.output, self.name])


def taken(runnable, *around):
    running = RunningProcess(Process(spec=FunctionSpec()), NOBODY, NOBODY, NOBODY)
    return steps.take(runnable, running, NOBODY, around)


def test_steps_surround_the_call():
    said: list[str] = []
    outcome = taken(lambda process: said.append("call"), Told("one", said), Told("two", said))
    assert said == ["one before", "two before", "call", "two after", "one after"]
    assert outcome == Outcome(output=["two", "one"])


def test_what_was_prepared_is_followed_when_a_step_fails():
    said: list[str] = []
    around = Told("one", said), Told("two", said, fails="before"), Told("three", said)
    outcome = taken(lambda process: said.append("call"), *around)
    assert said == ["one before", "two before", "one after"]
    assert outcome.errors == ["two could not prepare"]


def test_a_step_that_fails_afterwards_fails_the_run():
    said: list[str] = []
    outcome = taken(lambda process: 1, Told("one", said), Told("two", said, fails="after"))
    assert said[-2:] == ["two after", "one after"]
    assert outcome.errors == ["two could not follow"]


def test_a_cancelled_run_has_no_result():
    def cancelled(process):
        process.cancellation.cancel("not wanted")
        process.check()

    assert taken(cancelled).abandoned == "not wanted"


def test_a_forked_child_does_not_come_back():
    def forks(process):
        pid = os.fork()
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if pid else None

    assert taken(forks).output == [0]
