"""Deployed notebooks: real kernels, kept alive by a real server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.deployments import Deployments
from jupyter_colonies.client.discovery import Found
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.commands.block import Line, Table, Text
from jupyter_colonies.commands.root import run, tree
from jupyter_colonies.commands.session import Session
from jupyter_colonies.core.deployment import DeploymentRequest, DeploymentState
from jupyter_colonies.errors import ColoniesError, Conflict, InvalidRequest, NoServer, NotFound
from jupyter_colonies.server.deploy import deployments as watching
from jupyter_colonies.testing import RunningServer, server_in_thread
from tests.integration.test_server_port import ask
from tests.notebookfiles import write_notebook

PATIENCE = 60
CONNECT = "import os, jupyter_colonies\ncolony = jupyter_colonies.connect()"

ECHO = Path(__file__).parent.parent / "programs" / "echo_kernel.py"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deployed")
    spec = folder / "jupyter" / "kernels" / "echo"
    spec.mkdir(parents=True)
    argv = [sys.executable, str(ECHO), "{connection_file}"]
    described = {"argv": argv, "display_name": "Echo", "language": "echo"}
    (spec / "kernel.json").write_text(json.dumps(described))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        patch.setattr(watching, "GLANCE", 0.1)
        with server_in_thread(folder) as server:
            yield server


def found_at(server: RunningServer) -> Found:
    runtime = server.hosting.runtime
    return Found(
        endpoint=Endpoint(host=server.host, port=server.port),
        colonyname=server.colonyname,
        private_key=server.user_key,
        socket=runtime.socket,
        reason="made by the test",
    )


@pytest.fixture
def deployments(server):
    return Deployments(found_at(server))


@pytest.fixture(scope="module")
def colony(server):
    colony = Colony(found_at(server))
    yield colony
    colony.close()


def submit(colony: Colony, funcname: str, *args: object) -> Run:
    spec = {"funcname": funcname, "args": list(args), "conditions": {"executortype": funcname}}
    return colony.submit(spec)


def output(colony: Colony, submitted: Run) -> object:
    submitted.wait(timeout=PATIENCE)
    return colony.process(submitted.id).output


def kill(kernelid: str) -> None:
    found = subprocess.run(["pgrep", "-f", kernelid], capture_output=True, text=True, check=True)
    os.kill(int(found.stdout.split()[0]), signal.SIGKILL)


def test_functions_are_served_again_when_their_kernel_was_killed(deployments, colony, tmp_path):
    function = "@colony.function\ndef add(a, b):\n    print('adding')\n    return a + b"
    path = write_notebook(
        tmp_path / "my sums.ipynb", CONNECT, function, "1 / 0", "1 / 0",
        cell3=["skip-deploy"], cell4=["raises-exception"],
    )  # fmt: skip
    deployed = deployments.deploy(DeploymentRequest(path=path), wait=PATIENCE)
    assert (deployed.name, deployed.state, deployed.done) == ("my-sums", "running", 3)
    assert output(colony, submit(colony, "add", 1, 2)) == [3]
    kill(deployed.kernelid)
    # The next kernel's executor takes the place of the lost one, and so its processes.
    while deployments.get("my-sums").restarts == 0 or not running(deployments, "my-sums"):
        assert output(colony, submit(colony, "add", 3, 4)) == [7]
    now = deployments.get("my-sums")
    assert (now.state, now.restarts) == (DeploymentState.RUNNING, 1)
    assert now.kernelid != deployed.kernelid
    assert "the kernel was ended by SIGKILL: started again in 1 s" in deployments.log("my-sums", 99)
    assert deployments.stop("my-sums").state == DeploymentState.STOPPED
    deployments.remove("my-sums")
    with pytest.raises(NotFound, match="There is no deployment 'my-sums'"):
        deployments.get("my-sums")


def running(deployments: Deployments, name: str) -> bool:
    return deployments.get(name).state is DeploymentState.RUNNING


def test_a_broken_cell_and_its_repair(deployments, tmp_path):
    def notebook(*cells: str) -> DeploymentRequest:
        path = write_notebook(tmp_path / "broken.ipynb", *cells, kernelname="echo")
        return DeploymentRequest(path=path)

    failed = deployments.deploy(notebook("one", "fail\nhere", "three"), wait=PATIENCE)
    assert (failed.state, failed.done) == (DeploymentState.FAILED, 1)
    assert failed.reason == "cell 2 failed: ToldTo: fail\nhere"
    log = deployments.log("broken", 99)
    assert "told: one\n" in log
    assert "\nTraceback\nfail\nhere\n" in log
    assert "three" not in log
    repaired = deployments.deploy(notebook("repaired"), wait=PATIENCE)
    assert repaired.state is DeploymentState.RUNNING
    former = deployments.deploy(notebook("fail again"), wait=PATIENCE)
    assert (former.state, former.done) == (DeploymentState.RUNNING, 1)
    assert "the former version runs again, since in the new one cell 1 failed" in former.reason
    assert "ToldTo: fail again" in former.reason
    deployments.remove("broken")


def test_a_changed_file_is_deployed_and_the_old_kernel_finishes_its_runs(
    deployments, colony, tmp_path
):
    function = """@colony.function(executor="worker", name="{name}", executortype="{name}")
