"""Cells that are executors, in a real kernel at a real server."""

from __future__ import annotations

import hashlib
import os
import textwrap
from contextlib import aclosing
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

from jupyter_colonies.client import discovery
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import ProcessFailed

PATIENCE = 60


class Kernel:
    """A kernel, and what its cells showed by the id of their request."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(env={**os.environ, **environment})
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)
        self.shown: dict[str, list[dict[str, Any]]] = {}

    def begin(self, code: str, cell: str = "") -> str:
        """Run a cell without waiting; `cell` is the id the front end gives it."""
        content = {
            "code": textwrap.dedent(code).strip("\n"),
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        message = self.client.session.msg("execute_request", content, metadata={"cellId": cell})
        self.client.shell_channel.send(message)
        identity: str = message["header"]["msg_id"]
        return identity

    def end(self, cell: str) -> dict[str, Any]:
        """Wait for the reply to a cell."""
        while True:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == cell:
                content: dict[str, Any] = reply["content"]
                return content

    def run(self, code: str, cell: str = "") -> str:
        """Run a cell that must not fail."""
        identity = self.begin(code, cell)
        reply = self.end(identity)
        assert reply["status"] == "ok", "\n".join(reply["traceback"])
        return identity

    def until(self, cell: str, part: str) -> str:
        """What a cell has printed, once it contains a text."""
        while part not in (printed := self.printed(cell)):
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            parent = message["parent_header"].get("msg_id", "")
            self.shown.setdefault(parent, []).append(message)
        return printed

    def printed(self, cell: str) -> str:
        messages = self.shown.get(cell, [])
        return "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")

    def stop(self) -> None:
        self.client.stop_channels()
        if self.manager.is_alive():
            self.manager.shutdown_kernel()
        self.manager.cleanup_resources()


@pytest.fixture(scope="module")
def environment(server):
    return {discovery.RUNTIME_VARIABLE: str(server.runtime_file)}


@pytest.fixture(scope="module")
def colony(environment):
    before = os.environ.get(discovery.RUNTIME_VARIABLE)
    os.environ.update(environment)
    try:
        colony = Colony(discovery.find())
    finally:
        if before is None:
            del os.environ[discovery.RUNTIME_VARIABLE]
    yield colony
    colony.close()


@pytest.fixture(scope="module")
def one_kernel(environment):
    kernel = Kernel(environment)
    kernel.run("%load_ext jupyter_colonies")
    yield kernel
    kernel.stop()


@pytest.fixture
def kernel(one_kernel):
    yield one_kernel
    one_kernel.run("from jupyter_colonies.executor import registry; registry.stop_all(timeout=5)")


def call(colony, executortype, funcname, *args, **fields):
    spec = {"funcname": funcname, "nodename": funcname, "args": list(args), **fields}
    return colony.submit({**spec, "conditions": {"executortype": executortype}})


def result(run):
    return run.wait(PATIENCE, progress=False).nodes[0].output


def errors(run):
    with pytest.raises(ProcessFailed):
        run.wait(PATIENCE, progress=False)
    return run.nodes[0].errors


def test_a_cell_serves_every_function_of_its_type(colony, kernel):
    kernel.run("factor = 10\ndef scaled(x):\n    return factor * x")
    kernel.run("""
        %%colonies executor e
        import math
        def inner():
            return [math.floor(scaled(x)) for x in args]
        result = inner()
        {"function": process.funcname, "result": result, "kwargs": kwargs}
    """)
    run = call(colony, "e", "anything", 1, 2, kwargs={"k": 1})
    assert result(run) == [{"function": "anything", "result": [10, 20], "kwargs": {"k": 1}}]
    kernel.run("factor = 100\nassert 'result' not in globals()\nassert 'args' not in globals()")
    assert result(call(colony, "e", "f", 1)) == [{"function": "f", "result": [100], "kwargs": {}}]


def test_a_process_completes_while_the_main_thread_sleeps(colony, kernel, tmp_path):
    kernel.run("%%colonies executor e\nsum(args)")
    awake = tmp_path / "awake"
    busy = kernel.begin(f"""
        import pathlib, time
        print("asleep")
        while not pathlib.Path({str(awake)!r}).exists():
            time.sleep(0.05)
    """)
    kernel.until(busy, "asleep")
    assert result(call(colony, "e", "f", 1, 2)) == [3]
    assert not kernel.client.shell_channel.msg_ready()
    awake.touch()
    assert kernel.end(busy)["status"] == "ok"


def test_a_cell_in_worker_processes(colony, kernel):
    kernel.run("factor = 10\ndef scaled(x):\n    return factor * x\nunused = open('/dev/null')")
    executor = kernel.run("""
        %%colonies executor e --processes 2
        import os
        print("ran for", args[0])
        if args[0] is None:
            scaled(1) / 0
        [scaled(args[0]), os.getpid()]
    """)
    kernel.run("import os; here = os.getpid()")
    other = kernel.run("print('another cell')")
    value, pid = result(call(colony, "e", "f", 2))
    assert value == 20
    assert "ran for 2" in kernel.until(executor, "ran for 2")
    assert kernel.until(other, "another cell") == "another cell\n"
    kernel.run(f"factor = 100\nassert here != {pid}")
    assert result(call(colony, "e", "f", 2))[0] == 200
    first, trace = errors(call(colony, "e", "f", None))
    assert first == "ZeroDivisionError: division by zero"
    assert "line 5, in <module>\n    scaled(1) / 0" in trace
    kernel.run("%%colonies executor e\nos.getpid()")
    assert result(call(colony, "e", "f")) != [pid]


def test_other_code_than_the_notebook_shows_is_warned_of(kernel):
    warned = "still runs"

    def stderr(identity):
        kernel.run("print('end')")
        return "".join(
            message["content"]["text"]
            for message in kernel.shown.get(identity, [])
            if message["msg_type"] == "stream" and message["content"]["name"] == "stderr"
        )

    def run(code, cell):
        identity = kernel.run(code, cell)
        end = kernel.run("print('end')")
        kernel.until(end, "end")
        return stderr(identity)

    cell = "%%colonies executor e\nsum(args)"
    assert warned not in run(cell, "cell 1")
    assert warned not in run(cell.replace("sum", "max"), "cell 1")
    assert "Executor 'e' still runs its cell as it was before" in run("min([1])", "cell 1")
    assert warned not in run("min([1])", "cell 1")
    function = "@colony.function(executor='g')\ndef g():\n    return 1"
    assert warned not in run(
        f"import jupyter_colonies\ncolony = jupyter_colonies.connect()\n{function}", "cell 2"
    )
    assert warned not in run("def other(): pass", "cell 3")
    assert "Executor 'g' still runs 'g' as" in run("def g():\n    return 2", "cell 4")
    assert warned not in run(function, "cell 5")
    assert warned not in run("g()", "cell 6")


def test_output_goes_to_the_log_and_to_the_executors_own_cell(colony, kernel):
    executor = kernel.run("""
        %%colonies executor e
        import sys, warnings, logging
        print("printed by", args[0])
        print("to stderr", file=sys.stderr)
        logging.getLogger("x").warning("logged")
        warnings.warn("warned")
        !echo from the shell
        print("end of", args[0])
    """)
    other = kernel.run("print('another cell')")
    run = call(colony, "e", "f", "one")
    assert result(run) == []
    log = run.nodes[0].log()
    shown = kernel.until(executor, "end of one")
    for part in ("printed by one\nto stderr\nlogged\n", "UserWarning: warned", "from the shell"):
        assert part in log
    assert "printed by one" in shown
    assert "from the shell" in shown
    assert kernel.until(other, "another cell") == "another cell\n"


def test_runs_at_the_same_time_never_see_each_other(colony, kernel):
    kernel.run("import threading\nboth = threading.Barrier(2)")
    kernel.run("""
        %%colonies executor e --concurrency 2
        def mine():
            return args[0]
        both.wait(60)
        before = mine()
        print("run", before)
        both.wait(60)
        [before, mine(), [args[0] for _ in range(1)]]
    """)
    one, two = call(colony, "e", "f", 1), call(colony, "e", "f", 2)
    assert result(one) == [1, 1, [1]]
    assert result(two) == [2, 2, [2]]
    assert one.nodes[0].log() == "run 1\n"
    assert two.nodes[0].log() == "run 2\n"


def test_running_the_cell_again_replaces_it(colony, kernel):
    kernel.run("import threading\nbegun, go_on = threading.Event(), threading.Event()")
    kernel.run(
        "%%colonies executor e --function f --function g\nbegun.set()\ngo_on.wait(60)\n'old'",
        cell="one",
    )
    first = call(colony, "e", "f")
    kernel.run("assert begun.wait(60)")
    kernel.run("%%colonies executor e --function h\n'h'", cell="two")
    kernel.run("%%colonies executor e --function f\n'new'", cell="one")
    second, third = call(colony, "e", "f"), call(colony, "e", "h")
    kernel.run("go_on.set()")
    assert (result(first), result(second), result(third)) == (["old"], ["new"], ["h"])
    assert errors(call(colony, "e", "g")) == ["Unknown function 'g': executor 'e' serves f, h"]


def test_exceptions_become_errors_with_the_lines_of_the_cell(colony, kernel):
    kernel.run("""
        %%colonies executor e
        def broken():
            raise ValueError("no " + args[0])

        broken()
    """)
    first, trace = errors(call(colony, "e", "f", "good"))
    assert first == "ValueError: no good"
    assert "<executor e, version" in trace
    assert "line 5, in <module>\n    broken()" in trace
    assert 'line 3, in broken\n    raise ValueError("no " + args[0])' in trace
    assert "jupyter_colonies" not in trace


def test_exits_and_interrupts_fail_the_process_and_not_the_kernel(colony, kernel):
    kernel.run("%%colonies executor e\nraise SystemExit(1) if args else KeyboardInterrupt")
    assert errors(call(colony, "e", "f"))[0] == "KeyboardInterrupt"
    assert errors(call(colony, "e", "f", 1))[0] == "SystemExit: 1"
    kernel.run("1 + 1")


def test_interrupting_the_kernel_leaves_processes_alone(colony, kernel):
    kernel.run("import threading\nbegun, go_on = threading.Event(), threading.Event()")
    kernel.run("%%colonies executor e\nbegun.set()\ngo_on.wait(60)\n'done'")
    run = call(colony, "e", "f")
    kernel.run("assert begun.wait(60)")
    busy = kernel.begin("print('busy', flush=True)\nimport time\nwhile True:\n    time.sleep(0.05)")
    kernel.until(busy, "busy")
    kernel.manager.interrupt_kernel()
    assert kernel.end(busy)["ename"] == "KeyboardInterrupt"
    kernel.run("go_on.set()")
    assert result(run) == ["done"]


def test_syntax_errors_show_when_the_cell_is_run(colony, kernel):
    reply = kernel.end(kernel.begin("%%colonies executor e\nx = 1\nx = = 2"))
    assert reply["ename"] == "InvalidCell"
    shown = "\n".join(reply["traceback"])
    assert "line 3\n    x = = 2" in shown
    assert "SyntaxError: invalid syntax" in shown
    assert "magics.py" not in shown
    assert [e.executorname for e in colony.executors() if e.state == ExecutorState.APPROVED] == []


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("executor", "Missing"),
        ("executor e --concurrency 0", "0 is not in the range"),
        ("executor a:b", "must not be empty or contain ':'"),
        ("executor e --nonsense", "No such option"),
    ],
    ids=["name", "concurrency", "colon", "option"],
)
def test_what_the_line_says_is_checked(kernel, line, text):
    reply = kernel.end(kernel.begin(f"%%colonies {line}\n1"))
    assert reply["status"] == "error"
    assert text in "\n".join(reply["traceback"])


def test_await_works_in_the_cell(colony, kernel):
    kernel.run("""
        %%colonies executor e
        import asyncio
        async def later(x):
            await asyncio.sleep(0)
            return x
        await asyncio.gather(*map(later, args))
    """)
    assert result(call(colony, "e", "f", 1, 2)) == [1, 2]


def test_the_dynamic_workflow_of_the_tutorial(colony, kernel):
    kernel.run("""
        %%colonies executor wf-executor
        if process.funcname == "gen":
            reducer = process.graph()["sum_node"]
            process.insert_child("square", nodename="square_node", child=reducer)
            process.add_child("square", nodename="square_node", child=reducer)
            output = [1, 1]
        elif process.funcname == "square":
            output = [sum(inputs) ** 2]
        else:
            output = sum(inputs)
        output
    """)
    workflow = Workflow(executortype="wf-executor")
    workflow.node("sum_node", "sum", after=workflow.node("gen_node", "gen"))
    run = colony.submit(workflow).wait(PATIENCE, progress=False)
    assert [node.output for node in run.all("square_node")] == [[4], [4]]
    assert run["sum_node"].output == [8]


def test_a_decorated_function(colony, kernel):
    kernel.run("""
        import jupyter_colonies
        colony = jupyter_colonies.current()

        @colony.function(executor="e", name="sum")
        def total(inputs, *, start: int = 0) -> int:
            "Adds."
            print("adding", inputs)
            return sum(inputs, start)
    """)
    run = call(colony, "e", "sum", kwargs={"start": 4})
    assert result(run) == [4]
    assert run.nodes[0].log() == "adding []\n"
    (function,) = colony.functions("e")
    assert (function.funcname, function.description) == ("sum", "Adds.")


def seats(colony, name):
    """The cells of an executor, as its registration tells them."""
    (executor,) = [each for each in colony.executors() if each.executorname == name]
    return {each["name"]: each for each in executor.capabilities.software or []}


def test_an_executor_tells_in_which_cells_it_stands(colony, kernel):
    one = "%%colonies executor placed --function f --function g\n'old'"
    kernel.run(one, cell="one")
    kernel.run("import jupyter_colonies\ncolony = jupyter_colonies.current()")
    two = "@colony.function(executor='placed')\ndef h():\n    return 1"
    kernel.run(two, cell="two")
    before = seats(colony, "placed")
    assert {cell: each["functions"] for cell, each in before.items()} == {
        "one": ["f", "g"], "two": ["h"],
    }  # fmt: skip
    assert before["one"]["version"] == hashlib.sha256(one.encode()).hexdigest()
    assert before["two"]["version"] == hashlib.sha256(two.encode()).hexdigest()
    assert {each["type"] for each in before.values()} == {"notebook cell"}
    kernel.run(one.replace("old", "new"), cell="one")
    after = seats(colony, "placed")
    assert after["one"]["version"] != before["one"]["version"]
    assert after["one"]["since"] > before["one"]["since"]
    assert after["two"] == before["two"]
    kernel.run("%colonies executor stop placed --cell one")
    assert list(seats(colony, "placed")) == ["two"]
    assert result(call(colony, "placed", "h")) == [1]
    kernel.run("%colonies executor stop placed --cell two")
    (executor,) = [each for each in colony.executors() if each.executorname == "placed"]
    assert executor.state == ExecutorState.UNREGISTERED


async def first_in_state(colony, processid, state):
    frames = colony.client.subscribe_process(
        colonyname=colony.name, processid=processid, state=state, timeout=PATIENCE
    )
    async with aclosing(frames):
        return await anext(frames)


def test_the_shutdown_of_the_kernel_unregisters(colony, environment):
    kernel = Kernel(environment)
    try:
        kernel.run("%load_ext jupyter_colonies")
        kernel.run("%%colonies executor leaving\nimport time\ntime.sleep(600)")
        run = call(colony, "leaving", "f")
        assert colony.call(first_in_state(colony, run.id, State.RUNNING)).processid == run.id
    finally:
        kernel.stop()
    (executor,) = [e for e in colony.executors() if e.executorname == "leaving"]
    assert executor.state == ExecutorState.UNREGISTERED
    assert run.state == State.WAITING
