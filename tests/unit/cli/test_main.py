"""Exit codes, and what goes to which stream (protocol part 03, section 4.1)."""

import json
import subprocess
import sys

import pytest

from jupyter_colonies.cli import main


@pytest.fixture
def environment(colony_server, monkeypatch):
    for name, value in colony_server.environment.items():
        monkeypatch.setenv(name, value)
    return colony_server


def test_success(environment, capsys) -> None:
    assert main(["user", "ls", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)[0]["name"] == "tester"
    assert err == ""


def test_owners_keys_come_from_the_environment(environment, capsys) -> None:
    assert main(["colony", "ls"]) == 0
    assert "dev" in capsys.readouterr().out


def test_a_refusal_is_one_line_on_stderr(environment, capsys) -> None:
    assert main(["process", "get", "-p", "0" * 64]) == 255
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        f"ERRO[0000] Failed to get process, process not found: there is none with id '{'0' * 64}'\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["workflow", "get"],
        ["monitor", "start"],
        ["workflow", "submit", "--spec", "/nowhere/wf.json"],
    ],
)
def test_wrong_use(environment, capsys, arguments) -> None:
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ERRO[0000] ")


def test_a_missing_environment(monkeypatch, capsys) -> None:
    monkeypatch.setenv("COLONIES_SERVER_HOST", "localhost")
    for name in ("COLONIES_PRVKEY", "COLONIES_COLONY_NAME"):
        monkeypatch.delenv(name, raising=False)
    assert main(["user", "ls"]) == 1
    assert "COLONIES_PRVKEY" in capsys.readouterr().err


def test_a_server_that_does_not_run(environment, monkeypatch, capsys) -> None:
    monkeypatch.setenv("COLONIES_SERVER_PORT", "9")
    assert main(["user", "ls"]) == 255
    out, err = capsys.readouterr()
    assert out == ""
    assert "127.0.0.1:9" in err


def test_the_user_s_own_server_lends_its_owner_s_keys(colony_server, monkeypatch, capsys) -> None:
    for name in colony_server.environment:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JUPYTER_COLONIES_RUNTIME", str(colony_server.runtime_file))
    assert main(["server", "stats"]) == 0
    assert main(["colony", "ls"]) == 0
    assert "COLONYID" in capsys.readouterr().out


def test_help_of_the_lazily_loaded_verbs(capsys) -> None:
    assert main(["serve", "--help"]) == 0
    assert "--port" in capsys.readouterr().out


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -m jupyter_colonies.cli --help | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
