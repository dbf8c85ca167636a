"""What people call a run."""

from jupyter_colonies.core.runname import run_name
from jupyter_colonies.core.spec import FunctionSpec


def named(*names: str) -> list[FunctionSpec]:
    return [FunctionSpec(nodename=name, funcname="f") for name in names]


def test_the_given_name_counts() -> None:
    assert run_name("  nightly ", named("a")) == "nightly"
    assert len(run_name("x" * 300, named("a"))) == 255


def test_without_one_it_is_what_the_run_does() -> None:
    assert run_name("", named("load", "clean")) == "load, clean"
    assert run_name(" ", named(*"abcde")) == "a, b, c and 2 more"
    assert run_name("", [FunctionSpec(funcname="f")]) == "f"
    long = run_name("", named("x" * 200, "y" * 200, "z", "w"))
    assert len(long) == 255
    assert long.endswith("y and 1 more")
