"""The form for new crons and generators."""

import json
from datetime import UTC, datetime

import pytest

from jupyter_colonies.client.compose.draft import Draft
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.core.times import SECOND, from_wire, to_wire
from jupyter_colonies.errors import InvalidRequest, InvalidSpec, InvalidWorkflow
from jupyter_colonies.widgets.monitor import planning

NOW = from_wire(datetime(2026, 3, 6, 12, tzinfo=UTC))  # a Friday
TEXT = "- funcname: f\n  nodename: a\n  conditions: {executortype: t}\n"


def starts(**form):
    return [to_wire(at).isoformat() for at in planning.starts(form, "Europe/Stockholm", NOW)]


def test_the_next_starts_of_an_expression_are_in_the_zone_of_the_server():
    assert starts(timing="expression", expression=" 0 0 9 * * mon-fri ") == [
        "2026-03-09T08:00:00+00:00",
        "2026-03-10T08:00:00+00:00",
        "2026-03-11T08:00:00+00:00",
    ]
    assert starts(timing="expression", expression="TZ=UTC 0 0 9 * * mon")[0].startswith(
        "2026-03-09T09"
    )
    assert starts(timing="expression", expression="0 0 0 30 2 *") == []


def test_the_next_starts_of_an_interval():
    found = planning.starts({"timing": "interval", "interval": "90"}, "UTC", NOW)
    assert found == [NOW + 90 * SECOND, NOW + 180 * SECOND, NOW + 270 * SECOND]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"timing": "expression", "expression": ""}, "The cron expression is missing"),
        ({"timing": "expression", "expression": "* * *"}, "exactly 6 fields are expected"),
        ({"timing": "interval", "interval": "1.5"}, "must be a whole number, not '1.5'"),
        ({"timing": "interval", "interval": "²"}, "must be a whole number"),
        ({"timing": "interval", "interval": "9" * 5000}, "must be a whole number"),
        ({"timing": "interval", "interval": "0"}, "must be -1 (disabled) or larger than 0"),
    ],
)
def test_a_timing_that_can_not_be_is_said_in_words(form, said):
    with pytest.raises(InvalidRequest) as refused:
        planning.starts(form, "UTC", NOW)
    assert said in refused.value.message


def test_a_cron_is_made_of_the_form():
    form = {"name": " report ", "timing": "interval", "interval": "60", "random": True}
    cron = planning.cron(form | {"waits": True}, "dev", "text")
    assert (cron.name, cron.interval, cron.random, cron.waits) == ("report", 60, True, True)
    # What was ticked for an interval does not count for an expression.
    form = {"name": "r", "timing": "expression", "expression": "@daily", "random": True}
    cron = planning.cron(form, "dev", "text")
    assert (cron.interval, cron.cronexpression, cron.random) == (-1, "@daily", False)
    with pytest.raises(InvalidRequest, match="Invalid cron name"):
        planning.cron(form | {"name": "a:b"}, "dev", "text")


def test_a_generator_is_made_of_the_form():
    made = planning.generator({"name": "g", "trigger": "5", "timeout": ""}, "dev", "text")
    assert (made.name, made.trigger, made.timeout) == ("g", 5, 0)
    with pytest.raises(InvalidRequest, match="trigger must be larger than 0"):
        planning.generator({"name": "g", "trigger": "0"}, "dev", "text")


def workflow(namespace=None, **form):
    kept = json.loads(planning.workflow_text(form, "dev", namespace or {}))
    assert kept["colonyname"] == "dev"
    return [spec["nodename"] for spec in kept["functionspecs"]]


def test_a_workflow_is_a_text_or_a_variable():
    assert workflow(workflow=TEXT) == ["a"]
    assert workflow(workflow='{"funcname": "alone", "conditions": {"executortype": "t"}}') == [
        "alone"
    ]
    made = Workflow("w", executortype="t")
    made.node("first", "f")
    draft = Draft.of([FunctionSpec(nodename="drawn", funcname="f")])
    namespace = {"made": made, "draft": draft, "_hidden": made, "number": 3, "kind": Draft}
    assert planning.variables(namespace) == ["draft", "made"]
    assert workflow(namespace, variable="made", workflow="ignored") == ["first"]
    assert workflow(namespace, variable="draft") == ["drawn"]


@pytest.mark.parametrize(
    ("form", "said", "kind"),
    [
        ({}, "The workflow is missing", InvalidSpec),
        ({"variable": "gone"}, "'gone' is no workflow or draft any more", InvalidSpec),
        ({"workflow": "[1, 2"}, "the workflow, line 1", InvalidSpec),
        ({"workflow": TEXT.replace("name: a", "name: 7")}, "the workflow, line 2", InvalidSpec),
        ({"workflow": TEXT + TEXT}, "the workflow", InvalidWorkflow),
    ],
)
def test_a_workflow_that_can_not_be_is_said_with_its_line(form, said, kind):
    with pytest.raises(kind) as refused:
        planning.workflow_text(form, "dev", {})
    assert said in refused.value.message
