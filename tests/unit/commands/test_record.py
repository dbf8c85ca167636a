"""`record save` and `record verify`."""

import json

import pytest

from jupyter_colonies.commands.root import run, tree
from jupyter_colonies.commands.session import Session
from jupyter_colonies.errors import InvalidSpec, RecordMismatch


def offline(line: list[str]):
    """A command without a server."""

    def nowhere():
        raise AssertionError("a server was asked for")

    return list(run(tree("x"), line, Session(connect=nowhere, owner_key=lambda _: "")))


@pytest.fixture
def file(desk, write, tmp_path):
    chain = '[{"nodename": "a", "funcname": "f", "conditions": {"executortype": "worker"}}]'
    workflowid = desk.field(f"workflow submit --spec {write('a.json', chain)}", "WorkflowID")
    desk.add_executor().work("done")
    line = f"record save --workflowid {workflowid} --file run.json"
    assert desk.field(line, "Signer") == desk.colony.client.id
    return tmp_path / "run.json"


def test_a_record_is_checked_without_a_server(desk, file) -> None:
    details, said = offline(["record", "verify", str(file)])
    assert dict(details.rows)["Signer"] == desk.colony.client.id
    assert (dict(details.rows)["State"], dict(details.rows)["Nodes"]) == ("Successful", "1")
    assert said.text == "Everything is as it was signed"
    with pytest.raises(RecordMismatch, match="and not by somebody"):
        offline(["record", "verify", str(file), "--by", "somebody"])


def test_what_does_not_match_is_said(file) -> None:
    document = json.loads(file.read_text())
    document["nodes"][0]["output"]["digest"] = "0" * 64
    file.write_text(json.dumps(document))
    with pytest.raises(RecordMismatch, match=r"Node 'a' \(.*\) was changed"):
        offline(["record", "verify", str(file)])


def test_what_is_no_record(tmp_path) -> None:
    for name, text in (("a.json", "{"), ("b.json", "[]"), ("c.ipynb", "[]"), ("d.ipynb", "{}")):
        (tmp_path / name).write_text(text)
        with pytest.raises(InvalidSpec, match=name):
            offline(["record", "verify", str(tmp_path / name)])
    with pytest.raises(InvalidSpec, match="No such file"):
        offline(["record", "verify", str(tmp_path / "e.json")])
