"""`function …`: submit single function calls, list what executors offer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from jupyter_colonies.client.compose.specfile import read_specs
from jupyter_colonies.client.storage.pinning import pinned
from jupyter_colonies.commands.block import Block, Details, Line, Submitted
from jupyter_colonies.commands.follow import follow
from jupyter_colonies.commands.process import output
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Blocks, Noun, pass_session
from jupyter_colonies.core.member import Function
from jupyter_colonies.core.spec import Conditions, FunctionSpec
from jupyter_colonies.errors import InvalidSpec

function = Noun(
    "function",
    help="Functions that executors offer, and single calls of them.",
)

take_snapshots = click.option(
    "--snapshot",
    is_flag=True,
    help="Make a snapshot for each entry of the spec's fs.snapshots, and give it its id.",
)
_WAIT = [
    click.option("--wait", is_flag=True, help="Wait until the process has finished."),
    click.option("--out", is_flag=True, help="With --wait: show its output only."),
    click.option("--follow", "following", is_flag=True, help="Show its log until it has finished."),
    click.option("--label", default="", metavar="LABEL", help="Label of the process."),
]


def _waiting(command: Any) -> Any:
    for option in reversed(_WAIT):
        command = option(command)
    return command


@function.command("submit")
@click.option(
    "--spec",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="JSON or YAML file with one function spec.",
)
@take_snapshots
@_waiting
@pass_session
def submit(
    session: Session, spec: Path, snapshot: bool, wait: bool, out: bool, following: bool, label: str
) -> Blocks:
    """Submit the function spec in a file."""
    found = read_specs(spec)
    if isinstance(found, list):
        raise InvalidSpec(
            f"{spec}: this is a list of function specs: use 'workflow submit --spec {spec}'"
        )
    if label:
        found = msgspec.structs.replace(found, label=label)
    return _submit(
        session, found, str(spec), snapshot=snapshot, wait=wait or out, out=out, following=following
    )


@function.command("exec")
@click.option("--func", "funcname", required=True, metavar="NAME", help="Name of the function.")
@click.option("--targettype", required=True, metavar="TYPE", help="Type of the executor.")
@click.option("--args", multiple=True, metavar="A,B", help="Arguments, separated by commas.")
@click.option("--kwargs", multiple=True, metavar="K:V", help="Keyword argument; repeat for more.")
@click.option("--env", multiple=True, metavar="K=V", help="Environment; repeat for more.")
@click.option("--maxwaittime", default=-1, metavar="SECONDS", help="Fail if not started by then.")
@click.option("--maxexectime", default=-1, metavar="SECONDS", help="Longest run of one try.")
@click.option("--maxretries", default=-1, metavar="N", help="Tries after the first one.")
@_waiting
@pass_session
def exec_(
    session: Session,
    *, funcname: str, targettype: str, args: tuple[str, ...],
    kwargs: tuple[str, ...], env: tuple[str, ...], maxwaittime: int, maxexectime: int,
    maxretries: int, wait: bool, out: bool, following: bool, label: str,
) -> Blocks:  # fmt: skip
    """Submit one call without a file."""
    spec = FunctionSpec(
        funcname=funcname,
        args=[part for text in args for part in text.split(",")],
        kwargs=dict(_pair(text, ":", "--kwargs") for text in kwargs),
        env=dict(_pair(text, "=", "--env") for text in env),
        maxwaittime=maxwaittime, maxexectime=maxexectime, maxretries=maxretries, label=label,
        conditions=Conditions(executortype=targettype),
    )  # fmt: skip
    return _submit(session, spec, funcname, wait=wait or out, out=out, following=following)


def _pair(text: str, separator: str, option: str) -> tuple[str, str]:
    key, found, value = text.partition(separator)
    if not found or not key:
        raise click.UsageError(f"{option} {text}: write it as KEY{separator}VALUE")
    return key, value


def _submit(
    session: Session, spec: FunctionSpec, source: str, *, snapshot: bool = False, wait: bool,
    out: bool, following: bool,
) -> Blocks:  # fmt: skip
    with pinned(session.colony, [spec] if snapshot else []) as specs:
        run = session.colony.submit(*specs or [spec], source=source)
    if not out:
        yield Submitted(run=run, line=submitted(session.colonyname, run.id))
    if following:
        yield from follow(session, run.id)
    elif wait:
        run.wait(progress=not out and sys.stderr.isatty())
    if out:
        yield output(session.ask(session.member.get_process(processid=run.id)))
    elif wait:
        yield Line(text="Process finished successfully", fields={"ProcessId": run.id})


def submitted(colonyname: str, processid: str) -> Line:
    """The line that says under which id a process runs."""
    return Line(text="Process submitted", fields={"ColonyName": colonyname, "ProcessId": processid})


@function.command("register")
@click.option("--name", required=True, metavar="EXECUTOR", help="Name of the executor.")
@click.option("--func", "funcname", required=True, metavar="NAME", help="Name of the function.")
@pass_session
def register(session: Session, name: str, funcname: str) -> list[Block]:
    """Offer a function, as the executor (sign with its key: --prvkey-file)."""
    added = session.ask(
        session.member.add_function(
            fun=Function(executorname=name, colonyname=session.colonyname, funcname=funcname)
        )
    )
    return [
        Line(
            text="Function registered",
            fields={"ExecutorName": name, "FuncName": funcname, "FunctionId": added.functionid},
        )
    ]


@function.command("remove")
@click.option("--functionid", required=True, metavar="ID", help="Id of the function.")
@pass_session
def remove(session: Session, functionid: str) -> list[Block]:
    """Offer a function no longer, as the executor (sign with its key: --prvkey-file)."""
    session.ask(session.member.remove_function(functionid=functionid))
    return [Line(text="Function removed", fields={"FunctionId": functionid})]


@function.command("ls")
@click.option("--executorname", default="", metavar="NAME", help="Only of this executor.")
@pass_session
def ls(session: Session, executorname: str) -> list[Block]:
    """List the functions that executors offer, with what their runs took in seconds."""
    offered = session.ask(
        session.member.get_functions(colonyname=session.colonyname, executorname=executorname)
    )
    if not offered and not session.json:
        return [Line(text="No functions found")]
    types = {
        each.executorname: each.executortype
        for each in session.ask(session.member.get_executors(colonyname=session.colonyname))
    }
    groups: dict[tuple[str, str], list[Function]] = {}
    for each in offered:
        kind = each.executortype or types.get(each.executorname, "")
        groups.setdefault((each.funcname, kind), []).append(each)
    return session.either(offered, [_statistics(*key, groups[key]) for key in sorted(groups)])


def _statistics(funcname: str, executortype: str, same: list[Function]) -> Details:
    """One table for a function that several executors offer: sums, extremes and means."""
    ran = [each for each in same if each.counter]
    calls = sum(each.counter for each in ran)

    def mean(name: str) -> float:
        return sum(getattr(each, name) * each.counter for each in ran) / calls if calls else 0.0

    def extreme(choose: Any, name: str) -> float:
        return float(choose((getattr(each, name) for each in ran), default=0.0))

    times = (
        ("MinWaitTime", extreme(min, "minwaittime")),
        ("MaxWaitTime", extreme(max, "maxwaittime")),
        ("AvgWaitTime", mean("avgwaittime")),
        ("MinExecTime", extreme(min, "minexectime")),
        ("MaxExecTime", extreme(max, "maxexectime")),
        ("AvgExecTime", mean("avgexectime")),
    )
    rows = [
        ("FunctionName", funcname),
        ("ExecutorType", executortype),
        ("Call counter", str(calls)),
        *((name, f"{seconds:.3f} s") for name, seconds in times),
    ]
    description = next((each.description for each in same if each.description), None)
    if isinstance(description, str):
        rows.insert(2, ("Description", description))
    return Details(rows=rows)
