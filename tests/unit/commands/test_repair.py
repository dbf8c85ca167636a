"""`rerun`, `workflow rerun|history|diff` and `process retry`."""

import pytest

from jupyter_colonies.commands.block import Json, Submitted, Table
from jupyter_colonies.errors import InvalidRequest, NotFound

CHAIN = """[
    {"nodename": "gen", "funcname": "gen", "conditions": {"executortype": "worker"}},
    {"nodename": "sum", "funcname": "sum",
     "conditions": {"executortype": "worker", "dependencies": ["gen"]}}
]"""


@pytest.fixture
def worker(desk):
    return desk.add_executor()


@pytest.fixture
def failed(desk, write, worker):
    """A workflow whose second process failed, as (its id, that process's id)."""
    workflowid = desk.field(f"workflow submit --spec {write('chain.json', CHAIN)}", "WorkflowID")
    worker.work(1)
    processid = worker.take().processid
    desk.run(f"process fail -p {processid} --errors broken --prvkey {worker.key}")
    return workflowid, processid


def test_a_workflow_runs_again_and_says_under_which_id(desk, failed) -> None:
    workflowid, _ = failed
    block = desk.one(f"workflow rerun --workflowid {workflowid}")
    assert isinstance(block, Submitted)
    assert block.line.text == "Workflow runs again"
    assert block.line.fields == {
        "ColonyName": "dev",
        "WorkflowID": block.run.id,
        "OriginalID": workflowid,
    }
    table = desk.one(f"workflow history --workflowid {block.run.id}")
    assert isinstance(table, Table)
    assert [(row[0], row[1], row[4]) for row in table.rows] == [
        (workflowid, "Failed", ""),
        (block.run.id, "Running", workflowid),
    ]
    listed = desk.one(f"workflow history --workflowid {workflowid} --json")
    assert isinstance(listed, Json)
    assert [graph.processgraphid for graph in listed.value] == [workflowid, block.run.id]


def test_from_a_node(desk, failed) -> None:
    workflowid, _ = failed
    again = desk.one(f"workflow rerun --workflowid {workflowid} --from gen --from sum").run
    assert [node.keptfrom for node in again] == ["", ""]
    with pytest.raises(InvalidRequest, match="has no node 'x'"):
        desk.run(f"workflow rerun --workflowid {workflowid} --from x")


def test_the_difference(desk, failed, worker) -> None:
    workflowid, _ = failed
    again = desk.field(f"workflow rerun --workflowid {workflowid}", "WorkflowID")
    worker.work(7)
    line, table = desk.run(f"workflow diff --workflowid {again}")
    assert line.text == "1 of 2 nodes differ, 1 kept"
    assert [row[2:] for row in table.rows] == [
        ["state", "Failed", "Successful"],
        ["output", "[]", "[7]"],
        ["errors", '["broken"]', "[]"],
    ]
    same = desk.one(f"workflow diff --workflowid {again} --with {again}")
    assert same.text == "0 of 2 nodes differ, 1 kept"
    (gen, total) = desk.one(f"workflow diff --workflowid {again} --json").value
    assert (gen["kept"], gen["changes"]) == (True, [])
    assert total["changes"][1] == {"part": "output", "before": [], "after": [7]}


def test_any_id_runs_again(desk, failed, worker) -> None:
    workflowid, processid = failed
    assert desk.one(f"rerun {workflowid}").line.fields["OriginalID"] == workflowid
    assert desk.one(f"rerun {processid}").line.fields["OriginalID"] == workflowid
    worker.work()
    worker.work()
    alone = desk.one(f"process retry -p {processid}")
    assert alone.line.fields == {"ProcessId": alone.run.id, "OriginalID": processid}
    worker.work()
    assert desk.one(f"rerun {alone.run.id}").line.text == "Process runs again"
    with pytest.raises(NotFound, match="there is no workflow 'nothing'"):
        desk.run("rerun nothing")
