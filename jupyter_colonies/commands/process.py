"""`process …`: look at processes, cancel and remove them, work on them by hand."""

from __future__ import annotations

import click

from jupyter_colonies.commands import repair, wording
from jupyter_colonies.commands.block import Block, Details, Json, Line, Table, Text
from jupyter_colonies.commands.listing import LISTINGS, Listing
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Noun, pass_session
from jupyter_colonies.core.process import AttributeType, Process
from jupyter_colonies.core.spec import Gpu
from jupyter_colonies.core.times import NEVER

process = Noun(
    "process",
    help="Processes: function specs on their way through an executor.",
)
_ID = click.option("-p", "--processid", required=True, metavar="ID", help="Id of the process.")


@process.command("get")
@_ID
@click.option("--out", is_flag=True, help="Show the output only, its elements joined by blanks.")
@pass_session
def get(session: Session, processid: str, out: bool) -> list[Block]:
    """Show a process, its function spec, conditions and attributes."""
    found = session.ask(session.member.get_process(processid=processid))
    if out and not session.json:
        return [output(found)]
    blocks = [_process(found), _function(found), _conditions(found), _attributes(found)]
    return session.either(found.output if out else found, blocks)


def output(found: Process) -> Text:
    """The output of a process, its elements joined by blanks (part 03, section 4.3)."""
    return Text(text=" ".join(wording.value(item) for item in found.output or ()))


def _process(found: Process) -> Details:
    # One that never started has waited until it ended, or waits still.
    waited_until = found.endtime if found.starttime == NEVER else found.starttime
    return Details(
        title="Process",
        rows=[
            ("Id", found.processid),
            ("IsAssigned", wording.yes_no(found.isassigned)),
            ("InitiatorID", found.initiatorid),
            ("Initiator", found.initiatorname),
            ("AssignedExecutorID", found.assignedexecutorid or wording.NONE),
            ("State", found.state.word),
            ("PriorityTime", str(found.prioritytime)),
            ("SubmissionTime", wording.moment(found.submissiontime)),
            ("StartTime", wording.moment(found.starttime)),
            ("EndTime", wording.moment(found.endtime)),
            ("WaitDeadline", wording.moment(found.waitdeadline)),
            ("ExecDeadline", wording.moment(found.execdeadline)),
            ("WaitingTime", wording.duration(found.submissiontime, waited_until)),
            ("ProcessingTime", wording.duration(found.starttime, found.endtime)),
            ("Retries", str(found.retries)),
            ("Input", wording.values(found.input)),
            ("Output", wording.values(found.output)),
            ("Errors", wording.values(found.errors)),
        ],
    )


def _function(found: Process) -> Details:
    spec = found.spec
    return Details(
        title="Function Specification",
        rows=[
            ("Func", spec.funcname),
            ("Args", wording.values(spec.args)),
            ("KwArgs", wording.pairs(spec.kwargs)),
            ("MaxWaitTime", str(spec.maxwaittime)),
            ("MaxExecTime", str(spec.maxexectime)),
            ("MaxRetries", str(spec.maxretries)),
            ("Priority", str(spec.priority)),
            ("Label", spec.label),
        ],
    )


def _conditions(found: Process) -> Details:
    conditions = found.spec.conditions
    gpu = conditions.gpu or Gpu()
    return Details(
        title="Conditions",
        rows=[
            ("Colony", conditions.colonyname),
            ("ExecutorNames", wording.values(conditions.executornames)),
            ("ExecutorType", conditions.executortype),
            ("Dependencies", wording.values(conditions.dependencies)),
            ("Nodes", str(conditions.nodes)),
            ("CPU", conditions.cpu),
            ("Memory", conditions.mem),
            ("Processes", str(conditions.processes)),
            ("ProcessesPerNode", str(conditions.processespernode)),
            ("Storage", conditions.storage),
            ("Walltime", str(conditions.walltime)),
            ("GPUName", gpu.name),
            ("GPUs", str(gpu.count)),
            ("GPUPerNode", str(gpu.nodecount)),
            ("GPUMemory", gpu.mem),
            ("Location", wording.text(conditions.locationname)),
        ],
    )


def _attributes(found: Process) -> Block:
    if not found.attributes:
        return Text(text="No attributes found")
    names = {kind.value: kind.name.capitalize() for kind in AttributeType}
    return Table(
        title="Attributes",
        columns=["Id", "Key", "Value", "Type"],
        rows=[
            [each.attributeid, each.key, each.value, names.get(each.attributetype, "Unknown")]
            for each in found.attributes
        ],
    )


