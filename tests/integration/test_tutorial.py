"""The tutorial's scripts as programs of their own, with the unmodified Python SDK."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from jupyter_colonies.testing import server_in_thread
from tests.conformance.wire import Member, Wire

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "tests" / "programs" / "tutorial"
SUM_WORKFLOW = [
    {
        "nodename": "gen_node",
        "funcname": "gen",
        "conditions": {"executortype": "wf-executor", "dependencies": []},
    },
    {
        "nodename": "sum_node",
        "funcname": "sum",
        "conditions": {"executortype": "wf-executor", "dependencies": ["gen_node"]},
    },
]


@pytest.fixture
def server(tmp_path):
    with server_in_thread(tmp_path) as server:
        yield server


@pytest.fixture
def user(server):
    wire = Wire(server.host, server.port, server.server_key)
    colony = wire.colony(server.colonyname, server.colony_key)
    return Member(colony, server.username, "wf-executor", server.user_key)


def environment(server):
    return {**os.environ, **server.environment, "PYTHONPATH": str(ROOT)}


@contextmanager
def executor(server, program):
    """A program that has registered; interrupted at the end, it unregisters."""
    running = subprocess.Popen(
        [sys.executable, PROGRAMS / program],
        env=environment(server),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with running:
        assert running.stdout.readline().endswith("registered\n")
        try:
            yield running
        finally:
            running.send_signal(signal.SIGINT)
            rest = running.stdout.read()
    assert rest.endswith("unregistered\n")


def submit(server):
    done = subprocess.run(
        [sys.executable, PROGRAMS / "submit_wf.py"],
        env=environment(server),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, last = done.stdout.splitlines()
    assert first.startswith("Workflow ")
    return int(last)


def test_the_static_workflow_prints_its_sum(server, user):
    with executor(server, "wf_executor.py"):
        total = submit(server)
    (graph,) = user.graphs(2)
    members = user.members(graph)
    assert members["sum_node"]["in"] == members["gen_node"]["out"]
    assert total == sum(members["gen_node"]["out"])
    assert len(members["gen_node"]["out"]) == 5


def test_the_static_workflow_as_json(server, user):
    with executor(server, "wf_executor.py"):
        graph = user.submit_workflow(*SUM_WORKFLOW)
        last = user.reaches({"processid": graph["processids"][1]}, 2)
        logs = user.call(
            "getlogsmsg", colonyname=server.colonyname, processid=last["processid"], count=9
        )
    assert last["out"] == [sum(last["in"])]
    assert [line["message"] for line in logs] == ["Hello from executor\n"]
    assert user.graph(graph)["state"] == 2


def test_the_dynamic_workflow_gives_8(server, user):
    with executor(server, "wf_executor_dynamic.py"):
        assert submit(server) == 8
    (graph,) = user.graphs(2)
    names = [user.process(each)["spec"]["nodename"] for each in graph["processids"]]
    assert sorted(names) == ["gen_node", "square_node", "square_node", "sum_node"]


def test_a_program_beside_another_executor(server, user):
    """One workflow, its first step done here and its second one by the program."""
    here = user.colony.executor("wf-executor", name="here")
    gen, add = SUM_WORKFLOW
    gen = gen | {"conditions": gen["conditions"] | {"executornames": ["here"]}}
    with executor(server, "wf_executor.py"):
        graph = user.submit_workflow(gen, add)
        here.close(here.assign(30), [1, 2, 3])
        last = user.reaches({"processid": graph["processids"][1]}, 2)
    assert last["out"] == [6]
    assert last["assignedexecutorid"] != here.id
