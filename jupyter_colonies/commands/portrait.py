"""One thing at a glance: the few facts that people look for, in words, whatever it is."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Details, Table
from jupyter_colonies.core.cron import Cron
from jupyter_colonies.core.generator import Generator
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.member import Executor, Function, Statistics
from jupyter_colonies.core.palette import duration_text, short
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.core.times import NEVER

MOST_ROWS = 200
"""Rows of a table at a glance; what did not succeed comes first if there are more."""

ANY = "any"
"""The type of a parameter that takes anything; it goes without saying."""

LONG = 400
"""Letters of a value after which it is cut."""


def call_text(spec: FunctionSpec) -> str:
    """The call that a spec asks for, as it would be written: `gen(4, count=2)`."""
    arguments = [wording.cut(_literal(each), 60) for each in spec.args or ()]
    arguments += [
        f"{name}={wording.cut(_literal(each), 60)}" for name, each in (spec.kwargs or {}).items()
    ]
    return f"{spec.funcname}({', '.join(arguments)})"


def process(found: Process) -> list[Block]:
    """What a process calls, how far it is, and what came of it."""
    spec = found.spec
    rows = [
        ("Process", found.processid),
        ("Call", call_text(spec)),
        ("State", found.state.word),
        ("Waited", _waited(found)),
        ("Ran", _ran(found)),
        ("Retries", str(found.retries)),
        ("Executor type", spec.conditions.executortype),
        ("Executor id", found.assignedexecutorid),
        ("Submitted", _submitted(found.initiatorname, wording.moment(found.submissiontime))),
        ("Node", spec.nodename),
        ("Workflow", found.processgraphid),
        ("Input", _values(found.input)),
        ("Output", _values(found.output)),
        ("Errors", "\n".join(found.errors or ())),
    ]
    if isinstance(found.keptfrom, str):
        rows.append(("Kept from", found.keptfrom))
    return [_details(f"Process {spec.nodename or spec.funcname}", rows)]


def workflow(found: ProcessGraph, processes: Sequence[Process]) -> list[Block]:
    """How far a workflow is, and a row for each process."""
    done = sum(each.state.finished for each in processes)
    rows = [
        ("Workflow", found.processgraphid),
        ("State", found.state.word),
        ("Progress", f"{done} of {len(processes)} finished"),
        ("Submitted", _submitted(found.initiatorname, wording.moment(found.submissiontime))),
        ("Ended", wording.moment(found.endtime) if found.endtime > NEVER else ""),
    ]
    shown = list(processes)
    if len(shown) > MOST_ROWS:
        shown = sorted(shown, key=lambda each: each.state == State.SUCCESS)[:MOST_ROWS]
    table = Table(
        title=f"{len(shown)} of {len(processes)} processes" if len(shown) < len(processes) else "",
        columns=["Node", "State", "Call", "Executor type", "Waited", "Ran", "ProcessId"],
        rows=[
            [
                each.spec.nodename,
                each.state.word,
                wording.cut(call_text(each.spec), 60),
                each.spec.conditions.executortype,
                _waited(each),
                _ran(each),
                each.processid,
            ]
            for each in shown
        ],
    )
    return [_details("Workflow", rows), *([table] if shown else [])]


def executor(found: Executor, functions: Sequence[Function]) -> list[Block]:
    """Who an executor is, whether it is heard of, and what it offers."""
    silent = " (unresponsive)" if found.unresponsive is True else ""
    rows = [
        ("Executor", found.executorname),
        ("Type", found.executortype),
        ("State", found.state.word + silent),
        ("Last heard", wording.moment(found.lastheardfromtime)),
        ("Location", found.locationname if isinstance(found.locationname, str) else ""),
        ("Id", found.executorid),
    ]
    return [
        _details(f"Executor {found.executorname}", rows),
        *([offered(functions)] if functions else []),
    ]


def function(found: Sequence[Function]) -> list[Block]:
    """A function, and who offers it."""
    first = found[0]
    described = [each.description for each in found if isinstance(each.description, str)]
    rows = [("Function", signature(first)), ("Description", next(filter(None, described), ""))]
    return [_details(f"Function {first.funcname}", rows), offered(found)]


def offered(functions: Sequence[Function]) -> Table:
    """Functions with who offers them and how long their runs took."""
    return Table(
        title="Functions",
        columns=["Function", "Executor", "Runs", "Waited on average", "Ran on average"],
        rows=[
            [
                signature(each),
                each.executorname,
                str(each.counter),
                f"{each.avgwaittime:.3f} s" if each.counter else "",
                f"{each.avgexectime:.3f} s" if each.counter else "",
            ]
            for each in functions
        ],
    )


def signature(found: Function) -> str:
    """Name and parameters of a function: `gen(count: int)`; optional ones with `=…`."""
    args = found.args if isinstance(found.args, list) else []
    written = [
        each.name
        + (f": {each.type}" if each.type not in ("", ANY) else "")
        + ("" if each.required else " = …")
        for each in args
    ]
    return f"{found.funcname}({', '.join(written)})"


def colony(name: str, found: Statistics, executors: Sequence[Executor]) -> list[Block]:
    """How much there is of everything in a colony, and who works in it."""
    counted = Table(
        columns=["", *(state.word for state in State)],
        rows=[
            [
                "Processes",
                *map(
                    str,
                    (
                        found.waitingprocesses,
                        found.runningprocesses,
                        found.successfulprocesses,
                        found.failedprocesses,
                        found.cancelledprocesses,
                    ),
                ),
            ],
            [
                "Workflows",
                *map(
                    str,
                    (
                        found.waitingworkflows,
                        found.runningworkflows,
                        found.successfulworkflows,
                        found.failedworkflows,
                        found.cancelledworkflows,
                    ),
                ),
            ],
        ],
        title=f"Colony {name}",
    )
    table = Table(
        title="Executors" if executors else "No executors",
        columns=["Executor", "Type", "State", "Last heard"],
        rows=[
            [
                each.executorname,
                each.executortype,
                each.state.word,
                wording.moment(each.lastheardfromtime),
            ]
            for each in executors
        ],
    )
    return [counted, *([table] if executors else [])]


def cron(found: Cron) -> list[Block]:
    """When a cron starts its workflow."""
    when = found.cronexpression or f"every {found.interval} s"
    rows = [
        ("Cron", found.name),
        ("Starts", f"{when}, at a random moment" if found.random else when),
        ("State", "Disabled" if found.disabled is True else "Enabled"),
        ("Next", wording.moment(found.nextrun)),
        ("Last", wording.moment(found.lastrun)),
        ("Last workflow", found.prevprocessgraphid),
        ("Waits for the one before", wording.yes_no(found.waitforprevprocessgraph)),
        ("Added by", found.initiatorname),
        ("Id", found.cronid),
    ]
    return [_details(f"Cron {found.name}", rows)]


def generator(found: Generator) -> list[Block]:
    """When a generator starts its workflow, and what waits for that."""
    after = f", or {found.timeout} s after the first of them" if found.timeout > 0 else ""
    rows = [
        ("Generator", found.name),
        ("Starts", f"with {found.trigger} arguments{after}"),
        ("State", "Disabled" if found.disabled is True else "Enabled"),
        ("Packed", f"{found.queuesize} of {found.trigger}"),
        ("Last", wording.moment(found.lastrun)),
        ("Added by", found.initiatorname),
        ("Id", found.generatorid),
    ]
    return [_details(f"Generator {found.name}", rows)]


def _details(title: str, rows: Sequence[tuple[str, str]]) -> Details:
    """A table of what there is to say; what is empty is left out."""
    said = [(name, value) for name, value in rows if value and value != wording.UNKNOWN]
    return Details(title=title, rows=said)


def _submitted(who: str, when: str) -> str:
    return f"{when} by {who}" if who else when


def _literal(value: object) -> str:
    return repr(value) if isinstance(value, str) else wording.value(value)


def _values(values: Sequence[object] | None) -> str:
    text = ", ".join(_literal(each) for each in values or ())
    return text if len(text) <= LONG else short(text, LONG)


def _waited(found: Process) -> str:
    if found.submissiontime <= NEVER:
        return ""
    until = found.starttime if found.starttime > NEVER else found.endtime
    if until <= NEVER:
        return f"{wording.duration(found.submissiontime, NEVER)} so far"
    return duration_text(max(until - found.submissiontime, until - until))


def _ran(found: Process) -> str:
    if found.starttime <= NEVER:
        return ""
    if found.endtime <= NEVER:
        return f"{wording.duration(found.starttime, NEVER)} so far"
    return duration_text(max(found.endtime - found.starttime, found.endtime - found.endtime))
