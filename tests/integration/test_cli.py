"""The tutorial in a terminal: every command a program of its own, against a server of its own."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
COLONIES = [sys.executable, "-m", "jupyter_colonies.cli"]


class Terminal:
    """A terminal of a user who has nothing configured."""

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("COLONIES_", "JUPYTER_"))}
        self.environment = {
            **kept,
            "HOME": str(home),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
        }
        self.programs: list[subprocess.Popen[str]] = []

    def run(self, *words: str, code: int = 0, **environment: str) -> str:
        """What a command writes: to stdout if it ends with 0, else to stderr."""
        done = subprocess.run(
            [*COLONIES, *words], env=self.environment | environment, cwd=NOTEBOOKS,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert (done.stderr if code == 0 else done.stdout) == ""
        return done.stderr if code else done.stdout

    def start(self, *words: str, until: str) -> subprocess.Popen[str]:
        """Start a command that goes on, and wait for what it says first."""
        program = subprocess.Popen(
            [*COLONIES, *words], env=self.environment, cwd=NOTEBOOKS,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.programs.append(program)
        assert program.stdout is not None
        said = []
        for line in program.stdout:
            said.append(line)
            if until in line:
                return program
        raise AssertionError("".join(said))

    def interrupt(self, program: subprocess.Popen[str]) -> str:
        program.send_signal(signal.SIGINT)
        rest, _ = program.communicate(timeout=30)
        assert program.returncode == 0, rest
        return rest

    def close(self) -> None:
        # The server last: an executor that misses it would start another one.
        for program in reversed(self.programs):
            if program.poll() is None:
                program.terminate()
            program.communicate(timeout=30)


@pytest.fixture
def terminal(tmp_path):
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.close()


@pytest.fixture
def served(terminal):
    terminal.start("serve", "--port", "0", until="Serving colony 'dev'")
    return terminal


def test_the_tutorial_s_first_workflow(served) -> None:
    shell = served.start("executor", "shell", until="is ready")
    assert re.search(
        r"│ dev-docker │ container-executor │ n/a +│ \d{4}-", served.run("executor", "ls")
    )
    said = served.run("workflow", "submit", "--spec", "echo_wf.json")
    submitted = re.fullmatch(
        r"INFO\[0000\] Workflow submitted {28}ColonyName=dev WorkflowID=([0-9a-f]{64})\n", said
    )
    assert submitted, said
    workflowid = submitted[1]
    call = ["--func", "execute", "--targettype", "container-executor"]
    assert served.run("function", "exec", *call, "--kwargs", "cmd:echo 69.8", "--out") == "69.8\n"
    followed = served.run("function", "exec", *call, "--kwargs", "cmd:echo hello", "--follow")
    assert followed.endswith("hello\n")
    shown = json.loads(served.run("workflow", "get", "--workflowid", workflowid, "--json"))
    by_name = {each["spec"]["nodename"]: each for each in shown["processes"]}
    assert set(by_name) == {"task_a", "task_b", "task_c", "task_d"}
    text = served.run("workflow", "get", "--workflowid", workflowid)
    assert text.count("│ KwArgs            │ cmd:echo TASK") == 4
    assert "\nProcesses:\n╭───────────────────┬─" in text
    served.run("log", "get", "-p", by_name["task_b"]["processid"])
    plain = served.run("executor", "ls", COLONIES_CLI_ASCII="1")
    assert plain.startswith("+--")
    assert "is stopped" in served.interrupt(shell)
    assert "Unregistered" in served.run("executor", "ls", "--all")


def test_a_failing_command_is_told_by_the_exit_code(served) -> None:
    served.start("executor", "shell", until="is ready")
    call = ["--func", "execute", "--targettype", "container-executor"]
    said = served.run("function", "exec", *call, "--kwargs", "cmd:exit 3", "--out", code=255)
    assert said.startswith("ERRO[0000] ")
    assert "exited with 3" in said


def test_the_environment_for_other_programs(served) -> None:
    lines = served.run("env").splitlines()
    assert all(re.fullmatch(r"export \w+=\S+", line) for line in lines)
    variables = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    assert "named by the COLONIES_* variables" in served.run("status", **variables)
    assert "dev" in served.run("colony", "ls", **variables)


def test_no_server_and_none_that_answers(terminal) -> None:
    said = terminal.run("user", "ls", code=1, COLONIES_SERVER_HOST="localhost")
    assert "COLONIES_PRVKEY" in said
    variables = {
        "COLONIES_SERVER_HOST": "127.0.0.1",
        "COLONIES_SERVER_PORT": "9",
        "COLONIES_COLONY_NAME": "dev",
        "COLONIES_PRVKEY": "1" * 64,
    }
    assert "127.0.0.1:9" in terminal.run("user", "ls", code=255, **variables)
    assert "jupyter colonies serve" in terminal.run("env", code=1)
