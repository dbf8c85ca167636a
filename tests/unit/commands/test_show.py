"""`show …`: whatever has an id or a name, against a real server."""

import pytest

from jupyter_colonies.commands.block import Details, Json, Table
from jupyter_colonies.errors import NotFound

SPECS = """[
    {"nodename": "n", "funcname": "f", "args": [1, "two"], "kwargs": {"deep": {"a": [3]}},
     "conditions": {"executortype": "worker"}},
    {"nodename": "m", "funcname": "g",
     "conditions": {"executortype": "worker", "dependencies": ["n"]}}
]"""


def rows(block: object) -> dict[str, str]:
    assert isinstance(block, Details)
    return dict(block.rows)


def test_a_workflow_and_its_processes(desk, write) -> None:
    worker = desk.add_executor()
    workflowid = desk.field(f"workflow submit --spec {write('wf.json', SPECS)}", "WorkflowID")
    process = worker.work("<b>out</b>")
    summary, table = desk.run(f"show {workflowid}")
    assert rows(summary)["State"] == "Running"
    assert rows(summary)["Progress"] == "1 of 2 finished"
    assert isinstance(table, Table)
    assert [row[:3] for row in table.rows] == [
        ["n", "Successful", "f(1, 'two', deep={\"a\":[3]})"],
        ["m", "Waiting", "g()"],
    ]
    assert desk.run(f"show {workflowid[:8]}")[0] == summary
    shown = rows(desk.one(f"show {process.processid}"))
    assert shown["Output"] == "'<b>out</b>'"
    assert shown["Workflow"] == workflowid
    assert "Errors" not in shown
    value = desk.one(f"show {workflowid} --json")
    assert isinstance(value, Json)
    assert value.value["workflow"].processgraphid == workflowid


def test_things_with_names(desk, write) -> None:
    desk.add_executor("worker")
    spec = write("wf.json", SPECS)
    cronid = desk.field(f'cron add --spec {spec} --name tick --cron "0 0 0 1 1 *"', "CronID")
    desk.run(f"generator add --spec {spec} --name worker --trigger 3")
    assert rows(desk.one("show tick"))["Starts"] == "0 0 0 1 1 *"
    assert rows(desk.one(f"show {cronid}"))["Cron"] == "tick"
    executor, generator = desk.run("show worker")
    assert rows(executor)["State"] == "Approved"
    assert rows(generator)["Packed"] == "0 of 3"
    assert rows(desk.run(f"show {rows(executor)['Id']}")[0])["Executor"] == "worker"
    counted, executors = desk.run(f"show {desk.colony.name}")
    assert counted.rows[0] == ["Processes", "0", "0", "0", "0", "0"]
    assert executors.rows[0][:3] == ["worker", "worker", "Approved"]


@pytest.mark.parametrize("word", ["nothing", "0" * 64, "abcdef", "<b>"])
def test_what_is_not_there(desk, word) -> None:
    with pytest.raises(NotFound, match="Nothing in colony .* is called"):
        desk.run(f"show '{word}'")
