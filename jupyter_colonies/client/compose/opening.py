"""What a composer can begin with: files, texts, workflows, and what has run before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from jupyter_colonies.client.compose.specfile import parse_specs, read_specs, specs_of
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.runs.members import members
from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec
from jupyter_colonies.errors import InvalidSpec, NotFound, RequestError, ServerRefused

if TYPE_CHECKING:
    from jupyter_colonies.client.colony import Colony

_ID_LENGTH = 64
_NOTHING = ("0m", "0Mi")


class Opened(NamedTuple):
    """The specs of a workflow and what it is called."""

    specs: list[FunctionSpec]
    title: str


def opened(colony: Colony, work: Any) -> Opened:
    """The specs of anything that can be submitted, of a run, or of an id or file by its name.

    Raises InvalidSpec and InvalidWorkflow for what is none, and what the server refuses with.
    """
    match work:
        case Run():
            found = _run(work)
        case str() if "\n" in work or work.lstrip()[:1] in ("[", "{"):
            found = Opened(_several(parse_specs(work, "the text")), "")
        case str() if _is_id(work) and not Path(work).exists():
            found = by_id(colony, work)
        case str() | Path():
            found = Opened(_several(read_specs(work)), Path(work).name)
        case Workflow():
            found = Opened([*(work.to_spec("").functionspecs or ())], work.name)
        case WorkflowSpec():
            found = Opened([*(work.functionspecs or ())], "")
        case FunctionSpec() | dict() | list():
            found = Opened(_several(specs_of(work)), "")
        case _:
            raise InvalidSpec(
                "Only a Workflow, a function spec, a list of them, a run, its id or the name of a "
                f"spec file can be composed, not {type(work).__name__}"
            )
    return found


def by_id(colony: Colony, workid: str) -> Opened:
    """The specs of what has run under an id, that of a workflow or of a process.

    Raises NotFound if there is neither.
    """
    try:
        return _run(Run(colony, workid))
    except (RequestError, ServerRefused):
        try:
            return _run(Run(colony, workid, workflow=False))
        except (RequestError, ServerRefused):
            raise NotFound(f"There is no workflow and no process with the id '{workid}'") from None


def specs_of_run(processes: Sequence[Process]) -> list[FunctionSpec]:
    """What has run as if it were to be submitted: each node waits for those it waited for.

    Nodes that were added while it ran are nodes like all others; names that repeat get numbers.
    """
    names: dict[str, str] = {}
    for process in processes:
        base = process.spec.nodename or process.spec.funcname
        name, number = base, 1
        while name in names.values():
            number += 1
            name = f"{base}_{number}"
        names[process.processid] = name
    return [_spec(process, names) for process in processes]


def _run(run: Run) -> Opened:
    processes = run.colony.call(members(run))
    if not processes:
        raise NotFound(f"There is no workflow with the id '{run.id}'")
    return Opened(specs_of_run(processes), run.name or f"Run {run.id[:8]}")


def _spec(process: Process, names: dict[str, str]) -> FunctionSpec:
    spec, conditions = process.spec, process.spec.conditions
    waited = [names[each] for each in process.parents if each in names]
    order = spec.dependencies
    gpu = conditions.gpu
    return msgspec.structs.replace(
        spec,
        nodename=names[process.processid],
        # What the server writes where nothing was asked for.
        maxexectime=max(spec.maxexectime, 0),
        maxwaittime=max(spec.maxwaittime, 0),
        conditions=msgspec.structs.replace(
            conditions,
            dependencies=sorted(
                waited, key=lambda name: order.index(name) if name in order else len(order)
            ),
            cpu=_said(conditions.cpu),
            mem=_said(conditions.mem),
            storage=_said(conditions.storage),
            gpu=gpu and msgspec.structs.replace(gpu, mem=_said(gpu.mem)),
        ),
    )


def _said(amount: str) -> str:
    return "" if amount in _NOTHING else amount


def _several(specs: list[FunctionSpec] | FunctionSpec) -> list[FunctionSpec]:
    return specs if isinstance(specs, list) else [specs]


def _is_id(text: str) -> bool:
    return len(text) == _ID_LENGTH and all(each in "0123456789abcdef" for each in text)
