"""Functions on a real Dask cluster."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from distributed import Client, LocalCluster, get_worker

from jupyter_colonies.client import discovery
from jupyter_colonies.client.compose.task import Task
from jupyter_colonies.core.process import State
from jupyter_colonies.core.spec import Conditions, Gpu
from jupyter_colonies.errors import InvalidRequest, ProcessFailed, SchedulerUnreachable
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.dask import cluster as daskcluster
from jupyter_colonies.executor.dask.call import resources
from jupyter_colonies.executor.dask.executor import TYPE, DaskExecutor
from jupyter_colonies.executor.outcome import RunFailed
from jupyter_colonies.executor.worker import WorkerState
from jupyter_colonies.notebook.colony import NotebookColony
from jupyter_colonies.testing import server_in_thread

PATIENCE = 60


def add(a, *more, factor=1, inputs=(), process=None):
    """The sum of everything."""
    print("adds", a)
    print("to the other stream", file=sys.stderr)
    logging.getLogger("of.the.function").warning("warns")
    process.log(f"is {process.funcname}")
    return (a + sum(more) + sum(inputs)) * factor


async def later(value):
    return value


def fails():
    raise ValueError("no")


def exits():
    sys.exit(3)


def unpicklable():
    return threading.Lock()


def dies_once(note):
    try:
        os.close(os.open(note, os.O_CREAT | os.O_EXCL))
        os.kill(os.getpid(), signal.SIGKILL)
    except FileExistsError:
        return "alive"


def waits(pipe, ended):
    Path(pipe).write_text("runs")
    try:
        while True:
            time.sleep(0.01)
    finally:
        Path(ended).write_text("ended")


def resource():
    return get_worker().state.total_resources


def pair(a: int, b: int) -> list:
    return [a, b]


@pytest.fixture(scope="module")
def colony(tmp_path_factory):
    with server_in_thread(tmp_path_factory.mktemp("server")) as server:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(discovery.RUNTIME_VARIABLE, str(server.runtime_file))
            colony = NotebookColony(discovery.find())
        yield colony
        colony.close()


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", resources={"GPU": 1}
    ) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def executor(colony, cluster):
    functions = (add, later, fails, exits, unpicklable, dies_once, waits, resource)
    executor = colony.dask(cluster, *functions, Task(pair, funcname="pair"))
    yield executor
    registry.stop_all(timeout=0)


def submit(colony, funcname, *args, conditions=None, **fields):
    return colony.submit(
        {
            "funcname": funcname,
            "args": list(args),
            "conditions": {"executortype": TYPE, **(conditions or {})},
            **fields,
        }
    )


def finished(run):
    return run.wait(PATIENCE, progress=False).nodes[0]


def errors(run):
    with pytest.raises(ProcessFailed):
        run.wait(PATIENCE, progress=False)
    return run.nodes[0].errors


def test_arguments_results_and_what_is_written(colony, executor):
    node = finished(submit(colony, "add", 1, 2, kwargs={"factor": 10}))
    assert node.output == [30]
    assert node.log() == "adds 1\nto the other stream\nWARNING:of.the.function:warns\nis add\n"
    assert finished(submit(colony, "later", {"a": [1]})).output == [{"a": [1]}]
    assert executor.concurrency == 2
    described = {each.funcname: each.description for each in colony.functions("dask")}
    assert described["add"] == "The sum of everything."


def test_a_workflow_with_inputs_and_a_task(colony, executor):
    spec = {"funcname": "add", "conditions": {"executortype": TYPE}}
    run = colony.submit(
        [
            {**spec, "nodename": "one", "args": [1]},
            {**spec, "nodename": "two", "args": [2]},
            {
                **spec, "nodename": "sum", "args": [10],
                "conditions": {"executortype": TYPE, "dependencies": ["one", "two"]},
            },
        ]
    ).wait(PATIENCE, progress=False)  # fmt: skip
    assert run["sum"].output == [13]
    assert finished(submit(colony, "pair", 1, 2)).output == [[1, 2]]


def test_failures_have_the_lines_of_the_function(colony, executor):
    summary, traceback = errors(submit(colony, "fails"))
    assert summary == "ValueError: no"
    assert "in fails" in traceback
    assert "side.py" not in traceback
    assert errors(submit(colony, "exits"))[0] == "SystemExit: 3"
    assert "missing a required argument: 'a'" in errors(submit(colony, "add"))[0]
    assert "pickle" in errors(submit(colony, "unpicklable"))[0]


def test_a_function_whose_worker_dies_runs_on_another(colony, executor, tmp_path):
    node = finished(submit(colony, "dies_once", str(tmp_path / "note")))
    assert node.output == ["alive"]
    assert "was lost" in node.log()


def test_the_function_of_a_cancelled_process_is_interrupted(colony, executor, tmp_path, changes):
    pipe, ended = tmp_path / "pipe", tmp_path / "ended"
    os.mkfifo(pipe)
    os.mkfifo(ended)
    run = submit(colony, "waits", str(pipe), str(ended))
    assert pipe.read_text() == "runs"
    run.cancel()
    changes(lambda: not executor.running)
    assert run.state == State.CANCELLED
    assert ended.read_text() == "ended"


def test_conditions_are_resources_of_the_workers(colony, executor, changes):
    wanted = {"cpu": "1000m", "mem": "1Gi", "gpu": {"count": 1}}
    node = finished(submit(colony, "resource", conditions=wanted, priority=5))
    assert node.output == [{"GPU": 1}]
    run = submit(colony, "add", 1, conditions={"gpu": {"count": 2}}, maxexectime=1)
    assert errors(run) == ["Maximum execution time limit exceeded"]
    assert run.nodes[0].log() == "Waits for a Dask worker with GPU=2\n"
    changes(lambda: not executor.running)


def test_conditions_as_amounts():
    conditions = Conditions(cpu="1500m", mem="2Ki", gpu=Gpu(count=3))
    assert resources(conditions) == {"CPU": 1.5, "MEMORY": 2048.0, "GPU": 3.0}
    assert resources(Conditions()) == {}
    with pytest.raises(RunFailed, match="can't be read"):
        resources(Conditions(mem="much"))


def test_what_is_no_cluster_and_what_cannot_be_sent(colony, cluster, monkeypatch):
    monkeypatch.setattr(daskcluster, "PATIENCE", 0.1)
    with pytest.raises(InvalidRequest, match="not as int"):
        DaskExecutor(colony, 5)
    lock = threading.Lock()
    with pytest.raises(InvalidRequest, match="can't be sent to Dask"):
        DaskExecutor(colony, cluster, functions=(lambda: lock,))
    with pytest.raises(SchedulerUnreachable, match="does not answer"):
        DaskExecutor(colony, "tcp://127.0.0.1:9", "away").start()
    with Client(cluster) as client:
        assert repr(DaskExecutor(colony, client, "other")) == "<Worker other (dask-executor): new>"


def test_processes_are_given_back_while_the_scheduler_is_away(colony, changes):
    def cluster(workers, port=0):
        return LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=False, protocol="tcp",
            scheduler_port=port, dashboard_address=":0",
        )  # fmt: skip

    with cluster(0) as first:
        address = first.scheduler_address
        executor = colony.dask(address, add, name="moving", executortype="moving")
        run = submit(colony, "add", 1, conditions={"executortype": "moving"})
        changes(lambda: executor.running)
    changes(lambda: executor.reason == f"the Dask scheduler at {address} is away: it is waited for")
    assert run.state == State.WAITING
    with cluster(1, int(address.rpartition(":")[2])):
        assert finished(run).output == [1]
        executor.stop()
    assert executor.state == WorkerState.STOPPED
