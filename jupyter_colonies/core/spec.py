"""Function specs and workflow specs: what a user asks for, in the wire's own fields.

Every field may be missing or null in a request; `canonical` gives the form that is stored and
sent back (protocol part 02, sections 1.5 to 1.7).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from jupyter_colonies.core import quantity
from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.errors import InvalidRequest

PRIORITY_LIMIT = 50_000
ANYONE = "*"


class Gpu(msgspec.Struct, kw_only=True):
    """Graphics processors a function asks for; stored and echoed, not used for matching."""

    name: Name = ""
    mem: str = ""
    count: Integer = 0
    nodecount: Integer = 0


class Conditions(msgspec.Struct, kw_only=True):
    """Which executor may run a function, and after which nodes of its workflow."""

    colonyname: Name = ""
    executornames: list[Name] | None = None
    executortype: Name = ""
    locationname: Name | msgspec.UnsetType = msgspec.UNSET
    dependencies: list[str] | None = msgspec.field(default_factory=list)
    nodes: Integer = 0
    cpu: str = ""
    processes: Integer = 0
    processespernode: Integer = 0
    mem: str = ""
    storage: str = ""
    gpu: Gpu | None = None
    walltime: Integer = 0


class Filesystem(msgspec.Struct, kw_only=True):
    """Files an executor mounts for the process; passed through as it is."""

    mount: str = ""
    snapshots: list[Any] | None = None
    dirs: list[Any] | None = None


class FunctionSpec(msgspec.Struct, kw_only=True):
    """One call of one function: name, arguments, conditions and limits.

    `maxwaittime` and `maxexectime` are seconds, zero or less for no limit; `maxretries` counts
    runs after the first, negative for any number; higher `priority` runs earlier.
    """

    nodename: str = ""
    funcname: Name = ""
    args: list[Any] | None = msgspec.field(default_factory=list)
    kwargs: dict[str, Any] | None = msgspec.field(default_factory=dict)
    priority: Integer = 0
    maxwaittime: Integer = 0
    maxexectime: Integer = 0
    maxretries: Integer = 0
    conditions: Conditions = msgspec.field(default_factory=Conditions)
    label: str = ""
    fs: Filesystem | None = None
    env: dict[str, str] | None = msgspec.field(default_factory=dict)
    channels: list[str] | None | msgspec.UnsetType = msgspec.UNSET

    @property
    def dependencies(self) -> list[str]:
        """Names of the nodes this one waits for, in order and without repeats."""
        return list(dict.fromkeys(self.conditions.dependencies or ()))

    @property
    def executornames(self) -> list[str]:
        """Names of the executors this call is meant for; empty means anyone of the type."""
        names = self.conditions.executornames or []
        return [] if ANYONE in names else names

    @property
    def channelnames(self) -> list[str]:
        """Names of the channels the process is to have, in order and without repeats."""
        return list(dict.fromkeys(self.channels or ()))

    @property
    def locationname(self) -> str:
        """Location the executor must have; empty means anywhere."""
        return self.conditions.locationname or ""


class WorkflowSpec(msgspec.Struct, kw_only=True):
    """A colony and the list of function specs that form a DAG in it.

    `name`, what people call the workflow, is an extension.
    """

    colonyname: Name = ""
    functionspecs: list[FunctionSpec] | None = msgspec.field(default_factory=list)
    name: Name | msgspec.UnsetType = msgspec.UNSET


def check_priority(spec: FunctionSpec) -> None:
    """Raise InvalidRequest for a priority out of range (protocol part 02, section 3.1)."""
    if abs(spec.priority) > PRIORITY_LIMIT:
        raise InvalidRequest(
            "Failed to submit function spec, priority outside range "
            f"[-{PRIORITY_LIMIT}, {PRIORITY_LIMIT}]"
        )


def canonical(spec: FunctionSpec) -> FunctionSpec:
    """The stored form of a spec: no nulls, resource texts in their canonical spelling.

    Raises InvalidRequest for a resource text that can't be read.
    """
    conditions = spec.conditions
    gpu = conditions.gpu or Gpu()
    names = conditions.executornames
    fs = spec.fs or Filesystem()
    return msgspec.structs.replace(
        spec,
        args=spec.args or [],
        kwargs=spec.kwargs or {},
        env=spec.env or {},
        fs=fs,
        channels=spec.channels or msgspec.UNSET,
        conditions=msgspec.structs.replace(
            conditions,
            executornames=[] if names and ANYONE in names else names,
            locationname=conditions.locationname or msgspec.UNSET,
            dependencies=conditions.dependencies or [],
            cpu=quantity.cpu_text(quantity.cpu_millicores(conditions.cpu)),
            mem=quantity.memory_text(quantity.memory_bytes(conditions.mem)),
            storage=quantity.memory_text(quantity.memory_bytes(conditions.storage)),
            gpu=msgspec.structs.replace(
                gpu, mem=quantity.memory_text(quantity.memory_bytes(gpu.mem))
            ),
        ),
    )


def divided(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """Named fields as those of a spec, those of its conditions, and names that are neither's."""
    own = {name: value for name, value in fields.items() if name not in _OF_CONDITIONS}
    conditions = {name: fields[name] for name in Conditions.__struct_fields__ if name in fields}
    unknown = [name for name in own if name not in FunctionSpec.__struct_fields__]
    return own, conditions, unknown


_OF_CONDITIONS = frozenset(Conditions.__struct_fields__)
