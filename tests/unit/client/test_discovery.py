import os
import subprocess
import sys
import threading

import pytest

from jupyter_colonies.client import discovery
from jupyter_colonies.errors import NoServer

KEY = "6d2fb6f546bacfd98c68769e61e0b44a697a30596c018a50e28200aa59b01c0a"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    for name in ("HOST", "PORT", "HTTP_PORT", "TLS"):
        monkeypatch.delenv(f"COLONIES_SERVER_{name}", raising=False)
    for name in ("TLS", "COLONY_NAME", "PRVKEY", "COLONY_PRVKEY"):
        monkeypatch.delenv(f"COLONIES_{name}", raising=False)
    monkeypatch.delenv(discovery.RUNTIME_VARIABLE, raising=False)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))


@pytest.fixture
def identity(monkeypatch):
    monkeypatch.setenv("COLONIES_COLONY_NAME", "mine")
    monkeypatch.setenv("COLONIES_PRVKEY", KEY)


def test_an_address_by_name_stands_before_everything(monkeypatch, identity):
    monkeypatch.setenv("COLONIES_SERVER_HOST", "elsewhere")
    monkeypatch.setenv(discovery.RUNTIME_VARIABLE, "/nowhere")
    found = discovery.find("https://named:1234")
    assert found.endpoint.base_url == "https://named:1234"
    assert (found.colonyname, found.private_key) == ("mine", KEY)
    assert found.reason == "named by connect('https://named:1234')"


def test_the_environment_stands_before_jupyter(monkeypatch, identity):
    monkeypatch.setenv("COLONIES_SERVER_HOST", "colonies.example")
    monkeypatch.setenv("COLONIES_COLONY_PRVKEY", "1" * 64)
    monkeypatch.setenv(discovery.RUNTIME_VARIABLE, "/nowhere")
    found = discovery.find()
    assert found.endpoint.base_url == "http://colonies.example:50080"
    assert found.colony_private_key == "1" * 64
    assert "COLONIES_*" in found.reason


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({"SERVER_HOST": "h", "SERVER_PORT": "1"}, "http://h:1"),
        ({"SERVER_HOST": "h", "SERVER_HTTP_PORT": "2", "TLS": "true"}, "https://h:2"),
        ({"SERVER_PORT": "3", "SERVER_TLS": "True"}, "https://localhost:3"),
        ({"SERVER_HOST": "h", "SERVER_TLS": "false"}, "http://h:50080"),
    ],
)
def test_the_variables_of_all_sdks_are_understood(monkeypatch, identity, variables, url):
    for name, value in variables.items():
        monkeypatch.setenv(f"COLONIES_{name}", value)
    assert discovery.find().endpoint.base_url == url


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setenv("COLONIES_SERVER_HOST", "h")
    with pytest.raises(NoServer, match="COLONIES_COLONY_NAME .* and your private key"):
        discovery.find()
    with pytest.raises(NoServer, match="without your private key"):
        discovery.find(colony="mine")
    monkeypatch.setenv("COLONIES_SERVER_PORT", "many")
    with pytest.raises(NoServer, match="'many', which is not a port"):
        discovery.find()


def test_a_key_file_and_a_colony_may_be_named(tmp_path, identity):
    (tmp_path / "k").write_text("2" * 64 + "\n")
    found = discovery.find("h:1", colony="other", keyfile=tmp_path / "k")
    assert (found.colonyname, found.private_key) == ("other", "2" * 64)
    with pytest.raises(NoServer, match="key file .* can't be read"):
        discovery.find("h:1", keyfile=tmp_path / "none")


def test_keys_and_secrets_are_not_shown(monkeypatch, identity):
    monkeypatch.setenv("COLONIES_COLONY_PRVKEY", "1" * 64)
    shown = repr(discovery.find("h:1"))
    assert KEY not in shown
    assert "1" * 64 not in shown


def test_a_jupyter_server_that_is_starting_is_waited_for(monkeypatch, tmp_path):
    path = tmp_path / f"colonies-jpserver-{os.getpid()}.json"
    monkeypatch.setenv(discovery.RUNTIME_VARIABLE, str(path))
    writer = threading.Timer(0.3, path.write_text, ['{"host": 3}'])
    writer.start()
    with pytest.raises(NoServer, match="can't be read"):
        discovery.find()
    writer.join()


def test_a_jupyter_server_that_has_ended_is_not_waited_for(monkeypatch, tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    path = tmp_path / f"colonies-jpserver-{ended.pid}.json"
    monkeypatch.setenv(discovery.RUNTIME_VARIABLE, str(path))
    with pytest.raises(NoServer, match="its server has stopped"):
        discovery.find()


def test_a_runtime_file_that_is_gone_or_broken_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv(discovery.RUNTIME_VARIABLE, str(tmp_path / "runtime.json"))
    with pytest.raises(NoServer, match="no runtime file .*: its server has stopped"):
        discovery.find()
    (tmp_path / "runtime.json").write_text('{"host": 3}')
    with pytest.raises(NoServer, match="can't be read"):
        discovery.find()
