"""Processes with files: fetched before they run, sent afterwards, cleaned up in any case."""

from __future__ import annotations

import threading

import pytest

from jupyter_colonies.client import discovery
from jupyter_colonies.client.colony import connect
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import NotFound, ProcessCancelled, ProcessFailed, ServerRefused
from jupyter_colonies.executor import mounts, registry
from jupyter_colonies.executor.outcome import RunFailed
from jupyter_colonies.executor.programs import place
from jupyter_colonies.executor.worker import Worker


@pytest.fixture
def colony(server, monkeypatch, tmp_path):
    monkeypatch.setenv(discovery.RUNTIME_VARIABLE, str(server.runtime_file))
    monkeypatch.setenv(mounts.KEPT_VARIABLE, str(tmp_path / "kept"))
    colony = connect()
    for label in colony.files.labels():
        for file in colony.files.list(label.name):
            colony.files.remove_all(label.name, file.name)
    yield colony
    registry.stop_all(timeout=5)
    colony.close()


@pytest.fixture
def serve(colony):
    """Start an executor of a type that runs these functions."""

    def start(executortype="e", **functions):
        worker = Worker(colony, executortype)
        for name, function in functions.items():
            worker.add(name, function)
        worker.start()
        return worker

    return start


def spec(funcname, *dirs, snapshots=(), executortype="e", after=(), **fields):
    return {
        "funcname": funcname,
        "nodename": funcname,
        "conditions": {"executortype": executortype, "dependencies": list(after)},
        "fs": {"mount": "/cfs", "dirs": list(dirs), "snapshots": list(snapshots)},
        **fields,
    }


def folder(label, at, *, start=False, close=True, **fields):
    rules = {"onstart": {"keeplocal": start}, "onclose": {"keeplocal": close}}
    return {"label": label, "dir": at, "onconflicts": rules, **fields}


def text(colony, label, name):
    return b"".join(colony.files.read(colony.files.latest(label, name))).decode()


def nothing_left():
    return [each.name for each in place.root().iterdir()] == ["lock"]


def failed(run):
    with pytest.raises(ProcessFailed):
        run.wait(60, progress=False)
    return run.nodes[0].errors


def test_two_executors_pass_files_through_a_workflow(colony, serve):
    def simulate(process):
        for number in range(3):
            part = process.mount / "out" / f"run-{number}"
            part.mkdir()
            (part / "data.csv").write_text(f"{number}\n")

    def total(process):
        parts = sorted((process.mount / "in").rglob("data.csv"))
        numbers = [int(part.read_text()) for part in parts]
        (process.mount / "report" / "total.txt").write_text(str(sum(numbers)))
        return len(numbers)

    serve("simulator", simulate=simulate)
    serve("reporter", total=total)
    run = colony.submit(
        [
            spec("simulate", folder("/study", "/out"), executortype="simulator"),
            spec(
                "total",
                folder("/study", "/in"),
                folder("/reports/{processid}", "/report"),
                executortype="reporter",
                after=["simulate"],
            ),
        ]
    ).wait(60, progress=False)
    assert run["total"].output == [3]
    assert text(colony, f"/reports/{run['total'].processid}", "total.txt") == "3"
    assert nothing_left()


def test_a_run_that_fails_sends_what_it_wrote(colony, serve):
    def write(process):
        (process.mount / "out" / "log.txt").write_text("as far as it came")
        raise RunFailed("no luck")

    serve(write=write)
    assert failed(colony.submit(spec("write", folder("/out", "/out")))) == ["no luck"]
    assert text(colony, "/out", "log.txt") == "as far as it came"
    assert nothing_left()


@pytest.mark.parametrize(("close", "expected"), [(True, "here"), (False, "there")])
def test_the_rule_decides_whose_file_counts(colony, serve, close, expected):
    colony.files.put(b"before", "/work", "file")

    def change(process):
        file = process.mount / "work" / "file"
        seen = file.read_text()
        file.write_text("here")
        colony.files.put(b"there", "/work", "file")
        return seen

    serve(change=change)
    run = colony.submit(spec("change", folder("/work", "work", close=close)))
    assert run.wait(60, progress=False).nodes[0].output == ["before"]
    assert text(colony, "/work", "file") == expected


def test_a_snapshot_is_fetched_as_it_was_and_removed(colony, serve):
    client, name = colony.client, colony.name
    colony.files.put(b"old", "/src/deep", "code")
    ids = {
        kept: colony.call(
            client.create_snapshot(colonyname=name, label="/src", name=f"pinned {kept}")
        ).snapshotid
        for kept in (False, True)
    }
    colony.files.put(b"new", "/src/deep", "code")

    def read(process):
        return [path.read_text() for path in sorted(process.mount.rglob("code"))]

    serve(read=read)
    wanted = [
        {"snapshotid": snapshotid, "label": "/src", "dir": f"/{kept}", "keepsnapshot": kept}
        for kept, snapshotid in ids.items()
    ]
    run = colony.submit(spec("read", snapshots=wanted)).wait(60, progress=False)
    assert run.nodes[0].output == ["old", "old"]
    colony.call(client.get_snapshot(colonyname=name, snapshotid=ids[True]))
    with pytest.raises(ServerRefused, match="there is none"):
        colony.call(client.get_snapshot(colonyname=name, snapshotid=ids[False]))
    colony.call(client.remove_snapshot(colonyname=name, snapshotid=ids[True]))


