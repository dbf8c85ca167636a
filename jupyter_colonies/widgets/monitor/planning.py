"""What is typed into the form for a new cron or generator, checked as the server would check it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from jupyter_colonies.client.compose.draft import Draft
from jupyter_colonies.client.compose.specfile import parse_specs
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.core import schedule
from jupyter_colonies.core.cron import NO_INTERVAL, Cron, check_timing
from jupyter_colonies.core.generator import Generator, check_trigger
from jupyter_colonies.core.lifecycle import limit
from jupyter_colonies.core.member import check_name
from jupyter_colonies.core.spec import WorkflowSpec
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import InvalidRequest, InvalidSpec

Form = Mapping[str, Any]

PREVIEWED = 3
"""Starts that are shown beforehand."""

LONGEST_NUMBER = 15
"""Digits of a number."""

TEXT = "the workflow"
"""What the text in the form is called in messages."""


def starts(form: Form, zone: str, now: int) -> list[int]:
    """The next moments at which a cron would start, in nanoseconds since 1970 as `now` is.

    `zone` is that of expressions which name none. For random starts these are the ends of the
    intervals within which they fall. Raises InvalidRequest for a timing that can't be.
    """
    interval, expression = _timing(form)
    where = schedule.zone_of(zone)
    check_timing(interval, bool(form.get("random")) and interval > 0, expression, where)
    if interval != NO_INTERVAL:
        return [now + limit(interval) * SECOND * count for count in range(1, PREVIEWED + 1)]
    plan = schedule.parse(expression, where)
    found: list[int] = []
    while len(found) < PREVIEWED and (at := plan.next_after(found[-1] if found else now)):
        found.append(at)
    return found


def cron(form: Form, colonyname: str, workflow: str) -> Cron:
    """The cron that the form describes; `workflow` as `workflow_text` gives it.

    Raises InvalidRequest for what the server would refuse.
    """
    interval, expression = _timing(form)
    random = bool(form.get("random")) and interval > 0
    made = Cron(
        colonyname=colonyname,
        name=_name(form, "cron"),
        interval=interval,
        cronexpression=expression,
        random=random,
        waitforprevprocessgraph=bool(form.get("waits")),
        workflowspec=workflow,
    )
    check_timing(interval, random, expression)
    return made


def generator(form: Form, colonyname: str, workflow: str) -> Generator:
    """The generator that the form describes. Raises InvalidRequest as `cron` does."""
    trigger = _whole(form, "trigger", "How many arguments start it")
    timeout = _whole(form, "timeout", "The seconds after which fewer do", empty=0)
    check_trigger(trigger)
    return Generator(
        colonyname=colonyname,
        name=_name(form, "generator"),
        trigger=trigger,
        timeout=timeout,
        workflowspec=workflow,
    )


def workflow_text(form: Form, colonyname: str, namespace: Mapping[str, Any]) -> str:
    """The workflow of the form as the JSON text that is kept.

    It is a variable of the notebook if one is named, else the text, JSON or YAML. Raises
    InvalidSpec and InvalidWorkflow, which name the line.
    """
    variable = str(form.get("variable", ""))
    text = str(form.get("workflow", ""))
    if variable:
        plain = workflow_of(namespace.get(variable))
        if plain is None:
            raise InvalidSpec(f"'{variable}' is no workflow or draft any more: choose again")
        specs = parse_specs(msgspec.json.encode(plain).decode(), variable)
    elif not text.strip():
        raise InvalidSpec("The workflow is missing: paste it, choose a file or a variable")
    else:
        specs = parse_specs(text, TEXT)
    many = specs if isinstance(specs, list) else [specs]
    for spec in many:
        spec.nodename = spec.nodename or spec.funcname
    return msgspec.json.encode(WorkflowSpec(colonyname=colonyname, functionspecs=many)).decode()


def variables(namespace: Mapping[str, Any]) -> list[str]:
    """Names in a notebook that hold a workflow, a draft or a composer."""
    return sorted(
        name
        for name, value in list(namespace.items())
        if not name.startswith("_") and workflow_of(value) is not None
    )


def workflow_of(value: Any) -> list[dict[str, Any]] | None:
    """The specs of a workflow, of a draft or of a composer's; None for anything else."""
    if isinstance(value, Workflow):
        return value.to_plain()
    if isinstance(value, Draft):
        return value.plain
    ours = type(value).__module__.startswith("jupyter_colonies.widgets.")
    draft = value.draft if ours and hasattr(type(value), "draft") else None
    return draft if isinstance(draft, list) else None


def _timing(form: Form) -> tuple[int, str]:
    if form.get("timing") == "interval":
        return _whole(form, "interval", "The interval in seconds"), ""
    expression = str(form.get("expression", "")).strip()
    if not expression:
        raise InvalidRequest("The cron expression is missing, such as 0 30 7 * * mon-fri")
    return NO_INTERVAL, expression


def _whole(form: Form, field: str, what: str, empty: int | None = None) -> int:
    text = str(form.get(field, "")).strip()
    if not text and empty is not None:
        return empty
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise InvalidRequest(f"{what} must be a whole number, not '{text[:40]}'")
    return int(text)


def _name(form: Form, what: str) -> str:
    name = str(form.get("name", "")).strip()
    check_name(name, what)
    return name