def _rows(session: Session, found: list[Process], when: str, ids: bool) -> list[list[str]]:
    executors: dict[str, str] = {}
    if any(each.assignedexecutorid for each in found):
        everyone = session.ask(session.member.get_executors(colonyname=session.colonyname))
        executors = {each.executorid: each.executorname for each in everyone}
    rows = []
    for each in found:
        spec = each.spec
        holder = executors.get(each.assignedexecutorid) or " ".join(spec.executornames)
        row = [
            spec.funcname,
            wording.cut(wording.values(spec.args)),
            wording.cut(wording.pairs(spec.kwargs)),
            wording.moment(getattr(each, when)),
            holder or wording.UNKNOWN,
            spec.conditions.executortype,
            each.initiatorname,
            spec.label,
        ]
        rows.append([each.processid, *row] if ids else row)
    return rows


def _lister(listing: Listing) -> None:
    @process.command(listing.verb, help=f"List {listing.state.word.lower()} processes.")
    @click.option("--count", default=20, show_default=True, help="How many at most.")
    @click.option("-i", "--ids", is_flag=True, help="Show the ids as well.")
    @click.option("--executortype", default="", metavar="TYPE", help="Only for this type.")
    @click.option("--label", default="", metavar="LABEL", help="Only with this label.")
    @click.option("--initiator", default="", metavar="NAME", help="Only submitted by this one.")
    @pass_session
    def ps(
        session: Session, count: int, ids: bool, executortype: str, label: str, initiator: str
    ) -> list[Block]:
        if sum(map(bool, (executortype, label, initiator))) > 1:
            raise click.UsageError("Give at most one of --executortype, --label and --initiator")
        found = session.ask(
            session.member.get_processes(
                colonyname=session.colonyname,
                count=count,
                state=int(listing.state),
                executortype=executortype,
                label=label,
                initiator=initiator,
            )
        )
        if session.json:
            return [Json(value=found)]
        if not found:
            return [Line(text=listing.none("processes"))]
        columns = [
            "FuncName", "Args", "KwArgs", listing.column,
            "Executor Name", "Executor Type", "Initiator", "Label",
        ]  # fmt: skip
        rows = _rows(session, found, listing.when, ids)
        return [Table(columns=["Id", *columns] if ids else columns, rows=rows)]


for _listing in LISTINGS:
    _lister(_listing)


@process.command("cancel")
@_ID
@pass_session
def cancel(session: Session, processid: str) -> list[Block]:
    """Cancel a process that is not part of a workflow."""
    session.ask(session.member.cancel_process(processid=processid))
    return [Line(text="Process cancelled", fields={"ProcessId": processid})]


@process.command("retry")
@_ID
@pass_session
def retry(session: Session, processid: str) -> list[Block]:
    """Run a process again on its own, with the same arguments and input."""
    return repair.retry(session, processid)


@process.command("remove")
@_ID
@pass_session
def remove(session: Session, processid: str) -> list[Block]:
    """Remove a process."""
    session.ask(session.member.remove_process(processid=processid))
    return [Line(text="Process removed", fields={"ProcessId": processid})]


@process.command("assign")
@click.option(
    "--timeout", default=100, show_default=True, metavar="SECONDS", help="How long to wait."
)
@pass_session
def assign(session: Session, timeout: int) -> list[Block]:
    """Take a process as an executor (sign with the executor's key: --prvkey-file)."""
    taken = session.ask(
        session.member.assign_process(colonyname=session.colonyname, timeout=timeout)
    )
    line = Line(text="Assigned process to executor", fields={"ProcessId": taken.processid})
    return session.either(taken, [line])


@process.command("close")
@_ID
@click.option("--out", default="", metavar="A,B", help="Output values, separated by commas.")
@pass_session
def close(session: Session, processid: str, out: str) -> list[Block]:
    """Finish a process as the executor it is assigned to."""
    values = [part.strip() for part in out.split(",")] if out else None
    session.ask(session.member.close_successful(processid=processid, out=values))
    return [Line(text="Process closed as successful", fields={"ProcessId": processid})]


@process.command("fail")
@_ID
@click.option("--errors", default="", metavar="A,B", help="Error texts, separated by commas.")
@pass_session
def fail(session: Session, processid: str, errors: str) -> list[Block]:
    """Fail a process as the executor it is assigned to."""
    texts = [part.strip() for part in errors.split(",")] if errors else ["No errors specified"]
    session.ask(session.member.close_failed(processid=processid, errors=texts))
    return [Line(text="Process closed as failed", fields={"ProcessId": processid})]
