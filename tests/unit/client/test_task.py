from __future__ import annotations

import dataclasses
import pickle
from datetime import date
from typing import Any, Literal

import cloudpickle
import numpy as np
import pytest

from jupyter_colonies.client.compose.signature import CallError, Signature
from jupyter_colonies.client.compose.specfile import parse_specs
from jupyter_colonies.client.compose.task import Task
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.errors import InvalidWorkflow


@Task
def load(path: str, n: int = 3) -> list:
    """Some numbers."""
    return list(range(n))


@Task
def square(x: float) -> float:
    return x * x


@Task
def total(parts: list[float], *, scale: float = 1, label: Any = None, mode: Literal["a"] = "a"):
    return sum(parts) * scale


def specs(workflow):
    return {spec.nodename: spec for spec in workflow.to_spec("dev").functionspecs}


def test_outside_of_a_workflow_a_task_is_its_function():
    assert load("x", n=2) == [0, 1]
    assert square.map([1, 2]) == [1, 4]
    assert (load.__name__, load.__doc__) == ("load", "Some numbers.")
    assert pickle.loads(pickle.dumps(load)) is load
    inner = Task(lambda x: x + 1)
    assert cloudpickle.loads(cloudpickle.dumps(inner))(1) == 2


def test_results_are_arguments_and_make_the_order():
    with Workflow("w", executortype="e") as workflow:
        numbers = load("x")
        squares = square.map([1, 2])
        total([*squares, numbers[0]], label={"all": numbers}, after=square(3))
    found = specs(workflow)
    assert list(found) == ["load", "square[0]", "square[1]", "square[2]", "total"]
    assert found["total"].args == [
        [{"$result": "square[0]"}, {"$result": "square[1]"}, {"$result": "load", "at": [0]}]
    ]
    assert found["total"].kwargs == {"label": {"all": {"$result": "load"}}}
    assert found["total"].dependencies == ["square[0]", "square[1]", "load", "square[2]"]
    assert found["load"].conditions.executortype == "e"


def test_nodes_of_other_functions_give_all_their_outputs():
    with Workflow(executortype="e") as workflow:
        gen = workflow.node("gen", "gen", {"a": load("x")})
        total(gen, label=gen[0])
        total(load("y").outputs)
    found = specs(workflow)
    assert found["gen"].args == [{"a": {"$result": "load"}}]
    assert found["gen"].dependencies == ["load"]
    assert found["total"].args == [{"$outputs": "gen"}]
    assert found["total"].kwargs == {"label": {"$outputs": "gen", "at": [0]}}
    assert found["total[1]"].args == [{"$outputs": "load[1]"}]


def test_options_of_a_node():
    with Workflow(executortype="e") as workflow:
        chosen = square.options(
            name="mine", executor="one", executortype="t", priority=2, label="l", maxretries=3,
            maxexectime=4, maxwaittime=5, env={"A": "b"}, cpu="500m", mem="1Gi",
        )  # fmt: skip
        chosen(1)
        chosen.map([1])
        square(1)
    mine, _, plain = specs(workflow).values()
    assert (mine.nodename, mine.funcname, mine.priority, mine.label) == ("mine", "square", 2, "l")
    assert (mine.maxretries, mine.maxexectime, mine.maxwaittime) == (3, 4, 5)
    assert (mine.env, mine.conditions.cpu, mine.conditions.mem) == ({"A": "b"}, "500m", "1Gi")
    assert (mine.conditions.executornames, mine.conditions.executortype) == (["one"], "t")
    assert (plain.priority, plain.conditions.executortype) == (0, "e")
    assert list(workflow.nodes) == ["mine", "mine[1]", "square"]


def test_names_are_unique_and_readable():
    with Workflow(executortype="e") as workflow:
        workflow.node("square[1]", "other")
        load("a"), load("b")
        square.map([1, 2])
        square(3)
        square.options(name="load")(4)
    assert list(workflow.nodes) == [
        "square[1]", "load", "load[1]", "square[0]", "square[2]", "square[3]", "load[2]",
    ]  # fmt: skip


