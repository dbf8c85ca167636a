"""Executors of this process at a real server."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import logging
import sys
import threading

import pytest

from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import NotFound, ProcessFailed
from jupyter_colonies.executor import execution, registry, report
from jupyter_colonies.executor.functions.function import FunctionRunnable
from jupyter_colonies.executor.worker import Worker, WorkerState
from tests.workers import call, errors, result


@pytest.fixture
def colony(notebook_colony):
    return notebook_colony


def test_a_function_serves_a_workflow(colony):
    @colony.function(executor="e")  # a fixture
    def gen(n: int, *, step: int = 1) -> list[int]:
        """Numbers."""
        return list(range(0, n * step, step))

    @colony.function(executor="e", name="sum")
    def total(inputs):
        return sum(inputs)

    workflow = Workflow(executortype="e")
    numbers = workflow.node("numbers", "gen", 4, kwargs={"step": 2})
    workflow.node("sum_node", "sum", after=numbers)
    run = colony.submit(workflow).wait(30, progress=False)

    assert run["numbers"].output == [0, 2, 4, 6]
    assert run["sum_node"].output == [12]
    assert total([1, 2]) == 3
    functions = {function.funcname: function for function in colony.functions("e")}
    assert functions["gen"].description == "Numbers."
    assert [(a.name, a.type) for a in functions["gen"].args] == [("n", "int"), ("step", "int")]
    assert functions["sum"].counter == 1
    worker = registry.get("e")
    assert worker is not None
    assert (worker.done, worker.failed, worker.running) == (2, 0, [])


def test_a_function_alone_is_an_executor_of_its_own_name(colony):
    @colony.function
    def double(x):
        return 2 * x

    assert result(call(colony, "double", 4, executortype="double")) == [8]


def test_two_runs_at_the_same_time_do_not_see_each_other(colony):
    both = threading.Barrier(2)

    def meet(process):
        print("first", process.args)
        both.wait(30)
        print("second", process.args)
        both.wait(30)
        return process.args

    worker = Worker(colony, "e", concurrency=2)
    worker.add("meet", meet)
    worker.start()
    one, two = call(colony, "meet", 1), call(colony, "meet", 2)
    assert (result(one), result(two)) == ([1], [2])
    assert one.nodes[0].log() == "first [1]\nsecond [1]\n"
    assert two.nodes[0].log() == "first [2]\nsecond [2]\n"


def test_concurrency_is_kept(colony):
    running, most, lock = 0, 0, threading.Lock()

    def count(process):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        process.log("x")
        with lock:
            running -= 1

    worker = Worker(colony, "e", concurrency=2)
    worker.add("count", count)
    runs = [call(colony, "count") for _ in range(8)]
    worker.start()
    for run in runs:
        result(run)
    assert most <= 2


def test_what_a_run_writes_is_its_log_in_order(colony, capsys):
    said = logging.StreamHandler()
    log = logging.getLogger("a library")
    log.addHandler(said)
    try:

        @colony.function(executor="e")
        def talk(process):
            print("out", end="")
            print("put")
            print("error", file=sys.stderr)
            log.warning("logged")
            process.log("noted")
            print("no newline", end="")

        run = call(colony, "talk")
        result(run)
    finally:
        log.removeHandler(said)
    expected = "output\nerror\nlogged\nnoted\nno newline\n"
    assert run.nodes[0].log() == expected
    shown = capsys.readouterr()
    assert shown.out == "output\nno newline"
    assert "error\nlogged" in shown.err


def test_many_lines_take_few_requests(colony):
    @colony.function(executor="e")
    def chatter():
        for number in range(5000):
            print(number)

    run = call(colony, "chatter")
    result(run)
    assert run.nodes[0].log().split() == [str(number) for number in range(5000)]
    assert len(colony.logs(run.id)) < 500


def test_exceptions_become_errors_with_their_traceback(colony):
    @colony.function(executor="e")
    def bad(kind):
        def deeper():
            raise ValueError("no good")

        if kind == "value":
            deeper()
        if kind == "exit":
            sys.exit(2)
        if kind == "interrupt":
            raise KeyboardInterrupt
        return threading.Lock()

    first, trace = errors(call(colony, "bad", "value"))
    assert first == "ValueError: no good"
    assert 'raise ValueError("no good")' in trace
    assert "jupyter_colonies/executor" not in trace
    assert errors(call(colony, "bad", "exit"))[0] == "SystemExit: 2"
    assert errors(call(colony, "bad", "interrupt"))[0] == "KeyboardInterrupt"
    (unsendable,) = errors(call(colony, "bad", "other"))
    assert "of type _thread.lock has no form as JSON" in unsendable
    assert "missing a required argument: 'kind'" in errors(call(colony, "bad"))[0]
    (unknown,) = errors(call(colony, "worse"))
    assert unknown == "Unknown function 'worse': executor 'e' serves bad"
    worker = registry.get("e")
    assert worker is not None
    assert worker.failed == 6


def test_replaced_code_lets_what_runs_finish(colony):
    begun, go_on = threading.Event(), threading.Event()

    def old(process):
        begun.set()
        go_on.wait(30)
        return "old"

    worker = Worker(colony, "e")
    worker.add("f", old)
    worker.start()
    first = call(colony, "f")
    assert begun.wait(30)
    worker.add("f", lambda process: "new")
    second = call(colony, "f")
    go_on.set()
    assert (result(first), result(second)) == (["old"], ["new"])


def test_a_new_type_is_taken_when_the_present_run_is_over(colony):
    begun, go_on = threading.Event(), threading.Event()

    def f(process):
        begun.set()
        go_on.wait(30)
        return "done"

    worker = Worker(colony, "e")
    worker.add("f", f)
    worker.start()
    first = call(colony, "f")
    assert begun.wait(30)
    worker.configure(executortype="other")
    second = call(colony, "f", executortype="other")
    go_on.set()
    assert (result(first), result(second)) == (["done"], ["done"])
    assert [e.executortype for e in colony.executors()] == ["other"]


def test_stopping_gives_back_what_does_not_finish(colony):
    begun, go_on = threading.Event(), threading.Event()

    def f(process):
        begun.set()
        go_on.wait(30)
        process.log("too late")
        return "lost"

    worker = Worker(colony, "e")
    worker.add("f", f)
    worker.start()
    run = call(colony, "f")
    assert begun.wait(30)
    worker.stop(timeout=0)
    assert worker.state is WorkerState.STOPPED
    assert registry.list() == ()
    assert run.state == State.WAITING
    assert [e.state for e in colony.executors()] == [ExecutorState.UNREGISTERED]
    go_on.set()
    other = Worker(colony, "other", executortype="e")
    other.add("f", lambda process: "kept")
    other.start()
    assert result(run) == ["kept"]


def test_a_process_that_was_cancelled_meanwhile(colony, changes):
    begun, go_on = threading.Event(), threading.Event()

    def f(process):
        begun.set()
        go_on.wait(30)
        return 1

    worker = Worker(colony, "e")
    worker.add("f", f)
    worker.start()
    run = call(colony, "f")
    assert begun.wait(30)
    run.cancel()
    go_on.set()
    changes(lambda: not worker.running)
    assert "cancelled" in worker.notice
    assert run.state == State.CANCELLED
    worker.add("f", lambda process: "next")
    assert result(call(colony, "f")) == ["next"]


@pytest.mark.parametrize("single", [True, False], ids=["process", "workflow"])
def test_cancelling_reaches_the_code(colony, changes, single):
    begun = threading.Semaphore(0)

    def checks(process):
        begun.release()
        assert process.cancelled.wait(60)
        process.check()

    async def awaits():
        begun.release()
        await asyncio.sleep(600)

    worker = Worker(colony, "e", concurrency=2)
    worker.add("checks", checks)
    worker.add("awaits", FunctionRunnable(awaits))
    worker.start()
    runs = [call(colony, name, single=single) for name in ("checks", "awaits")]
    for _ in runs:
        assert begun.acquire(timeout=30)
    for run in runs:
        run.cancel()
    changes(lambda: not worker.running)
    assert worker.notice.endswith("it was cancelled")
    assert [run.state for run in runs] == [State.CANCELLED] * 2
    assert worker.strays == 0


def test_code_that_does_not_end_is_left_to_itself(colony, changes, monkeypatch):
    go_on = threading.Event()
    worker = Worker(colony, "e")
    worker.add("heedful", lambda process: process.cancelled.wait(60) and process.check())
    worker.add("stubborn", lambda process: go_on.wait(60))
    worker.add("f", lambda process: "next")
    worker.start()

    def takes_too_long(funcname):
        run = call(colony, funcname, maxexectime=1)
        with pytest.raises(ProcessFailed, match="Maximum execution time limit exceeded"):
            run.wait(30, progress=False)
        changes(lambda: not worker.running)

    takes_too_long("heedful")
    assert worker.strays == 0
    assert "its code does not end" not in worker.notice
    monkeypatch.setattr(execution, "GRACE", 0.01)
    takes_too_long("stubborn")
    assert worker.strays == 1
    assert worker.notice.endswith("and its code does not end")
    assert result(call(colony, "f")) == ["next"]
    go_on.set()
    changes(lambda: not worker.strays)


def test_attributes_and_output_are_stored_at_once(colony):
    seen = []

    @colony.function(executor="e")
    def f(process):
        process.attributes["step"] = "one"
        process.set_output([1, 2])
        seen.append((dict(process.attributes), colony.process(process.processid).output))
        with pytest.raises(TypeError, match="attributes are texts"):
            process.attributes["n"] = 1
        with pytest.raises(KeyError):
            process.attributes["none"]

    run = call(colony, "f", env={"HOME": "/x"})
    assert result(run) == [1, 2]
    assert seen == [({"HOME": "/x", "step": "one"}, [1, 2])]
    attributes = {a.key: a.value for a in run.nodes[0].process.attributes}
    assert {name: attributes[name] for name in ("HOME", "step")} == {"HOME": "/x", "step": "one"}


@pytest.mark.parametrize("processes", [0, 1], ids=["threads", "processes"])
def test_a_run_says_what_it_runs_and_how_far_it_is(colony, processes, capsys):
    @colony.function(executor="e", concurrency=1, processes=processes)
    def f(process):
        from tqdm import tqdm

        for _ in tqdm(range(3), desc="steps", mininterval=0):
            for _ in tqdm(range(2)):
                pass
        print("half")
        process.progress(0.5, "of the way")

    run = call(colony, "f")
    result(run)
    attributes = {a.key: a.value for a in run.nodes[0].process.attributes}
    assert attributes["progress"] == "0.5 of the way"
    assert attributes["source.text"].split() == inspect.getsource(f).split()
    digest = hashlib.sha256(attributes["source.text"].strip().encode()).hexdigest()
    assert attributes["source.sha256"] == digest
    # Bars are shown, and the log has something better.
    assert run.nodes[0].log() == "half\n"
    assert "steps: 100%" in capsys.readouterr().err


def test_a_failed_run_says_what_it_ran(colony):
    @colony.function(executor="e")
    def f():
        raise ValueError

    run = call(colony, "f")
    errors(run)
    attributes = {a.key: a.value for a in run.nodes[0].process.attributes}
    assert "raise ValueError" in attributes["source.text"]


def test_a_bar_tells_its_last_state(colony):
    @colony.function(executor="e")
    def f():
        from tqdm.auto import tqdm

        with tqdm(total=4) as bar:
            bar.update(3)

    run = call(colony, "f")
    result(run)
    attributes = {a.key: a.value for a in run.nodes[0].process.attributes}
    assert attributes["progress"] == "0.75 3/4"


def test_a_long_run_is_told_of_while_it_goes_on(colony, monkeypatch):
    monkeypatch.setattr(report, "LONG", 0)
    told = []

    @colony.function(executor="e")
    def f(process):
        while not told:
            found = colony.process(process.processid).attributes
            told.extend(each.key for each in found if each.key == "source.sha256")

    result(call(colony, "f"))
    assert told == ["source.sha256"]


def test_the_dynamic_workflow_of_the_tutorial(colony):
    @colony.function(executor="wf-executor")
    def gen(process):
        reducer = process.graph()["sum_node"]
        process.insert_child("square", nodename="square_node", child=reducer)
        process.add_child("square", nodename="square_node", child="sum_node")
        assert len(process.graph().all("square_node")) == 2
        with pytest.raises(NotFound, match="no node 'nowhere'"):
            process.graph()["nowhere"]
        with pytest.raises(TypeError, match="no field 'color'"):
            process.add_child("square", color=1)
        return [1, 1]

    @colony.function(executor="wf-executor")
    def square(inputs):
        assert inputs == [1, 1]
        return (inputs[0] + inputs[1]) ** 2

    @colony.function(executor="wf-executor", name="sum")
    def total(inputs):
        return sum(inputs)

    workflow = Workflow(executortype="wf-executor")
    workflow.node("sum_node", "sum", after=workflow.node("gen_node", "gen"))
    run = colony.submit(workflow).wait(30, progress=False)
    assert [node.output for node in run.all("square_node")] == [[4], [4]]
    assert run["sum_node"].input == [4, 4]
    assert run["sum_node"].output == [8]


def test_children_get_arguments_and_conditions(colony):
    @colony.function(executor="e")
    def root(process):
        child = process.add_child("leaf", 1, kwargs={"b": 2}, priority=3, maxexectime=60)
        assert child.spec.conditions.executortype == "e"
        return child.processid

    @colony.function(executor="e")
    def leaf(a, b, inputs):
        return [a, b, inputs]

    workflow = Workflow(executortype="e")
    workflow.node("r", "root")
    run = colony.submit(workflow).wait(30, progress=False)
    child = run["leaf"]
    assert child.output == [1, 2, run["r"].output]
    assert (child.process.spec.priority, child.process.spec.maxexectime) == (3, 60)


def test_a_process_of_its_own_has_no_graph(colony):
    @colony.function(executor="e")
    def f(process):
        process.graph()

    assert "does not belong to a workflow" in errors(call(colony, "f"))[0]
