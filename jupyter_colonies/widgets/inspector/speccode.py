"""A function spec as people copy it: as JSON, and as Python that builds the same call."""

from __future__ import annotations

import msgspec

from jupyter_colonies.client.compose.pythoncode import python_code
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.core.spec import Filesystem, FunctionSpec, canonical

_BLANK = msgspec.to_builtins(canonical(FunctionSpec()).conditions)


def as_json(spec: FunctionSpec) -> str:
    """The spec as a file for `submit` holds it."""
    return msgspec.json.format(msgspec.json.encode(spec), indent=2).decode()


def as_python(spec: FunctionSpec) -> str:
    """Code that builds a workflow of this one call, which waits for nothing."""
    given = msgspec.to_builtins(spec.conditions)
    told = {key: value for key, value in given.items() if value != _BLANK.get(key)}
    for key in ("colonyname", "dependencies"):
        told.pop(key, None)
    alone = msgspec.structs.replace(
        spec,
        nodename=spec.nodename or spec.funcname or "node",
        maxexectime=max(spec.maxexectime, 0),
        fs=spec.fs if spec.fs != Filesystem() else None,
        conditions=msgspec.convert(told, type(spec.conditions)),
    )
    name = alone.nodename
    return python_code(Workflow.from_specs([alone], name).to_plain(), name)
