"""`workflow …`: the tutorial's commands and their tables."""

import pytest

from jupyter_colonies.commands.block import Details, Heading, Json, Line, Submitted, Table
from jupyter_colonies.errors import ColoniesError, InvalidSpec, InvalidWorkflow

SUM = """[
    {"nodename": "gen_node", "funcname": "gen", "conditions": {"executortype": "worker"}},
    {"nodename": "sum_node", "funcname": "sum", "args": [1, "two", {"three": 3}],
     "kwargs": {"cmd": "echo TASK A", "docker-image": "ubuntu:20.04"},
     "conditions": {"executortype": "worker", "dependencies": ["gen_node"]}}
]"""


@pytest.fixture
def workflowid(desk, write):
    return desk.field(f"workflow submit --spec {write('sum_wf.json', SUM)}", "WorkflowID")


def test_submit_says_under_which_id(desk, write) -> None:
    block = desk.one(f"workflow submit --spec {write('sum_wf.json', SUM)}")
    assert isinstance(block, Submitted)
    assert block.line.text == "Workflow submitted"
    assert block.line.fields == {"ColonyName": "dev", "WorkflowID": block.run.id}


def test_get_shows_the_tutorial_s_rows_in_the_tutorial_s_order(desk, workflowid) -> None:
    worker = desk.add_executor()
    worker.work(1, 2)
    worker.work(3)
    summary, heading, gen, total = desk.run(f"workflow get --workflowid {workflowid}")
    assert summary.title == "Workflow"
    assert [name for name, _ in summary.rows] == [
        "WorkflowId", "SubmissionTime", "State", "StartTime", "InitiatorName", "InitiatorId",
        "EndTime",
    ]  # fmt: skip
    assert dict(summary.rows)["State"] == "Successful"
    assert dict(summary.rows)["InitiatorName"] == "tester"
    assert heading == Heading(text="Processes:")
    assert isinstance(gen, Details)
    assert [name for name, _ in gen.rows] == [
        "WaitingForParents", "State", "ProcessId", "NodeName", "KwArgs", "InitiatorId",
        "Initiator", "FuncName", "ExecutorType", "Dependencies", "Args",
    ]  # fmt: skip
    assert dict(gen.rows)["KwArgs"] == dict(gen.rows)["Args"] == "None"
    shown = dict(total.rows)
    assert shown["WaitingForParents"] == "false"
    assert shown["NodeName"] == "sum_node"
    assert shown["KwArgs"] == "cmd:echo TASK A docker-image:ubuntu:20.04"
    assert shown["Dependencies"] == "gen_node"
    assert shown["Args"] == '1 two {"three":3}'


def test_get_as_json_gives_the_objects_of_the_wire(desk, workflowid) -> None:
    block = desk.one(f"workflow get --workflowid {workflowid} --json")
    assert isinstance(block, Json)
    assert block.value["workflow"].processgraphid == workflowid
    assert [each.spec.nodename for each in block.value["processes"]] == ["gen_node", "sum_node"]


def test_lists_by_state(desk, workflowid) -> None:
    assert desk.one("workflow ps") == Line(text="No running workflows found")
    assert desk.one("workflow pss --json").value == []
    waiting = desk.one("workflow psw")
    assert isinstance(waiting, Table)
    assert waiting.columns == ["WorkflowId", "Submission Time", "Initiator"]
    assert [row[0] for row in waiting.rows] == [workflowid]
    desk.add_executor().take()
    assert desk.one("workflow ps").columns[1] == "Start Time"


def test_cancel_and_remove(desk, workflowid) -> None:
    assert desk.field(f"workflow cancel --workflowid {workflowid}", "WorkflowID") == workflowid
    assert [row[0] for row in desk.one("workflow psc").rows] == [workflowid]
    assert desk.one(f"workflow remove --workflowid {workflowid}").text == "Workflow removed"
    with pytest.raises(ColoniesError, match="graph is nil"):
        desk.run(f"workflow get --workflowid {workflowid}")


def test_a_single_spec_is_sent_to_the_right_command(desk, write) -> None:
    name = write("one.json", '{"funcname": "gen"}')
    with pytest.raises(InvalidSpec, match=r"use 'function submit --spec one\.json'"):
        desk.run(f"workflow submit --spec {name}")


def test_a_wrong_file_is_named_with_its_line(desk, write) -> None:
    with pytest.raises(InvalidSpec, match=r"nope\.json"):
        desk.run("workflow submit --spec nope.json")
    name = write("bad.json", '[\n  {"nodename": "a", "funcname": "f", "maxretries": "many"}\n]')
    with pytest.raises(InvalidSpec, match=r"bad\.json, line 2: maxretries"):
        desk.run(f"workflow submit --spec {name}")
    name = write("cycle.yaml", "- {nodename: a, funcname: f, conditions: {dependencies: [b]}}")
    with pytest.raises(InvalidWorkflow, match="'b'"):
        desk.run(f"workflow submit --spec {name}")
    assert desk.one("workflow psw") == Line(text="No waiting workflows found")
