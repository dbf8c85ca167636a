"""`executor …`, `user …`, `colony …`, `server …` and keys."""

import click
import pytest

from jupyter_colonies.commands.block import Line
from jupyter_colonies.core.identity import id_of, is_id, new_id
from jupyter_colonies.errors import ColoniesError, InvalidSpec


def test_executors(desk, write) -> None:
    assert desk.one("executor ls") == Line(text="No executors found")
    desk.run(f"executor add --executorid {new_id()} --name one --type t")
    assert desk.one("executor ls") == Line(text="No executors found")
    assert desk.one("executor ls --all").rows == [["one", "t", "Pending", "n/a", "n/a"]]
    desk.run("executor approve --name one")
    table = desk.one("executor ls")
    assert table.columns == ["Name", "Type", "Location", "Last Heard From"]
    assert table.rows == [["one", "t", "n/a", "n/a"]]
    assert desk.one("executor ls --type other") == Line(text="No executors found")
    assert desk.one("executor ls -f ON").rows
    assert dict(desk.one("executor ls --full").rows)["State"] == "Approved"
    spec = write("executor.json", '{"executorname": "two", "executortype": "t"}')
    desk.run(f"executor add --spec {spec} --executorid {new_id()}")
    assert dict(desk.one("executor get --name two").rows)["Name"] == "two"
    desk.run("executor reject --name two")
    desk.run("executor remove --name one")
    assert desk.one("executor ls") == Line(text="No executors found")
    with pytest.raises(ColoniesError, match="executor is nil"):
        desk.run("executor approve --name three")


def test_a_wrong_executor_is_refused(desk, write) -> None:
    with pytest.raises(click.UsageError, match="64 hexadecimal"):
        desk.run("executor add --executorid abc --name a --type t")
    with pytest.raises(click.UsageError, match="--name and --type"):
        desk.run(f"executor add --executorid {new_id()} --name a")
    with pytest.raises(InvalidSpec, match="not an executor"):
        desk.run(f"executor add --spec {write('bad.json', '[1]')}")


def test_owners_need_their_key(desk) -> None:
    desk.keys["colony"] = ""
    with pytest.raises(click.UsageError, match="COLONIES_COLONY_PRVKEY"):
        desk.run("executor approve --name a")
    desk.frontend = "notebook"
    with pytest.raises(click.UsageError, match="terminal"):
        desk.run("executor approve --name a")


def test_users(desk) -> None:
    assert desk.one("user ls").rows == [["tester", "", ""]]
    desk.run(f"user add --name ada --userid {new_id()} --email= --phone=")
    assert dict(desk.one("user get --name ada").rows)["Email"] == "n/a"
    desk.run("user remove --name ada")
    with pytest.raises(ColoniesError):
        desk.run("user get --name ada")


def test_colonies(desk) -> None:
    assert desk.field("colony check --name dev", "ColonyName") == "dev"
    desk.run(f"colony add --name other --colonyid {new_id()}")
    assert [row[0] for row in desk.one("colony ls").rows] == ["dev", "other"]
    asked = desk.one("colony remove --name other")
    assert asked.warning
    assert "--yes" in asked.text
    assert len(desk.one("colony ls").rows) == 2
    desk.run("colony remove --name other --yes")
    assert len(desk.one("colony ls").rows) == 1
    general, processes, workflows = desk.run("colony stats")
    assert dict(general.rows) == {
        "Executors": "0", "Active executors": "0", "Unregistered executors": "0",
    }  # fmt: skip
    assert dict(processes.rows)["Waiting"] == dict(workflows.rows)["Failed"] == "0"


def test_the_server(desk) -> None:
    shown = dict(desk.one("server status").rows)
    assert shown["Server Port"] == str(desk.server.port)
    assert shown["TLS"] == "false"
    assert desk.one("server alive").text == "Server is alive"
    assert dict(desk.run("server stats")[0].rows)["Colonies"] == "1"
    status = dict(desk.one("status").rows)
    assert status["Why"] == "given by the test"
    assert status["You"] == id_of(desk.server.user_key)
    assert desk.one("version --json").value["version"]


def test_keys(desk, tmp_path) -> None:
    fields = desk.one("security generate").fields
    assert is_id(fields["Id"])
    keyfile = tmp_path / "key"
    keyfile.write_text(fields["PrvKey"] + "\n")
    assert desk.field(f"key id --prvkey-file {keyfile}", "Id") == fields["Id"]
    with pytest.raises(click.UsageError, match="--prvkey-file"):
        desk.run("key id")
    with pytest.raises(click.UsageError, match="can't be read"):
        desk.run("key id --prvkey-file /nowhere/key")