def function(begun="", gate=""):
    if begun:
        open(begun, "w").close()
        open(gate).close()
    return "{name}"
"""
    path = tmp_path / "watched.ipynb"
    write_notebook(path, CONNECT, function.format(name="first"))
    request = DeploymentRequest(path=str(path), watch=True)
    deployments.deploy(request, wait=PATIENCE)
    begun, gate = tmp_path / "begun", tmp_path / "gate"
    os.mkfifo(begun)  # opening one end waits for the other
    os.mkfifo(gate)
    held = submit(colony, "first", str(begun), str(gate))
    waiting = submit(colony, "second")
    begun.open().close()
    write_notebook(path, CONNECT, function.format(name="second"))
    while "finishes what it runs" not in deployments.get("watched").reason:
        pass
    gate.open("w").close()
    assert output(colony, held) == ["first"]
    assert output(colony, waiting) == ["second"]
    assert colony.process(held.id).retries == 0
    deployments.remove("watched")


def test_any_kernel_runs_its_cells(deployments, tmp_path):
    path = write_notebook(tmp_path / "told.ipynb", "say this", kernelname="echo")
    deployed = deployments.deploy(DeploymentRequest(path=path), wait=PATIENCE)
    assert (deployed.state, deployed.kernelname) == (DeploymentState.RUNNING, "echo")
    deployments.stop("told")
    assert "the kernel was told: say this" in deployments.log("told", 10)
    deployments.remove("told")


def test_what_cannot_be_deployed_changes_nothing(deployments, tmp_path):
    path = write_notebook(tmp_path / "a.ipynb", "1", kernelname="julia-0.1")
    with pytest.raises(InvalidRequest, match="There is no kernel 'julia-0.1' here; there are: "):
        deployments.deploy(DeploymentRequest(path=path), wait=0)
    with pytest.raises(NotFound, match="can't be read: No such file"):
        deployments.deploy(DeploymentRequest(path=str(tmp_path / "none.ipynb")), wait=0)
    (tmp_path / "half.ipynb").write_text('{"nbformat": 4, "cells": [')
    with pytest.raises(InvalidRequest, match="can't be read as a notebook"):
        deployments.deploy(DeploymentRequest(path=str(tmp_path / "half.ipynb")), wait=0)
    with pytest.raises(InvalidRequest, match="no code cell"):
        deployments.deploy(
            DeploymentRequest(path=write_notebook(tmp_path / "empty.ipynb", " ")), wait=0
        )
    with pytest.raises(InvalidRequest, match="is no name for a deployment"):
        deployments.deploy(DeploymentRequest(path=path, name="../x"), wait=0)
    assert deployments.list() == []


def test_the_verbs(server, colony, tmp_path, monkeypatch):
    session = Session(connect=lambda: colony, owner_key=lambda _: "")

    def verb(*words: str) -> list[Any]:
        return list(run(tree("colonies"), ["deploy", *words], session))

    assert verb("list") == [Line(text="No deployments found")]
    (tmp_path / "sub").mkdir()
    path = write_notebook(tmp_path / "sub" / "say.ipynb", "print('hello')", kernelname="echo")
    monkeypatch.chdir(tmp_path)
    (told,) = verb("--watch", "sub/say.ipynb")
    assert isinstance(told, Line)
    assert (told.text, told.fields["State"]) == ("Notebook deployed", "running")
    (table,) = verb("list")
    assert isinstance(table, Table)
    assert [(row[0], row[1], row[6]) for row in table.rows] == [("say", "running", path)]
    other = write_notebook(tmp_path / "say.ipynb", "1", kernelname="echo")
    with pytest.raises(Conflict, match=r"choose another name with --name"):
        verb(other)
    (text,) = verb("logs", "say", "--lines", "5")
    assert isinstance(text, Text)
    assert "print('hello')" in text.text
    assert verb("stop", "say")[0].fields == {"Name": "say", "State": "stopped"}
    assert verb("restart", "say")[0].fields["State"] == "running"
    assert verb("remove", "say") == [Line(text="Deployment removed", fields={"Name": "say"})]
    monkeypatch.setenv("JUPYTER_COLONIES_DEPLOYMENT", "say")
    (warning,) = verb("sub/say.ipynb")
    assert "runs in the deployment 'say'" in warning.text


def test_no_key_opens_the_door(server, tmp_path):
    """Whoever may only sign requests, even the colony's owner, can't run code as the server."""
    for path in ("/v1/deployments", "/v1/deployments/x/restart", "/deployments"):
        for method in ("GET", "POST"):
            assert ask(server, method, path)[0] == 404
    elsewhere = Found(
        endpoint=Endpoint(host=server.host, port=server.port), colonyname="dev",
        private_key=server.colony_key, reason="named by connect(…)",
    )  # fmt: skip
    with pytest.raises(NoServer, match="that is for the server's own user on its machine"):
        Deployments(elsewhere)
    door = Path(server.hosting.runtime.socket)
    assert door.stat().st_mode & 0o777 == 0o600
    assert door.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("server")  # whose folder has the kernelspecs
def test_a_restarted_server_brings_them_back(tmp_path):
    function = "@colony.function\ndef pid():\n    return os.getpid()"
    path = write_notebook(tmp_path / "kept.ipynb", CONNECT, function)
    stopped = write_notebook(tmp_path / "stopped.ipynb", "1", kernelname="echo")
    with server_in_thread(tmp_path / "server") as first:
        deployments = Deployments(found_at(first))
        deployments.deploy(DeploymentRequest(path=path), wait=PATIENCE)
        deployments.deploy(DeploymentRequest(path=stopped), wait=0)
        deployments.stop("stopped")
        Path(path).unlink()  # what was deployed does not depend on the file any more
    with server_in_thread(tmp_path / "server") as second:
        colony = Colony(found_at(second))
        assert output(colony, submit(colony, "pid")) not in ([], [os.getpid()])
        colony.close()
        states = {each.name: each.state for each in Deployments(found_at(second)).list()}
        assert states["stopped"] == DeploymentState.STOPPED
        assert states["kept"] in (DeploymentState.STARTING, DeploymentState.RUNNING)


def test_a_server_that_is_gone(tmp_path):
    found = Found(
        endpoint=Endpoint(host="127.0.0.1", port=1), colonyname="dev", private_key="",
        socket=str(tmp_path / "none.sock"), reason="made by the test",
    )  # fmt: skip
    with pytest.raises(ColoniesError, match="can't be asked for deployments"):
        Deployments(found).list()
