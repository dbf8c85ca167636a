"""Another key for each kind of identity, whenever it is interrupted."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from jupyter_colonies.cli.rotate import rotate as command
from jupyter_colonies.client import rotation
from jupyter_colonies.core import identity
from jupyter_colonies.errors import AccessDenied, InvalidConfiguration, ServerUnreachable
from jupyter_colonies.server.folder import DataFolder
from jupyter_colonies.testing import server_in_thread
from tests.integration.test_server_port import executor, rpc


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with server_in_thread(tmp_path_factory.mktemp("rotation")) as server:
        yield server


def rotated(server, *arguments):
    result = CliRunner().invoke(command, [*arguments, "--data", str(server.data)])
    assert result.exit_code == 0, result.output
    return result.output


def may(server, whose, key):
    """Whether a key opens what only this identity may."""
    asked = {
        "user": ("getexecutorsmsg", {"colonyname": "dev"}),
        "executor": ("getexecutorsmsg", {"colonyname": "dev"}),
        "colony": ("getusersmsg", {"colonyname": "dev"}),
        "server": ("getcoloniesmsg", {}),
    }
    message, fields = asked[whose]
    try:
        if whose == "colony":
            own = identity.id_of(key)
            rpc(server, "changecolonyidmsg", key, colonyname="dev", colonyid=own)
        else:
            rpc(server, message, key, **fields)
    except AccessDenied:
        return False
    return True


@pytest.mark.parametrize("whose", ["user", "colony", "server"])
def test_the_file_and_the_server_change_together(server, whose):
    file = server.data / "keys" / f"{whose}.key"
    old = file.read_text().strip()
    said = rotated(server, whose)
    new = file.read_text().strip()
    assert new != old
    assert identity.id_of(new) in said
    assert old not in said
    assert new not in said
    assert (may(server, whose, old), may(server, whose, new)) == (False, True)
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in file.parent.iterdir()) == [
        "colony.key",
        "server.key",
        "user.key",
    ]


def test_the_host_acts_with_the_new_key_at_once(server):
    rotated(server, "user")
    key = (server.data / "keys" / "user.key").read_text().strip()
    assert server.hosting.userid == identity.id_of(key)


def test_an_executor_names_its_file(server, tmp_path):
    file = tmp_path / "e.key"
    key = (server.data / "keys" / "colony.key").read_text().strip()
    file.write_text(executor(replace(server, colony_key=key)))
    old = file.read_text()
    without = CliRunner().invoke(command, ["executor", "--data", str(server.data)])
    assert "--file" in without.output
    rotated(server, "executor", "--file", str(file))
    assert not may(server, "executor", old)
    assert may(server, "executor", file.read_text().strip())


@pytest.mark.parametrize("heard", [True, False], ids=["the server heard", "it did not"])
def test_what_was_cut_short_is_completed_by_the_next(tmp_path, heard):
    """The change is asked for, the connection breaks, and the same is done again."""
    file = tmp_path / "a.key"
    file.write_text(identity.new_private_key())
    known = {identity.id_of(file.read_text())}

    def change(key, fresh):
        if identity.id_of(key) not in known:
            raise AccessDenied("not known")
        known.clear()
        known.add(fresh)

    def broken(key, fresh):
        if heard:
            change(key, fresh)
        raise ServerUnreachable("gone")

    with pytest.raises(ServerUnreachable):
        rotation.rotate(file, broken)
    found = rotation.rotate(file, change)
    assert known == {found} == {identity.id_of(file.read_text().strip())}
    assert list(tmp_path.iterdir()) == [file]


def test_a_refusal_changes_nothing(tmp_path):
    file = tmp_path / "a.key"
    file.write_text(identity.new_private_key())

    def refuse(key, fresh):
        raise AccessDenied("not you")

    before = file.read_text()
    with pytest.raises(AccessDenied):
        rotation.rotate(file, refuse)
    assert (list(tmp_path.iterdir()), file.read_text()) == ([file], before)


@pytest.mark.parametrize("whose", ["user", "colony", "server"])
def test_what_was_cut_short_is_completed_by_the_next_start(tmp_path, whose):
    with server_in_thread(tmp_path) as server:
        file = server.data / "keys" / f"{whose}.key"
        old = file.read_text()
        rotated(server, whose)
        new = file.read_text()
    file.with_name(f"{file.name}.next").write_text(new)
    file.write_text(old)
    with server_in_thread(tmp_path) as server:
        assert file.read_text() == new
        assert may(server, whose, new.strip())
        assert server.hosting.userid == identity.id_of(server.user_key)
        described = json.loads(server.runtime_file.read_text())
        assert described["serverid"] == identity.id_of(server.server_key)


def test_what_the_server_never_heard_of_is_left_alone(tmp_path):
    with server_in_thread(tmp_path) as server:
        file = server.data / "keys" / "user.key"
        old = file.read_text()
    file.with_name("user.key.next").write_text(identity.new_private_key())
    with server_in_thread(tmp_path) as server:
        assert file.read_text() == old
        rotated(server, "user")
        assert may(server, "user", file.read_text().strip())


def test_a_key_that_others_can_read_is_closed_to_them(tmp_path, caplog):
    folder = DataFolder(tmp_path)
    folder.write_key("user", "1" * 64)
    folder.key_file("user").chmod(0o644)
    folder.close_to_others()
    assert folder.key_file("user").stat().st_mode & 0o777 == 0o600
    assert "mode 0644" in caplog.text
    assert "key rotate user" in caplog.text
    assert "1" * 64 not in caplog.text
    caplog.clear()
    folder.close_to_others()
    assert not caplog.text


def test_a_key_of_somebody_else_is_refused(tmp_path, monkeypatch):
    folder = DataFolder(tmp_path)
    folder.write_key("user", "1" * 64)
    monkeypatch.setattr("os.geteuid", lambda: 12345)
    monkeypatch.setattr("jupyter_colonies.server.folder.ROOT", 54321)
    with pytest.raises(InvalidConfiguration, match="another user"):
        folder.close_to_others()
