"""Tasks, their results and what is kept of them, at a real server with executors of this kernel."""

from __future__ import annotations

import dataclasses
import threading
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from jupyter_colonies.client import discovery
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.values import stored
from jupyter_colonies.client.values.packing import NotReadable, pack
from jupyter_colonies.client.values.stored import TRUSTED_VARIABLE, Untrusted
from jupyter_colonies.core.identity import id_of, new_private_key
from jupyter_colonies.core.member import User
from jupyter_colonies.errors import NotFound, ProcessFailed
from jupyter_colonies.executor import registry
from jupyter_colonies.notebook.colony import NotebookColony


@pytest.fixture(scope="module")
def colony(server, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(discovery.RUNTIME_VARIABLE, str(server.runtime_file))
        patch.setenv("JUPYTER_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        colony = NotebookColony(discovery.find())
        yield colony
        registry.stop_all(timeout=1)
        colony.close()


def done(workflow):
    return workflow.submit().wait(60, progress=False)


class Model:
    def __init__(self, weights):
        self.weights = weights

    def _repr_html_(self):
        return "<b>a model</b>"


def test_a_map_and_a_reduction(colony):
    @colony.task(concurrency=4)
    def numbers(n: int) -> list[int]:
        return list(range(n))

    @colony.task
    def square(x: int) -> int:
        return x * x

    @colony.task
    def total(parts: list[int], when: date, *, scale: float = 1.0):
        return {"sum": sum(parts) * scale, "when": when}

    with colony.workflow("squares") as workflow:
        first = numbers(3)
        found = total([*square.map([1, 2, 3]), first[2]], date(2026, 1, 1), scale=2, after=first)
        square.options(name="last")(first[1], after=found)
    run = done(workflow)
    assert run.result("total") == {"sum": 32, "when": date(2026, 1, 1)}
    assert run.result() == 1
    assert run["numbers"].output == [[0, 1, 2]]
    assert run["square[2]"].result == 9
    (worker,) = [each for each in registry.list() if "square" in each.functions]
    assert {"numbers", "square", "total"} <= set(worker.functions)


def test_parents_of_every_kind(colony):
    @colony.function(executor="plain")
    def several(inputs):
        return [1, 2, *inputs]

    @colony.task
    def nothing():
        return None

    @colony.task
    def listed(a, b, c, inputs):
        return [a, b, c, inputs]

    with colony.workflow() as workflow:
        none = nothing()
        plain = workflow.node("plain", "several", executortype="plain", after=none)
        listed(plain, none, {"first": plain[0]})
    assert done(workflow).result() == [[1, 2, None], None, {"first": 1}, [1, 2, None, None]]


def test_a_growing_workflow(colony):
    @colony.task
    def double(x):
        return 2 * x

    @colony.task
    def growing(x, process):
        process.insert_child("double", 2 * x, nodename="between")
        return x

    @colony.task
    def both(a, b):
        return [a, b]

    with colony.workflow() as workflow:
        both(growing(1), double(5))
    assert done(workflow).result("both") == [4, 10]


def test_a_task_submits_a_workflow(colony):
    @colony.task
    def part(x):
        return x + 1

    @colony.task
    def join(parts, after_all=None):
        return sum(parts)

    @colony.task
    def plan(n, process):
        with colony.workflow("below") as below:
            join(part.map(range(n)))
        below.submit(below=process)
        with colony.workflow("own") as own:
            part(n)
        return own.submit().id

    with colony.workflow() as workflow:
        plan(3)
    run = done(workflow)
    assert run["join"].result == 6
    assert [run[f"part[{n}]"].result for n in range(3)] == [1, 2, 3]
    assert colony.run(run.result("plan")).wait(60, progress=False).result() == 4


def test_a_block_that_submits_by_itself(colony):
    @colony.task
    def one():
        return 1

    with colony.workflow(submit=True) as workflow:
        one()
    assert workflow.run is not None
    assert workflow.run["one"].result == 1
    before = len(colony.workflows())
    broken = colony.workflow(submit=True)
    with pytest.raises(TypeError, match="too many"), broken:
        one(one())
    assert broken.run is None
    assert len(colony.workflows()) == before


def test_values_go_by_reference(colony, monkeypatch):
    @colony.task
    def train(data: np.ndarray, config) -> dict:
        return {"model": Model(data * config["rate"]), "kinds": {1, 2}, "mean": data.mean()}

    @colony.task
    def use(found, flat: bytes):
        return [found["model"].weights.sum(), len(found["kinds"]), found["mean"], len(flat)]

    with colony.workflow() as workflow:
        use(train(np.arange(4.0), {"rate": 2}), b"x" * 10_000)
    run = done(workflow)
    assert run.result() == [12, 2, 1.5, 10_000]
    model = run["train"].result["model"]
    assert (type(model), model.weights.tolist()) == (Model, [0, 2, 4, 6])
    reference = run["train"].output[0]["model"]
    assert reference["kind"] == "pickle"
    label, _, name = reference["$file"].rpartition("/")
    assert label == f"/results/{run['train'].processid}"
    (file,) = colony.files.revisions(label, name)
    assert (file.initiatorid, file.checksum) == (colony.client.id, reference["sha256"])


def test_a_hundred_megabytes_pass_and_more_than_the_limit_is_refused(colony, monkeypatch):
    @colony.task
    def large():
        return np.zeros(100 * 1024**2, dtype=np.uint8)

    with colony.workflow() as workflow:
        large()
    assert done(workflow).result().nbytes == 100 * 1024**2

    monkeypatch.setattr("jupyter_colonies.client.values.packing.LARGEST", 1024**2)
    with colony.workflow() as workflow:
        large()
    with pytest.raises(ProcessFailed, match=r"ndarray has 104,857,728 bytes, and at most 1,048"):
        done(workflow)


def test_a_result_that_can_not_be_sent(colony):
    @colony.task
    def lock():
        return {"mine": threading.Lock()}

    with colony.workflow() as workflow:
        lock()
    with pytest.raises(ProcessFailed, match="at mine of type _thread.lock has no form as JSON"):
        done(workflow)
    with pytest.raises(ProcessFailed, match="Node 'lock' failed: "):
        workflow.run.result("lock")


@pytest.fixture
def stranger(server, colony):
    """Another user of the colony."""
    key = new_private_key()
    owner = colony.client.signed_by(server.colony_key)
    user = User(colonyname=colony.name, userid=id_of(key), name=f"user {key[:6]}")
    colony.call(owner.add_user(user=user))
    other = NotebookColony(dataclasses.replace(colony.found, private_key=key, again=None))
    yield other
    other.close()


def test_a_pickle_of_a_stranger_is_not_opened(colony, stranger, monkeypatch, server):
    packed = pack(Model(1), "", "/results/p")
    stranger.values.store([packed])
    name = next(user.name for user in colony.users() if user.userid == stranger.client.id)
    with pytest.raises(Untrusted, match=f"it was stored by user '{name}'"):
        colony.values.open(packed.reference)
    # What the reference says of itself does not help.
    for lie in ({"kind": "json"}, {"kind": "npy"}):
        with pytest.raises(NotReadable):
            colony.values.open(packed.reference | lie)
    with pytest.raises(NotFound, match="No members of the colony are called 'nobody'"):
        colony.values.trust("nobody")
    monkeypatch.setenv(TRUSTED_VARIABLE, name)
    assert colony.values.open(packed.reference).weights == 1
    monkeypatch.delenv(TRUSTED_VARIABLE)
    trusting = NotebookColony(colony.found)
    trusting.values.trust(stranger.client.id)
    assert trusting.values.open(packed.reference).weights == 1
    trusting.close()


def test_a_file_of_ones_own_is_no_value(colony, tmp_path):
    packed = pack(Model(1), "", "/downloads")
    colony.files.put(packed.data, packed.label, packed.name)
    with pytest.raises(Untrusted, match="was not stored as the value"):
        colony.values.open(packed.reference)


def test_bytes_of_ones_own_are_no_pickle(colony):
    packed = pack(pack(Model(1), "", "/results/o").data, "", "/results/o")
    colony.values.store([packed])
    with pytest.raises(Untrusted, match="was not stored as the value"):
        colony.values.open(packed.reference | {"kind": "pickle"})


def test_what_a_notebook_shows_is_stored_beside_the_value(colony, stranger):
    packed = pack(np.arange(3), "", "/results/shown", lambda _: {"text/html": "<b>3</b>"})
    stranger.values.store([packed])
    with pytest.raises(Untrusted):
        colony.values.rich(packed.reference)
    colony.values.store([packed])
    assert colony.values.rich(packed.reference) == {"text/html": "<b>3</b>"}
    assert colony.values.rich({**packed.reference, "rich": None}) == {}


def test_data_of_a_stranger_is_only_data(colony, stranger):
    packed = pack(np.arange(3), "", "/results/q")
    stranger.values.store([packed])
    assert colony.values.open(packed.reference).tolist() == [0, 1, 2]


def test_bytes_that_changed_are_not_used(colony, stranger):
    packed = pack(np.arange(3), "", "/results/r")
    stranger.values.store([packed])
    other = pack(np.arange(4), "", "/results/r")
    stranger.files.put(other.data, packed.label, packed.name)
    assert colony.values.open(packed.reference).tolist() == [0, 1, 2]
    with pytest.raises(NotReadable, match="holds something else"):
        colony.values.open(packed.reference | {"sha256": "0" * 64})
    with pytest.raises(NotReadable, match="not among the files"):
        colony.values.open({**packed.reference, "$file": "/results/r/gone.npy", "sha256": "0" * 64})


def test_a_value_is_fetched_once(colony, stranger, monkeypatch):
    packed = pack(np.arange(1000), "", "/results/s")
    stranger.values.store([packed])
    reads = []
    read = colony.files.read
    monkeypatch.setattr(colony.files, "read", lambda file: reads.append(file) or read(file))
    one, two = (colony.values.open(packed.reference) for _ in range(2))
    assert one is not two
    assert len(reads) == 1
    monkeypatch.setattr(stored, "REMEMBERED", 0)
    colony.values.open(packed.reference)
    colony.values._remember("x", b"")
    colony.values.open(packed.reference)
    assert len(reads) == 2


def test_a_workflow_file_with_kept_arguments_runs(colony, tmp_path):
    @colony.task
    def size(data):
        return data.size

    with colony.workflow() as workflow:
        size(np.zeros(7))
    colony.keep(workflow)
    path = Path(tmp_path / "w.yaml")
    path.write_text(workflow.to_yaml())
    assert colony.submit(path).wait(60, progress=False).result() == 7
    again = Workflow.from_specs(workflow.to_spec("dev").functionspecs or [])
    assert again.to_yaml() == workflow.to_yaml()


def test_a_kept_result_is_used_and_can_be_seen(colony):
    calls = []
    space = {"__name__": "__main__", "np": np, "called": calls.append, "Model": Model}
    exec("def scaled(x):\n    return 2 * x\n", space)
    exec("def train(data, n):\n    called(1)\n    return Model(scaled(data) + n)\n", space)
    train = colony.task(cache="first", packages=["numpy"])(space["train"])

    @colony.task
    def array(n):
        return np.arange(n)

    def ran(size, n):
        with colony.workflow() as workflow:
            train(array(size), n=n)
        return done(workflow)

    first = ran(3, 1)
    assert first.explain("train") == "miss: no result of this task is kept"
    again = ran(3, 1)
    found = again["train"]
    assert found.cached
    assert again.explain("train") == (
        f"hit: this is the kept result of process {first['train'].processid}"
    )
    assert "Result cache: hit" in found.log()
    assert found.result.weights.tolist() == [1, 3, 5]
    assert len(calls) == 1
    assert ran(4, 1).explain("train") == "miss: argument `data` changed"
    exec("def scaled(x):\n    return 3 * x\n", space)
    assert ran(3, 1).explain("train") == "miss: source of helper `scaled` changed"
    assert ran(3, 1)["train"].cached
    assert again.explain("array").startswith("none: ")

    # The colony's own copy may be gone: it is stored again.
    label, _, name = again["train"].output[0]["$file"].rpartition("/")
    exec("def scaled(x):\n    return 2 * x\n", space)
    colony.files.remove_all(label, name)
    assert ran(3, 1).result().weights.tolist() == [1, 3, 5]
    assert len(calls) == 3

    for file in colony.cache.folder.glob("train/*/*.pickle"):
        file.write_bytes(b"no pickle")
    assert "can't be read any more" in ran(3, 1).explain("train")
    colony.cache.clear()
    assert ran(3, 1).explain("train") == "miss: no result of this task is kept"
