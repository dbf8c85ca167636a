"""The verbs of owners: other keys, locations, pauses, removals, the cluster."""

import stat

import click
import pytest

from jupyter_colonies.commands.block import Line
from jupyter_colonies.core.identity import id_of, is_id, new_id, new_private_key
from jupyter_colonies.errors import AccessDenied, ColoniesError


def test_a_user_and_the_owners_change_their_keys(desk) -> None:
    own, colony, server = (new_private_key() for _ in range(3))
    assert desk.field(f"user chid --userid {id_of(own)}", "UserId") == id_of(own)
    with pytest.raises(AccessDenied):
        desk.run("user ls")
    desk.run(f"colony chid --colonyid {id_of(colony)}")
    with pytest.raises(AccessDenied):
        desk.run("process pause")
    desk.keys["colony"] = colony
    desk.run("process pause")
    desk.run(f"server chid --serverid {id_of(server)}")
    with pytest.raises(AccessDenied):
        desk.run("colony ls")
    desk.keys["server"] = server
    assert desk.one("colony ls").rows[0][0] == "dev"


@pytest.mark.parametrize("verb", ["user chid --userid", "server chid --serverid"])
def test_an_id_is_64_hexadecimal_characters(desk, verb) -> None:
    with pytest.raises(click.UsageError, match="64 hexadecimal"):
        desk.run(f"{verb} short")


def test_an_executor_changes_its_key(desk, tmp_path) -> None:
    hands = desk.add_executor("worker")
    keyfile = tmp_path / "key"
    keyfile.write_text(hands.key)
    desk.run(f"executor chid --executorid {new_id()} --prvkey-file {keyfile}")
    with pytest.raises(AccessDenied):
        hands.take()


def test_an_executor_is_made_with_a_key_of_its_own(desk, tmp_path) -> None:
    files = f"--keypath {tmp_path}/key --idpath {tmp_path}/id"
    desk.run(f"executor create --name made --type t --approve {files}")
    key = (tmp_path / "key").read_text()
    assert id_of(key) == (tmp_path / "id").read_text()
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert dict(desk.one("executor get --name made").rows)["Id"] == id_of(key)
    with pytest.raises(click.UsageError, match="can't be written: File exists"):
        desk.run(f"executor create --name other --type t {files}")


def test_locations(desk) -> None:
    assert desk.one("location ls") == Line(text="No locations found")
    assert is_id(
        desk.field("location add --name edge --desc Barn --long 17.5 --lat -3", "LocationId")
    )
    table = desk.one("location ls")
    assert table.columns == ["Name", "Description", "Long", "Lat"]
    assert table.rows == [["edge", "Barn", "17.5", "-3.0"]]
    assert dict(desk.one("location get --name edge").rows)["Description"] == "Barn"
    desk.run("location remove --name edge")
    with pytest.raises(ColoniesError):
        desk.run("location get --name edge")


def test_assignments_are_paused_and_resumed(desk) -> None:
    assert desk.field("process status", "IsPaused") == "false"
    desk.run("process pause")
    assert desk.field("process status", "IsPaused") == "true"
    desk.run("process resume")
    assert desk.one("process status --json").value.ispaused is False


def test_everything_in_one_state_is_removed(desk) -> None:
    for _ in range(2):
        desk.run("function exec --func f --targettype t")
    asked = desk.one("process removeall --waiting")
    assert asked.warning
    assert "all waiting processes" in asked.text
    desk.run("process removeall --failed --yes")
    assert len(desk.one("process psw").rows) == 2
    desk.run("process removeall --waiting --yes")
    assert desk.one("process psw").text == "No waiting processes found"
    desk.run("workflow removeall --yes")
    with pytest.raises(click.UsageError, match="at most one"):
        desk.run("workflow removeall --waiting --failed")


def test_the_cluster_and_the_settings(desk) -> None:
    table = desk.one("cluster info")
    assert table.columns[-1] == "Leader"
    assert table.rows[0][2] == str(desk.server.port)
    assert table.rows[0][-1] == "true"
    shown = dict(desk.one("config").rows)
    assert shown["Key of the colony's owner"] == "true"
    assert desk.keys["colony"] not in str(shown)


def test_logs_are_searched(desk) -> None:
    hands = desk.add_executor("worker")
    desk.run("function exec --func f --targettype worker")
    process = hands.work(log="hello world\n")
    (hit,) = desk.run("log search -t hello -d 30")
    assert dict(hit.rows)["ProcessID"] == process.processid
    assert dict(hit.rows)["ExecutorName"] == "worker"
    assert desk.run("log search --text hello --print")[1].text == "hello world\n"
    assert desk.one("log search -t nothing") == Line(text="No logs found")
    assert len(desk.one("log search -t hello --seconds 3600 --json").value) == 1


def test_a_function_is_offered_no_longer(desk, tmp_path) -> None:
    hands = desk.add_executor("worker")
    keyfile = tmp_path / "key"
    keyfile.write_text(hands.key)
    sign = f"--prvkey-file {keyfile}"
    added = desk.field(f"function register --name worker --func f {sign}", "FunctionId")
    desk.run(f"function remove --functionid {added} {sign}")
    assert desk.one("function ls") == Line(text="No functions found")
