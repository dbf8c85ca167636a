"""The shell executor: specs made for container executors run as they stand."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from jupyter_colonies.client import discovery
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import ProcessFailed
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.programs import child, place, shell
from jupyter_colonies.testing import server_in_thread

CONTAINER = "container-executor"


def echo(name, dependencies=()):
    return {
        "nodename": name,
        "funcname": "execute",
        "kwargs": {"cmd": f"echo {name}", "docker-image": "ubuntu:20.04"},
        "conditions": {"executortype": CONTAINER, "dependencies": list(dependencies)},
    }


@pytest.fixture(scope="module")
def colony(tmp_path_factory):
    with server_in_thread(tmp_path_factory.mktemp("server")) as server:
        runtime = str(server.runtime_file)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(discovery.RUNTIME_VARIABLE, runtime)
            colony = Colony(discovery.find())
        yield colony
        colony.close()


@pytest.fixture
def worker(colony):
    worker = shell.shell_worker(colony)
    worker.start()
    yield worker
    registry.stop_all(timeout=0)


def submit(colony, cmd, *, kwargs=None, **fields):
    return colony.submit(
        {
            "funcname": "execute",
            "kwargs": {"cmd": cmd, **(kwargs or {})},
            "conditions": {"executortype": CONTAINER},
            **fields,
        }
    )


def finished(run):
    return run.wait(60, progress=False).nodes[0]


def errors(run):
    with pytest.raises(ProcessFailed):
        run.wait(60, progress=False)
    return run.nodes[0].errors


def runs(pid):
    """Whether a program runs; one that has ended may stay in the list until it is reaped."""
    command = ["ps", "-o", "stat=", "-p", str(pid)]
    state = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True).stdout
    return bool(state.strip()) and not state.strip().startswith("Z")


def test_the_echo_workflow_of_the_tutorial(colony, worker):
    run = colony.submit(
        [
            echo("task_a"),
            echo("task_b", ["task_a"]),
            echo("task_c", ["task_a"]),
            echo("task_d", ["task_b", "task_c"]),
        ]
    ).wait(60, progress=False)
    assert run["task_d"].output == ["task_d"]
    assert run["task_d"].input == ["task_b", "task_c"]
    assert run["task_a"].log() == "task_a\n"


def test_both_streams_are_logged_and_the_output_is_one_text(colony, worker):
    node = finished(submit(colony, "echo one; echo two; echo three >&2"))
    assert node.output == ["one\ntwo"]
    assert sorted(node.log().split()) == ["one", "three", "two"]
    assert finished(submit(colony, "true")).output == []


def test_environment_arguments_and_the_id_of_the_process(colony, worker, monkeypatch):
    monkeypatch.setenv("COLONIES_PRVKEY", "a secret")
    monkeypatch.setenv("JUPYTER_TOKEN", "another")
    run = submit(
        colony,
        'echo "$WORD $COLONIES_PROCESS_ID {processid} <$COLONIES_PRVKEY$JUPYTER_TOKEN>"',
        kwargs={"args": ["more", "words"], "init-cmd": "WORD=${WORD}!"},
        env={"WORD": "hello"},
    )
    assert finished(run).output == [f"hello! {run.id} {run.id} <> more words"]


def test_a_command_that_fails(colony, worker):
    (error,) = errors(submit(colony, "echo said; echo why >&2; exit 3"))
    assert error.startswith("The command exited with 3; its last lines:\n")
    assert {"said", "why"} <= set(error.split())
    assert errors(submit(colony, "kill -9 $$")) == ["The command was ended by signal SIGKILL"]


@pytest.mark.parametrize("kwargs", [{"cmd": ""}, {"cmd": 5}, {"args": "x"}], ids=str)
def test_arguments_that_cannot_be_run(colony, worker, kwargs):
    assert "must be" in errors(submit(colony, "true", kwargs=kwargs))[0]


def test_what_a_command_leaves_behind_is_ended(colony, worker, tmp_path):
    note = tmp_path / "pid"
    node = finished(submit(colony, f"sleep 600 & echo $! > {note}; echo done"))
    assert node.output == ["done"]
    assert not runs(int(note.read_text()))


def test_a_daemon_that_left_the_group_is_ended(colony, worker, tmp_path):
    note = tmp_path / "pid"
    node = finished(submit(colony, f"setsid sleep 600 & echo $! > {note}; echo done"))
    assert node.output == ["done"]
    assert not runs(int(note.read_text()))


def test_each_command_works_in_a_folder_of_its_own(colony, worker):
    first, second = (finished(submit(colony, "pwd; ls; echo > left")).output for _ in range(2))
    assert first != second
    assert Path(first[0]).parent == place.root()
    assert not Path(first[0]).exists()


def test_the_walltime_fails_the_process(colony, worker):
    run = submit(colony, "sleep 600", conditions={"executortype": CONTAINER, "walltime": 1})
    assert errors(run) == ["The command was killed after its walltime of 1 s"]


def test_a_command_that_closes_its_streams_goes_on(colony, worker, tmp_path):
    note = tmp_path / "note"
    finished(submit(colony, f"exec >&- 2>&-; sleep 0.1; echo > {note}"))
    assert note.exists()


def test_a_cancelled_command_is_killed(colony, worker, tmp_path, changes):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    run = submit(colony, f"echo $$ > {pipe}; while echo more; do sleep 0.05; done")
    pid = int(pipe.read_text())
    run.cancel()
    changes(lambda: not worker.running)
    assert not runs(pid)
    assert worker.failed == 0


def test_the_deadline_kills_the_command_and_its_children(colony, worker, tmp_path, changes):
    note = tmp_path / "pid"
    run = submit(colony, f"sleep 600 & echo $! > {note}; wait", maxexectime=1)
    assert errors(run) == ["Maximum execution time limit exceeded"]
    changes(lambda: not worker.running)
    assert not runs(int(note.read_text()))
    assert worker.failed == 0


def test_stopping_the_worker_kills_the_command_and_gives_the_process_back(colony, worker, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    run = submit(colony, f"echo $$ > {pipe}; sleep 600")
    pid = int(pipe.read_text())
    worker.stop(timeout=0)
    assert run.state == State.WAITING
    assert child.all_ended(30)
    assert not runs(pid)
    run.cancel()


def test_it_says_that_it_isolates_nothing(colony, worker):
    (function,) = colony.functions("dev-docker")
    assert "no isolation" in function.description


def test_paths_below_the_mount_are_where_the_files_are(colony, worker):
    colony.files.put(b"print(6 * 7)", "/src", "main.py")
    rules = {"onclose": {"keeplocal": True}}
    fs = {
        "mount": "/cfs",
        "dirs": [
            {"label": "/src", "dir": "/src"},
            {"label": "/out/{processid}", "dir": "/out", "onconflicts": rules},
        ],
    }
    run = submit(colony, "python3 /cfs/src/main.py > '/cfs/out/answer'; pwd", fs=fs)
    (folder,) = run.wait(60, progress=False).nodes[0].output
    file = colony.files.latest(f"/out/{run.nodes[0].processid}", "answer")
    assert b"".join(colony.files.read(file)) == b"42\n"
    assert not Path(folder).exists()
