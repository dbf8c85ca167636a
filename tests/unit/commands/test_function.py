"""`function …` and `submit`."""

import threading

import click
import pytest

from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.commands.block import Line, Submitted, Text
from jupyter_colonies.errors import InvalidSpec

ONE = '{"funcname": "f", "conditions": {"executortype": "worker"}}'


@pytest.fixture
def worker(desk):
    return desk.add_executor()


def meanwhile(work, *arguments):
    thread = threading.Thread(target=work, args=arguments, daemon=True)
    thread.start()
    return thread


def test_submit_and_wait_for_the_output(desk, worker, write) -> None:
    thread = meanwhile(worker.work, 69.8, "°F")
    assert desk.run(f"function submit --spec {write('one.json', ONE)} --wait --out") == [
        Text(text="69.8 °F")
    ]
    thread.join()


def test_submit_and_follow_the_log(desk, worker, write) -> None:
    def work():
        worker.work(log="hello\n")

    thread = meanwhile(work)
    submitted, *texts = desk.run(f"function submit --spec {write('one.json', ONE)} --follow")
    thread.join()
    assert isinstance(submitted, Submitted)
    assert texts == [Text(text="hello\n")]


def test_submit_takes_a_label(desk, write) -> None:
    desk.run(f"function submit --spec {write('one.json', ONE)} --label night")
    assert desk.one("process psw --label night").rows[0][-1] == "night"


def test_a_list_is_sent_to_the_right_command(desk, write) -> None:
    name = write("list.json", '[{"funcname": "f", "nodename": "a"}]')
    with pytest.raises(InvalidSpec, match=r"use 'workflow submit --spec list\.json'"):
        desk.run(f"function submit --spec {name}")


def test_exec_fills_a_spec(desk) -> None:
    processid = desk.field(
        "function exec --func f --targettype worker --args a,b --args c --kwargs image:x:1 "
        "--env HOME=/ --maxexectime 5 --maxretries 2",
        "ProcessId",
    )
    spec = desk.colony.process(processid).spec
    assert (spec.args, spec.kwargs, spec.env) == (["a", "b", "c"], {"image": "x:1"}, {"HOME": "/"})
    assert (spec.maxexectime, spec.maxretries) == (5, 2)
    with pytest.raises(click.UsageError, match="KEY:VALUE"):
        desk.run("function exec --func f --targettype t --kwargs nothing")


def test_list_and_register(desk, worker, tmp_path) -> None:
    assert desk.one("function ls") == Line(text="No functions found")
    keyfile = tmp_path / "key"
    keyfile.write_text(worker.key)
    desk.run(f"function register --name worker --func f --prvkey-file {keyfile}")
    desk.run("function exec --func f --targettype worker")
    worker.work()
    shown = dict(desk.one("function ls").rows)
    assert shown["FunctionName"] == "f"
    assert shown["ExecutorType"] == "worker"
    assert shown["Call counter"] == "1"


def test_submit_tells_a_workflow_from_a_call(desk, write) -> None:
    assert "ProcessId" in desk.one(f"submit {write('one.json', ONE)}").line.fields
    name = write("wf.yaml", "- {nodename: a, funcname: f}\n- {nodename: b, funcname: f}\n")
    assert "WorkflowID" in desk.one(f"submit {name}").line.fields


def test_submit_takes_variables_of_a_notebook(desk) -> None:
    workflow = Workflow(executortype="worker")
    workflow.node("a", "f")
    desk.variables |= {
        "built": workflow,
        "specs": [{"nodename": "a", "funcname": "f"}],
        "call": {"funcname": "f"},
        "number": 1,
    }
    desk.frontend = "notebook"
    for name, field in (("built", "WorkflowID"), ("specs", "WorkflowID"), ("call", "ProcessId")):
        assert field in desk.one(f"submit {name}").line.fields
    with pytest.raises(click.UsageError, match="number is a int"):
        desk.run("submit number")
    with pytest.raises(click.UsageError, match="not a file or a variable"):
        desk.run("submit nothing")
    with pytest.raises(InvalidSpec, match=r"nothing\.json"):
        desk.run("submit nothing.json")
