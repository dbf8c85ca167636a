from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest

from jupyter_colonies.client.compose.signature import CallError
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.executor.functions.function import FunctionRunnable
from jupyter_colonies.executor.running import RunningProcess

NOBODY: Any = None


def process(*args, inputs=(), **kwargs):
    spec = FunctionSpec(funcname="f", args=list(args), kwargs=kwargs)
    return RunningProcess(Process(spec=spec, input=list(inputs)), NOBODY, NOBODY, NOBODY)


def test_arguments_are_bound_and_inputs_are_given():
    def f(a, inputs, *rest, b=2, process, **more):
        return [a, b, inputs, rest, more, process.funcname]

    run = FunctionRunnable(f)
    assert run(process(1, 7, b=3, c=4, inputs=[5])) == [1, 3, [5], (7,), {"c": 4}, "f"]


def test_only_what_the_function_asks_for_is_given():
    assert FunctionRunnable(lambda: 1)(process(inputs=[1])) == 1


def test_arguments_that_do_not_fit():
    def f(a: int, inputs):
        return a

    with pytest.raises(CallError, match=r"f\(a: int\): missing a required argument: 'a'"):
        FunctionRunnable(f)(process())
    with pytest.raises(CallError, match="unexpected keyword argument 'z'"):
        FunctionRunnable(f)(process(1, z=2))
    with pytest.raises(CallError, match="too many positional arguments"):
        FunctionRunnable(f)(process(1, 2))


def test_coroutine_functions_run():
    async def f(x):
        return x + 1

    assert FunctionRunnable(f)(process(1)) == 2


def test_the_signature_is_described():
    def f(
        n: int,
        names: list[str] | None = None,
        mode: Annotated[Literal["a", "b"], "how"] = "a",
        *rest: float,
        inputs: list,
        other,
        **more,
    ):
        """Do it.

        Well.
        """

    run = FunctionRunnable(f)
    assert run.description == "Do it.\n\nWell."
    assert [(a.name, a.type, a.required, a.description, a.enum) for a in run.arguments] == [
        ("n", "int", True, "", []),
        ("names", "list[str] | None", False, "", []),
        ("mode", "str", False, "how", ["a", "b"]),
        ("*rest", "float", False, "", []),
        ("other", "any", True, "", []),
        ("**more", "any", False, "", []),
    ]


def test_annotations_that_cannot_be_resolved_are_kept_as_text():
    def f(a: Nowhere): ...  # type: ignore[name-defined]  # noqa: F821

    assert FunctionRunnable(f).arguments[0].type == "Nowhere"