def test_a_workflow_survives_json_and_yaml():
    with Workflow("w", executortype="e") as workflow:
        texts = [load("1e3\n\x85 # no: comment", n=2**63), load("yes"), load("2026-01-01")]
        total(
            [1e300, 0.1, square(2.0)],
            label={"t": texts, "d": date(2026, 1, 1), "nan": float("nan"), "": None, "k": "😀"},
        )
    for text, name in ((workflow.to_json(), "w.json"), (workflow.to_yaml(), "w.yaml")):
        again = Workflow.from_specs(parse_specs(text, name))
        assert specs(again) == specs(workflow)


def test_arguments_that_json_lacks_are_kept_as_files():
    with Workflow(executortype="e") as workflow:
        total([1], label=[np.arange(3), np.arange(3)])
        load("x" * 2_000_000)
    reference = specs(workflow)["total"].kwargs["label"][0]
    assert reference["$file"].startswith("/arguments/")
    assert reference["kind"] == "npy"
    assert [packed.kind for packed in workflow.packed] == ["npy", "npy", "json"]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda w: square("a"), CallError, r"square\(x: float\) -> float: x has to be float"),
        (lambda w: square(), CallError, "missing a required argument: 'x'"),
        (lambda w: square(1, 2), CallError, "too many positional arguments"),
        (lambda w: total([], scal=3), CallError, "'scal'; did you mean scale"),
        (lambda w: total([1, "a"]), CallError, r"parts\[1\] has to be float"),
        (lambda w: total([], mode="b"), CallError, "mode has to be Literal"),
        (lambda w: square(load("x")), CallError, "node 'load' returns list"),
        (lambda w: square.map(load("x")), CallError, "a list that is known now"),
        (lambda w: square.map([1, "x"]), CallError, "has to be float"),
        (lambda w: square.map([1], [2, 3]), CallError, "differ in length"),
        (lambda w: square.map(), CallError, "needs a list"),
        (lambda w: square.options(memory="1Gi"), TypeError, "did you mean mem"),
        (lambda w: list(load("x")), TypeError, "not known before the workflow runs"),
        (lambda w: load("x") or 1, TypeError, "whether it is true"),
        (lambda w: load("x")[1.5], TypeError, "a number or a text"),
        (lambda w: square(1, after=Workflow().node("y")), InvalidWorkflow, "another workflow"),
    ],
)  # fmt: skip
def test_mistakes_are_named_before_anything_is_sent(call, error, text):
    workflow = Workflow(executortype="e")
    with pytest.raises(error, match=text), workflow:
        call(workflow)
    assert "square" not in workflow.nodes


def test_a_node_of_another_workflow_is_refused():
    with Workflow() as first:
        numbers = load("x")
    with pytest.raises(InvalidWorkflow, match="'load' belongs to another workflow"), Workflow():
        total(numbers)
    assert list(first.nodes) == ["load"]


def test_blocks_may_be_nested_and_entered_again():
    outer, inner = Workflow("outer"), Workflow("inner")
    with outer:
        load("a")
        with inner:
            load("b")
        load("c")
    with outer:
        load("d")
    assert list(outer.nodes) == ["load", "load[1]", "load[2]"]
    assert list(inner.nodes) == ["load"]
    assert load("x", 1) == [0]


@dataclasses.dataclass
class Point:
    x: int


def converted(function, *args, **kwargs):
    signature = Signature(function)
    return signature.converted(signature.bind(args, kwargs)).arguments


def test_what_came_as_json_gets_the_type_of_its_annotation():
    def f(pair: tuple[int, str], when: date, at: Point, many: list[Point], rest: dict[str, Point]):
        raise NotImplementedError

    one = Point(1)
    found = converted(f, [1, "a"], "2026-01-02", {"x": 1}, [{"x": 1}], rest={"k": {"x": 1}})
    assert found == {
        "pair": (1, "a"), "when": date(2026, 1, 2), "at": one, "many": [one], "rest": {"k": one},
    }  # fmt: skip
    with pytest.raises(CallError, match="at has to be .*Point, not 3"):
        converted(f, [1, "a"], "2026-01-02", 3, [], {})


def test_annotations_that_are_no_plain_types_say_nothing():
    def f(a: "Unknown", b: Any, c: int | None = None, *more: int, **named: float):  # type: ignore[name-defined]  # noqa: F821, UP037
        raise NotImplementedError

    Signature(f).check(["a", object(), "c"], {}, lambda _: False)
