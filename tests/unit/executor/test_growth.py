from __future__ import annotations

import pytest

from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.core.spec import Conditions, FunctionSpec
from jupyter_colonies.errors import InvalidWorkflow
from jupyter_colonies.executor.growth import children

PARENT = FunctionSpec(
    nodename="p", conditions=Conditions(executortype="e", colonyname="dev", dependencies=["q"])
)


def specs(workflow):
    return workflow.to_spec("dev").functionspecs


def test_whoever_waits_is_added_first():
    workflow = Workflow()
    parts = [workflow.node(f"part_{n}") for n in range(2)]
    workflow.node("total", after=parts)
    workflow.node("alone", executortype="other")
    found = children(PARENT, specs(workflow))
    assert [(child.spec.nodename, child.successor) for child in found] == [
        ("total", ""), ("alone", ""), ("part_0", "total"), ("part_1", "total"),
    ]  # fmt: skip
    total, alone = found[0].spec, found[1].spec
    assert total.dependencies == ["p", "part_0", "part_1"]
    assert alone.dependencies == ["p"]
    assert (total.conditions.executortype, alone.conditions.executortype) == ("e", "other")
    assert total.conditions.colonyname == "dev"


def test_two_successors_can_not_be_added():
    workflow = Workflow()
    one = workflow.node("one")
    workflow.node("a", after=one)
    workflow.node("b", after=one)
    with pytest.raises(InvalidWorkflow, match="2 wait for 'one': a, b"):
        children(PARENT, specs(workflow))
