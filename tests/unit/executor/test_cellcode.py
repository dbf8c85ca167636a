from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.executor.running import RunningProcess
from jupyter_colonies.notebook.cellcode import CellRunnable

NOBODY: Any = None


def process(*args, inputs=(), **kwargs):
    spec = FunctionSpec(args=list(args), kwargs=kwargs, funcname="f")
    return RunningProcess(Process(spec=spec, input=list(inputs)), NOBODY, NOBODY, NOBODY)


def run(code, names=None, given=None):
    names = {} if names is None else names
    return CellRunnable(code, names, title="executor e")(given or process())


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("1 + 1", 2),
        ("x = 1", None),
        ("", None),
        ("# nothing", None),
        ("x = 1\nx;", 1),
        ("if True:\n    3", None),
        ("[a * 2 for a in args]", [2, 4]),
        ("def f():\n    return args[0] + outer\nf()", 11),
        ("g = lambda: [inputs for _ in range(2)]\ng()", [[5], [5]]),
        ("import math\ndef f():\n    return math.floor(kwargs['k'])\nf()", 1),
        ("class A:\n    b = args\nA.b", [1, 2]),
        ("def f():\n    global n\n    n = 3\nf()\nn", 3),
        ("process.funcname", "f"),
        (
            "import asyncio\nawait asyncio.sleep(0)\nawait asyncio.gather(asyncio.sleep(0, args))",
            [[1, 2]],
        ),
        ("async def f():\n    return outer\nawait f()", 10),
        ("[await x async for x in gen()]", [1]),
    ],
)
def test_the_last_expression_is_the_value(code, value):
    async def gen():
        async def one():
            return 1

        yield one()

    names = {"outer": 10, "gen": gen}
    assert run(code, names, process(1, 2, inputs=[5], k=1.5)) == value
    assert set(names) == {"outer", "gen"}


def test_assignments_stay_with_the_run_and_changes_in_place_do_not():
    names = {"seen": [], "n": 0}
    run("n = n + 1\nseen.append(n)", names)
    run("n = n + 1\nseen.append(n)", names)
    assert names == {"seen": [1, 1], "n": 0}


def test_a_run_sees_what_the_notebook_defines_meanwhile():
    names: dict[str, Any] = {}
    runnable = CellRunnable("later", names, title="executor e")
    names["later"] = 4
    assert runnable(process()) == 4


def test_syntax_errors_name_the_line_of_the_cell():
    with pytest.raises(SyntaxError) as caught:
        CellRunnable("\nx = 1\nx = = 2", {}, title="executor e", first_line="%%colonies executor e")
    assert caught.value.lineno == 4


def test_line_and_shell_magics_work():
    shell = InteractiveShell.instance()
    names = {"get_ipython": lambda: shell}
    code = "\n\nfiles = !echo hello\nfiles[0]"
    runnable = CellRunnable(code, names, title="executor e", transform=shell.transform_cell)
    assert runnable(process()) == "hello"


def test_what_the_code_does_not_name_is_not_fetched():
    fetched = []

    class Values:
        def open(self, reference):
            fetched.append(reference["$file"])
            return "the value"

    def given():
        stored = Process(spec=FunctionSpec(funcname="f"), input=[{"$file": "/results/p/x"}])
        values: Any = Values()
        return RunningProcess(stored, NOBODY, NOBODY, NOBODY, values)

    assert run("args", given=given()) == []
    assert fetched == []
    assert run("inputs", given=given()) == ["the value"]
    assert run("eval('inputs')", given=given()) == ["the value"]
    assert len(fetched) == 2
