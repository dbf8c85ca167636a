"""What a composer does without a page: wishes in, pictures out, everything undone."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.client.compose.offers import Offer
from jupyter_colonies.client.compose.specfile import read_specs
from jupyter_colonies.core.member import FunctionArgument
from jupyter_colonies.errors import InvalidWorkflow, ServerRefused
from jupyter_colonies.executor.programs.call import ARGUMENTS
from jupyter_colonies.widgets.composer.checks import refusal
from jupyter_colonies.widgets.composer.fields import heard, shown
from jupyter_colonies.widgets.composer.workbench import Workbench

NOTEBOOKS = Path(__file__).parents[4] / "notebooks"
EXECUTE = Offer(
    funcname="execute", executortype="container-executor", arguments=ARGUMENTS, executors=["one"]
)
SUM = Offer(
    funcname="sum",
    executortype="wf-executor",
    arguments=(
        FunctionArgument(name="start", type="int"),
        FunctionArgument(name="mode", type="str", enum=["fast", "slow"]),
        FunctionArgument(name="exact", type="bool"),
        FunctionArgument(name="*more", type="float"),
    ),
)

texts = st.text(st.characters(codec="utf-8"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)


def bench(*offers):
    made = Workbench()
    made.offer(offers)
    return made


def wish(made, what, **more):
    made.hear({"wish": what, **more})
    return made.page()


def typed(made, node, **fields):
    for field, value in fields.items():
        name = field.replace("__", ".").replace("_", "-") if "__" in field else field
        page = wish(made, "put", node=node, field=name, value=value)
    return page


@given(values)
def test_what_is_shown_of_a_value_is_heard_as_that_value(value):
    assert heard("list", shown("list", [value])) == [value]
    assert heard("values", shown("values", {"a": value})) == {"a": value}
    if value is not None:
        assert heard("value", shown("value", value)) == value


@pytest.mark.parametrize(
    ("kind", "given_text", "value"),
    [
        ("number", " 12 ", 12),
        ("number", "1O", "1O"),
        ("number", " ", None),
        ("text", "5", "5"),
        ("choice", "true", True),
        ("choice", "fast", "fast"),
        ("value", "hello", "hello"),
        ("value", "[1, 2]", [1, 2]),
        ("value", '"5"', "5"),
        ("json", "[", "["),
        ("names", "a, b,,", ["a", "b"]),
        ("variables", [["A", "1"], ["", "x"]], {"A": "1"}),
    ],
)
def test_what_is_typed_is_what_a_field_holds(kind, given_text, value):
    assert heard(kind, given_text) == value


def test_the_tutorial_s_diamond_is_composed_by_typing():
    made = bench(EXECUTE)
    for letter in "abcd":
        page = wish(made, "add", funcname="execute", executortype="container-executor")
        assert [each["text"][:21] for each in page["problems"]] == ["The kwarg 'cmd' is mi"]
        typed(
            made, page["selected"], nodename=f"task_{letter}",
            argument__cmd=f"echo TASK {letter.upper()}", argument__docker_image="ubuntu:20.04",
            conditions__executornames="dev-docker", conditions__nodes="1",
            conditions__processespernode="1", conditions__mem="10Gi", conditions__cpu="1000m",
            conditions__walltime="60", maxexectime="55", maxretries="3",
        )  # fmt: skip
    for parent, child in ("n1", "n2"), ("n1", "n3"), ("n2", "n4"), ("n3", "n4"):
        page = wish(made, "join", parent=parent, child=child)
    assert page["problems"] == []
    assert page["told"] == "task_d waits for task_c"
    wanted = bench(EXECUTE)
    wanted.insert(read_specs(NOTEBOOKS / "echo_wf.json"), whole=True, what="Opened echo_wf.json")
    assert made.draft.plain == wanted.draft.plain
    while made.history.undoes:
        made.undo()
    assert made.page()["nodes"] == []
    while made.history.redoes:
        made.redo()
    assert made.draft.plain == wanted.draft.plain


def test_what_is_refused_is_said_at_its_field_and_changes_nothing():
    made = bench()
    wish(made, "add", funcname="a", executortype="")
    page = wish(made, "add", funcname="b", executortype="", after="n1")
    before = made.history
    page = wish(made, "join", parent="n2", child="n1")
    assert "dependencies contain a cycle" in page["complaint"]["text"]
    assert page["complaint"]["field"] == "conditions.dependencies"
    page = typed(made, "n2", nodename="a")
    assert page["complaint"] == {
        "key": "n2", "field": "nodename", "text": "Duplicate nodename: a"
    }  # fmt: skip
    assert wish(made, "select", node="n1")["complaint"] is not None
    assert wish(made, "put", node="n9", field="label", value="x")["complaint"] is not None
    assert wish(made, "put", node="n1", field="nonsense", value="x")["complaint"] is not None
    assert made.history == before
    assert typed(made, "n1", label="fine")["complaint"] is None


def test_arguments_are_typed_as_they_were_registered():
    made = bench(SUM)
    wish(made, "add", funcname="gen", executortype="wf-executor")
    page = wish(made, "add", funcname="sum", executortype="wf-executor", after="n1")
    kinds = {each["title"]: each["kind"] for each in page["form"]["arguments"]}
    assert kinds == {"start": "number", "mode": "choice", "exact": "choice", "*more": "list"}
    typed(made, "n2", argument__start="5", argument__mode="slow", argument__exact="true")
    assert made.draft["n2"].spec["kwargs"] == {"start": 5, "mode": "slow", "exact": True}
    page = wish(made, "put", node="n2", field="argument.*more", value=["1.5", "2"])
    assert made.draft["n2"].spec["args"] == [5, "slow", True, 1.5, 2]
    assert page["form"]["values"]["argument.start"] == "5"
    page = typed(made, "n2", argument__start="many")
    (problem,) = page["problems"]
    assert (problem["field"], problem["refused"]) == ("argument.start", False)
    assert "start has to be int, not 'many' of type str" in problem["text"]
    page = wish(made, "use", node="n2", field="argument.start", other="n1")
    assert page["form"]["results"] == {"argument.start": "gen"}
    assert page["problems"] == []
    page = wish(made, "part", parent="n1", child="n2")
    assert "is the result of node 'gen'" in page["problems"][0]["text"]


def test_what_was_not_registered_is_kept_and_can_be_changed():
    made = bench(SUM)
    wish(made, "add", funcname="sum", executortype="wf-executor")
    typed(made, "n1", argument__start="5")
    page = wish(made, "put", node="n1", field="kwargs", value=[["other", "[1]"]])
    assert made.draft["n1"].spec["kwargs"] == {"start": 5, "other": [1]}
    assert page["form"]["unknown"]
    assert "unexpected keyword argument 'other'" in page["problems"][0]["text"]
    wish(made, "put", node="n1", field="kwargs", value=[])
    assert made.draft["n1"].spec["kwargs"] == {"start": 5}


def test_nodes_are_selected_duplicated_and_removed():
    made = bench()
    wish(made, "add", funcname="a", executortype="")
    page = wish(made, "duplicate", node="n1")
    assert (page["selected"], page["form"]["values"]["nodename"]) == ("n2", "a_2")
    page = wish(made, "remove", node="n2")
    assert (page["selected"], page["undo"]) == ("n1", "Removed a_2")
    page = wish(made, "remove", node="n1")
    assert (page["selected"], page["form"], page["drawing"]) == (
        "",
        None,
        {"nodes": [], "edges": []},
    )
    assert wish(made, "undo")["told"] == "Undone: Removed a"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Failed …: node 'b' depends on 'x', which is not in the workflow", "n2"),
        ("Expected `int` - at `$.spec.functionspecs[1].priority`", "n2"),
        ("Duplicate nodename: a", "n1"),
        ("Access denied", ""),
    ],
)
def test_a_server_s_refusal_stands_at_the_node_it_names(text, key):
    made = bench()
    for name in "ab":
        wish(made, "add", funcname=name, executortype="")
    assert refusal(ServerRefused(text, 500), made.draft).key == key


def test_the_page_is_json_whatever_names_hold():
    made = bench()
    wish(made, "add", funcname='<img src=x onerror="alert(1)">', executortype="")
    json.dumps(made.page())
    with pytest.raises(InvalidWorkflow):
        made.draft.rename("n1", "")
