"""Generators: workflows that are started when enough has been packed, or after a while.

Protocol part 02, section 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from jupyter_colonies.core.decoding import Integer
from jupyter_colonies.core.lifecycle import limit
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec
from jupyter_colonies.core.times import NEVER, SECOND
from jupyter_colonies.errors import InvalidRequest


class Generator(msgspec.Struct, kw_only=True):
    """A workflow and how many packed arguments start it.

    `trigger` is their number; after `timeout` seconds, if above 0, fewer do. `workflowspec` is
    the JSON text of a workflow spec. `disabled` is this server's: true, and there only then, while
    what is packed stays in the queue.
    """

    generatorid: str = ""
    initiatorid: str = ""
    initiatorname: str = ""
    colonyname: str = ""
    name: str = ""
    workflowspec: str = ""
    trigger: Integer = 0
    timeout: Integer = 0
    firstpack: datetime = NEVER
    lastrun: datetime = NEVER
    queuesize: Integer = 0
    checkerperiod: Integer = 0
    disabled: bool | msgspec.UnsetType = msgspec.UNSET


class Portion(NamedTuple):
    """What is taken from a queue: so many workflows with so many arguments each."""

    workflows: int
    each: int

    @property
    def arguments(self) -> int:
        """Arguments in all of them."""
        return self.workflows * self.each


def check_trigger(trigger: int) -> None:
    """Raise InvalidRequest for a trigger that would never or always fire."""
    if trigger < 1:
        raise InvalidRequest("Generator trigger must be larger than 0")


def runs_out(timeout: int, since: int) -> int:
    """When fewer arguments than the trigger are enough, 0 for never; nanoseconds since 1970.

    `since` is the last run, or the first pack if there was none (part 02, section 9.3).
    """
    return since + limit(timeout) * SECOND if timeout > 0 else 0


def portion(queued: int, trigger: int, *, overdue: bool) -> Portion:
    """What to take from a queue of so many arguments (part 02, section 9.3)."""
    if queued >= trigger:
        return Portion(queued // trigger, trigger)
    return Portion(1, queued) if overdue and queued else Portion(0, 0)


def with_arguments(workflow: WorkflowSpec, arguments: Sequence[str]) -> WorkflowSpec:
    """The workflow with packed arguments in place of those of its roots."""
    specs = [
        spec if spec.dependencies else _given(spec, arguments)
        for spec in workflow.functionspecs or []
    ]
    return msgspec.structs.replace(workflow, functionspecs=specs)


def _given(spec: FunctionSpec, arguments: Sequence[str]) -> FunctionSpec:
    return msgspec.structs.replace(spec, args=list(arguments), kwargs={})
