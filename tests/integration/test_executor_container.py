"""The executor of containers with a stand-in for docker, which runs commands as they are.

It shows what docker is asked, and when.
"""

from __future__ import annotations

import os
import threading

import pytest

from jupyter_colonies.client import discovery
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.core.spec import Conditions, Filesystem, FunctionSpec, Gpu
from jupyter_colonies.errors import InvalidRequest, ProcessFailed
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.programs import engine, place
from jupyter_colonies.executor.programs.call import call_of
from jupyter_colonies.executor.programs.container import ContainerExecutor
from jupyter_colonies.executor.programs.engine import Engine
from jupyter_colonies.testing import server_in_thread

STAND_IN = """#!/bin/sh
cd {folder}
echo "$*" >> asked
case $1 in
  version) echo 28.0 ;;
  image) test -e image ;;
  pull) echo "Pulling from $2"; test "$2" != none && touch image ;;
  run)
    name=$3
    for line; do :; done
    setsid sh -c 'echo $$ > "$0"; exec sh -c "$1"' "$name" "$line" &
    wait $! ;;
  stop) kill -s TERM -- "-$(cat "$4")"; echo stopped >> asked ;;
  rm) rm -f "$3" ;;
  ps) cat left ;;
  inspect) case $4 in old) echo /nowhere/at/all ;; new) echo {place} ;; *) echo false ;; esac ;;
esac
"""


@pytest.fixture(scope="module")
def colony(tmp_path_factory):
    with server_in_thread(tmp_path_factory.mktemp("server")) as server:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(discovery.RUNTIME_VARIABLE, str(server.runtime_file))
            colony = Colony(discovery.find())
        yield colony
        colony.close()


@pytest.fixture
def docker(tmp_path, monkeypatch):
    """The folder of the stand-in, which is first on PATH."""
    (tmp_path / "docker").write_text(STAND_IN.format(folder=tmp_path, place=place.root()))
    (tmp_path / "docker").chmod(0o755)
    (tmp_path / "left").write_text("old\nnew\n")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


@pytest.fixture
def executor(colony, docker):
    executor = ContainerExecutor(colony, "container-test")
    executor.start()
    yield executor
    registry.stop_all(timeout=0)


def submit(colony, cmd, image="ubuntu:20.04", **fields):
    conditions = {"executortype": "container-executor", **fields.pop("conditions", {})}
    kwargs = {"cmd": cmd, "docker-image": image}
    return colony.submit(
        {"funcname": "execute", "kwargs": kwargs, "conditions": conditions, **fields}
    )


def errors(run):
    with pytest.raises(ProcessFailed):
        run.wait(60, progress=False)
    return run.nodes[0].errors


def asked(docker):
    return (docker / "asked").read_text().splitlines()


def test_a_command_runs_and_its_container_is_removed(colony, docker, executor):
    node = submit(colony, "echo hello").wait(60, progress=False).nodes[0]
    assert node.output == ["hello"]
    assert node.log() == "Pulling from ubuntu:20.04\nhello\n"
    words = [line.split()[0] for line in asked(docker)]
    assert words == [
        *("version", "ps", "inspect", "inspect", "rm"),
        *("image", "pull", "run", "rm"),
    ]
    assert "rm --force old" in asked(docker)
    assert executor.notice == "1 containers that were left behind are removed"
    # The image is there now.
    assert errors(submit(colony, "echo why >&2; exit 3")) == [
        "The command exited with 3; its last lines:\nwhy"
    ]
    assert len([line for line in asked(docker) if line.startswith("pull")]) == 1


def test_what_cannot_be_run(colony, docker, executor):
    assert "'docker-image' is missing" in errors(submit(colony, "true", ""))[0]
    assert "'docker-image' must be" in errors(submit(colony, "true", "--privileged"))[0]
    assert errors(submit(colony, "true", "none"))[0].startswith(
        "The image none could not be pulled: it exited with 1"
    )


def test_a_cancelled_container_is_stopped_and_removed(colony, docker, executor):
    pipe = docker / "pipe"
    os.mkfifo(pipe)
    run = submit(colony, f"exec 9> {pipe}; echo runs >&9; sleep 600")
    ended = threading.Event()
    stop = registry.observe(lambda worker: worker.running or ended.set())
    with pipe.open() as held:
        assert held.readline() == "runs\n"
        run.cancel()
        assert held.read() == ""
    assert ended.wait(60)
    stop()
    assert [line.split()[0] for line in asked(docker)[-3:]] == ["stop", "stopped", "rm"]


def test_what_an_engine_is_asked(tmp_path):
    spec = FunctionSpec(
        funcname="execute",
        kwargs={"cmd": "echo $A; true", "docker-image": "python:3.12"},
        env={"A": "one line", "B": "two\nlines"},
        fs=Filesystem(mount="/data"),
        conditions=Conditions(cpu="10m", mem="1Mi", gpu=Gpu(count=2)),
    )
    call = call_of(spec, "ab" * 32)
    variables = tmp_path / "variables"
    command = Engine(program="/usr/bin/docker", owner="me").run(
        call, "name", files=tmp_path, variables=variables, passed=["TOKEN"]
    )
    assert command == [
        "/usr/bin/docker", "run", "--name", "name", "--pull", "never",
        "--label", "colonies.executor=me", "--label", f"colonies.place={place.root()}",
        "--mount", f"type=bind,source={tmp_path},target=/data",
        "--env-file", str(variables), "--env=B=two\nlines", "--env", "TOKEN",
        "--cpus", "0.01", "--memory", f"{6 << 20}b", "--gpus", "2",
        "python:3.12", "sh", "-c", "echo $A; true",
    ]  # fmt: skip
    assert variables.read_text() == f"A=one line\nCOLONIES_PROCESS_ID={'ab' * 32}\n"
    assert variables.stat().st_mode & 0o777 == 0o600
    podman = Engine(program="/usr/bin/podman", owner="me").run(
        call, "name", files=tmp_path, variables=tmp_path / "others"
    )
    assert "nvidia.com/gpu=1" in podman
    assert "--gpus" not in podman


def test_without_an_engine_it_is_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InvalidRequest, match="docker is not on PATH; podman is not on PATH"):
        engine.find("colony/name")
    (tmp_path / "docker").write_text("#!/bin/sh\necho no engine runs >&2; exit 1")
    (tmp_path / "docker").chmod(0o755)
    with pytest.raises(InvalidRequest, match="docker does not work: no engine runs"):
        engine.find("colony/name", "docker")
