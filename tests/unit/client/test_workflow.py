import pytest

from jupyter_colonies.client.compose.specfile import parse_specs
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.errors import InvalidSpec, InvalidWorkflow


def tutorial():
    workflow = Workflow("sum", executortype="wf-executor")
    gen = workflow.node("gen_node", "gen")
    workflow.node("sum_node", "sum", 1, "two", after=gen, kwargs={"k": [3]}, maxexectime=5)
    return workflow


def test_nodes_wait_for_nodes_or_names():
    workflow = Workflow()
    a = workflow.node("a")
    workflow.node("b", after="a")
    workflow.node("c", after=[a, "b"])
    workflow.node("d").after("c", a)
    specs = workflow.to_spec("dev").functionspecs
    assert [spec.dependencies for spec in specs] == [[], ["a"], ["a", "b"], ["c", "a"]]
    assert [spec.funcname for spec in specs] == ["a", "b", "c", "d"]


def test_a_spec_carries_arguments_conditions_and_limits():
    spec = tutorial().to_spec("dev").functionspecs[1]
    assert (spec.args, spec.kwargs, spec.maxexectime) == ([1, "two"], {"k": [3]}, 5)
    assert spec.conditions.executortype == "wf-executor"
    special = Workflow().node("x", executornames=["e1"], cpu="500m", env={"A": "b"}, label="l").spec
    assert special.conditions.executornames == ["e1"]
    assert special.conditions.cpu == "500m"
    assert (special.env, special.label) == ({"A": "b"}, "l")


def test_a_workflow_survives_json():
    workflow = tutorial()
    read = parse_specs(workflow.to_json(), "w.json")
    again = Workflow.from_specs(read, "sum")
    assert again.to_spec("dev") == workflow.to_spec("dev")
    assert again.to_json() == workflow.to_json()
    assert '"priority"' not in workflow.to_json()


def test_what_is_submitted_does_not_change_with_the_builder():
    workflow = tutorial()
    spec = workflow.to_spec("dev")
    workflow["sum_node"].after("late")
    assert spec.functionspecs[1].dependencies == ["gen_node"]


@pytest.mark.parametrize(
    ("build", "error", "text"),
    [
        (lambda w: w.node("x", prioritty=1), TypeError, "did you mean priority"),
        (lambda w: w.node("x", nodename="y"), TypeError, "nodename"),
        (lambda w: w.node("x", priority="high"), InvalidSpec, "priority: expected a whole number"),
        (lambda w: w.node("x", "f", object()), InvalidSpec, "can't be sent as JSON"),
        (lambda w: w.node("gen_node"), InvalidWorkflow, "has a node 'gen_node' already"),
        (lambda w: w.node("x", after=Workflow().node("y")), InvalidWorkflow, "another workflow"),
        (lambda w: w.node("x", after=[3]), InvalidSpec, "not for 3"),
    ],
)
def test_mistakes_are_named_where_they_are_made(build, error, text):
    with pytest.raises(error, match=text):
        build(tutorial())


def test_unknown_dependencies_and_cycles_are_found_before_anything_is_sent():
    dangling = tutorial()
    dangling.node("x", after="nowhere")
    with pytest.raises(InvalidWorkflow, match="'x' depends on 'nowhere'"):
        dangling.to_spec("dev")
    cyclic = tutorial()
    cyclic["gen_node"].after("sum_node")
    with pytest.raises(InvalidWorkflow, match="cycle"):
        cyclic.to_spec("dev")
    with pytest.raises(InvalidWorkflow, match="no function specs"):
        Workflow().to_spec("dev")