def test_what_is_kept_is_there_for_the_next_process(colony, serve, tmp_path):
    def count(process):
        cache = process.mount / "cache"
        seen = (cache / "seen").exists()
        (cache / "seen").touch()
        return seen

    serve(count=count)
    for expected in (False, True):
        run = colony.submit(spec("count", folder("/cache", "/cache", keepfiles=True)))
        assert run.wait(60, progress=False).nodes[0].output == [expected]
        colony.files.remove_all("/cache", "seen")
    assert [path.name for path in (tmp_path / "kept").rglob("seen")] == ["seen"]
    assert nothing_left()


@pytest.mark.parametrize(
    ("fs", "said"),
    [
        ({"dirs": [folder("/a", "/../up")]}, "names the folder '/../up'"),
        ({"dirs": [folder("/a/../b", "/a")]}, "'/a/../b' is no label"),
        ({"dirs": [folder("", "/a")]}, "no label for the folder 'a'"),
        ({"dirs": ["text"]}, "fs.dirs can't be read"),
        ({"dirs": [folder("/a", "/a"), folder("/b", "a/")]}, "'/a' more than once"),
        ({"snapshots": [{"snapshotid": "f" * 64, "dir": "/s"}]}, "could not be fetched"),
    ],
    ids=["way up", "label", "no label", "text", "twice", "snapshot"],
)
def test_what_cannot_be_mounted_fails_the_process(colony, serve, fs, said):
    serve(run=lambda _: "it ran")
    (error,) = failed(colony.submit({**spec("run"), "fs": {"mount": "/cfs", **fs}}))
    assert said in error
    assert "Traceback" not in error
    assert nothing_left()


def test_a_file_whose_bytes_are_gone_fails_the_process_by_name(colony, serve):
    file = colony.files.put(b"bytes", "/lost", "data.bin")
    colony.files._home.remove(file.ref.s3object.object)
    serve(run=lambda _: "it ran")
    (error,) = failed(colony.submit(spec("run", folder("/lost", "/in"))))
    assert "data.bin" in error
    assert "could not be fetched" in error


def test_names_that_lead_elsewhere_are_left_out_and_logged(colony, serve, server):
    file = colony.files.put(b"1", "/odd", "good")
    file.name = "../evil"
    colony.call(colony.client.add_file(file=file))
    serve(run=lambda process: sorted(path.name for path in process.mount.rglob("*")))
    run = colony.submit(spec("run", folder("/odd", "/in"))).wait(60, progress=False)
    assert run.nodes[0].output == ["good", "in"]
    assert "evil" in "".join(each.message for each in colony.logs(run.nodes[0].processid))


def test_a_process_that_is_cancelled_leaves_nothing_here(colony, serve):
    began = threading.Event()

    def wait(process):
        (process.mount / "out" / "part").write_text("half")
        began.set()
        assert process.cancellation.event.wait(60)
        process.check()

    worker, idle = serve(wait=wait), threading.Event()
    run = colony.submit(spec("wait", folder("/out", "/out")))
    assert began.wait(60)
    stop = registry.observe(
        lambda each: idle.set() if each is worker and not each.running else None
    )
    run.cancel()
    with pytest.raises(ProcessCancelled):
        run.wait(60, progress=False)
    assert idle.wait(60)
    stop()
    assert nothing_left()
    assert text(colony, "/out", "part") == "half"


def test_what_is_left_of_a_run_whose_process_goes_on_elsewhere_is_not_sent(colony, serve):
    began = threading.Event()
    wanted = []

    def wait(process):
        if wanted:
            return "second"
        wanted.append(process.processid)
        (process.mount / "out" / "part").write_text("of the first")
        began.set()
        assert process.cancellation.event.wait(60)
        process.check()
        return "first"

    worker = serve(wait=wait)
    run = colony.submit(spec("wait", folder("/again", "/out")))
    assert began.wait(60)
    worker.stop(timeout=0)
    serve("e", wait=wait)
    assert run.wait(60, progress=False).nodes[0].output == ["second"]
    assert run.nodes[0].state is State.SUCCESS
    with pytest.raises(NotFound):
        colony.files.latest("/again", "part")


def test_processes_without_files_have_no_mount(colony, serve):
    serve(run=lambda process: process.mount is None)
    run = colony.submit({**spec("run"), "fs": {"mount": "", "dirs": [folder("/a", "/a")]}})
    assert run.wait(60, progress=False).nodes[0].output == [True]
