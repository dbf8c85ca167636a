from __future__ import annotations

from typing import Any

import pytest

from jupyter_colonies.client.compose.signature import CallError
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import Conditions, FunctionSpec
from jupyter_colonies.executor.functions.arguments import Resolution


def node(name, output=(), parents=(), args=(), kwargs=None, dependencies=(), given=()):
    spec = FunctionSpec(
        nodename=name,
        args=list(args),
        kwargs=kwargs or {},
        conditions=Conditions(dependencies=list(dependencies)),
    )
    return Process(
        processid=f"id of {name}", spec=spec, output=list(output), input=list(given),
        parents=[f"id of {each}" for each in parents],
    )  # fmt: skip


def resolution(process, *others):
    asked = []
    known = {each.processid: each for each in others}

    def read(processids):
        asked.append(processids)
        return [known[each] for each in processids]

    return Resolution(process, read, lambda reference: f"opened {reference['$file']}"), asked


def test_one_parent_is_not_asked():
    args = [{"$result": "a"}, {"$result": "a", "at": [1, "k"]}, 5]
    process = node("x", parents="a", args=args, dependencies="a", given=[[1, {"k": 2}]])
    found, asked = resolution(process)
    assert found.args() == [[1, {"k": 2}], 2, 5]
    assert asked == []


def test_nothing_is_asked_without_placeholders():
    process = node("x", parents="ab", args=[1], dependencies="ab", given=[1, 2])
    found, asked = resolution(process)
    assert (found.args(), found.inputs(), asked) == ([1], [1, 2], [])


def test_parents_may_put_out_any_number_of_values():
    kwargs: dict[str, Any] = {
        "one": {"$result": "b"},
        "all": [{"$outputs": "a"}, {"$outputs": "c"}],
    }
    process = node("x", parents="abc", kwargs=kwargs, dependencies="abc", given=[1, 2, 3])
    found, asked = resolution(process, node("a", [1, 2]), node("b", [3]), node("c"))
    assert found.kwargs() == {"one": 3, "all": [[1, 2], []]}
    assert len(asked) == 1


def test_an_inserted_process_stands_in_wherever_it_is_among_the_parents():
    process = node(
        "x", parents=["b", "n2", "added"], args=[{"$result": "a"}, {"$result": "b"}],
        dependencies="ab", given=[2, 30, 4],
    )  # fmt: skip
    others = [
        node("a", [1]), node("b", [2]), node("n1", [10], parents="a"),
        node("n2", [30], parents=["n1"]), node("added", [4], parents=["b"]),
    ]  # fmt: skip
    assert resolution(process, *others)[0].args() == [30, 2]


def test_several_in_the_place_of_one():
    args = [{"$outputs": "a"}]
    process = node("x", parents=["n", "m"], args=args, dependencies="a", given=[1, 2])
    others = [node("a", [0]), node("n", [1], parents="a"), node("m", [2], parents="a")]
    assert resolution(process, *others)[0].args() == [[1, 2]]
    process.spec.args = [{"$result": "a"}]
    with pytest.raises(CallError, match="node 'a' put out 2 values where one result"):
        resolution(process, *others)[0].args()


def test_values_and_files_come_in_full():
    args = [{"$result": "a"}, {"$file": "/arguments/f"}]
    given = [{"v": {"$value": "5", "type": "int"}, "f": {"$file": "/results/p/f"}}]
    process = node("x", parents="a", args=args, dependencies="a", given=given)
    found, _ = resolution(process)
    assert found.args() == [{"v": 5, "f": "opened /results/p/f"}, "opened /arguments/f"]
    assert found.inputs() == [{"v": 5, "f": "opened /results/p/f"}]


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        ({"$result": "b"}, r"node 'b', which is none of those .* waited for \(a\)"),
        ({"$result": "a", "at": ["k"]}, r"has no part 'k': it is \[1\]"),
        ({"$result": "a", "at": [1]}, "has no part 1"),
    ],
)
def test_placeholders_that_lead_nowhere(argument, text):
    process = node("x", parents="a", args=[argument], dependencies="a", given=[[1]])
    with pytest.raises(CallError, match=text):
        resolution(process)[0].args()
