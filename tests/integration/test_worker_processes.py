"""Cells and functions of a notebook in worker processes."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from jupyter_colonies.client import discovery
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import InvalidCell, ProcessFailed
from jupyter_colonies.executor import registry
from jupyter_colonies.executor.workers import pool
from jupyter_colonies.notebook.colony import NotebookColony


@pytest.fixture(scope="module")
def colony(server):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(discovery.RUNTIME_VARIABLE, str(server.runtime_file))
        colony = NotebookColony(discovery.find())
        yield colony
        registry.stop_all(timeout=1)
        colony.close()


@pytest.fixture
def define(colony):
    """Runs code as a notebook does: its functions belong to `__main__`."""
    names = {"__name__": "__main__", "colony": colony}

    def run(code):
        exec(textwrap.dedent(code), names)
        return names

    return run


def call(colony, funcname, *args, **fields):
    spec = {
        "funcname": funcname,
        "args": list(args),
        "conditions": {"executortype": "p"},
        **fields,
    }
    return colony.submit(spec)


def result(run):
    return run.wait(60, progress=False).nodes[0].output


def errors(run):
    with pytest.raises(ProcessFailed):
        run.wait(60, progress=False)
    return run.nodes[0].errors


def pids():
    worker = registry.get("p")
    assert worker is not None
    return worker.pool.pids


def test_functions_of_the_notebook_run_in_a_process_of_their_own(colony, define):
    names = define("""
        import logging, os, subprocess, sys, threading, warnings

        factor = 3

        def helper(x):
            return factor * x

        @colony.function(executor="p", processes=1)
        def f(x, process, inputs):
            print("to", end=" ")
            print("stdout")
            print("to stderr", file=sys.stderr)
            warnings.warn("warned")
            logging.getLogger("a library").warning("logged")
            process.log("noted")
            thread = threading.Thread(target=print, args=("in a thread",))
            thread.start()
            thread.join()
            os.write(1, b"below Python\\n")
            subprocess.run(["echo", "a command"], check=True)
            process.attributes["seen"] = process.funcname
            return [os.getpid(), helper(x), inputs]
    """)
    run = call(colony, "f", 2)
    pid, value, inputs = result(run)
    assert (pid, value, inputs) == (*pids(), 6, [])
    lines = run.nodes[0].log().splitlines()
    below = [lines.index("below Python"), lines.index("a command")]
    assert below == sorted(below)
    printed = [line for line in lines if line not in ("below Python", "a command")]
    assert printed[:2] == ["to stdout", "to stderr"]
    assert "UserWarning: warned" in printed[2]
    assert printed[-3:] == ["logged", "noted", "in a thread"]
    attributes = {a.key: a.value for a in run.nodes[0].process.attributes}
    assert attributes["seen"] == "f"
    # What a name stands for when the run begins counts, and the process is used again.
    names["factor"] = 5
    assert result(call(colony, "f", 2))[:2] == [pid, 10]
    define("def helper(x): return -x")
    assert result(call(colony, "f", 2))[:2] == [pid, -2]


def test_every_end_of_a_run_is_told(colony, define, capfd):
    define("""
        import os, signal, sys, ctypes, time

        @colony.function(executor="p", processes=1)
        def f(how):
            print("doing it")
            if how == "raise":
                raise ValueError("no good")
            if how == "exit":
                sys.exit(3)
            if how == "_exit":
                os._exit(4)
            if how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if how == "crash":
                ctypes.string_at(0)
            if how == "fork":
                return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if (pid := os.fork()) else 1
            return {1, 2} if how == "set" else how
    """)
    first, trace = errors(call(colony, "f", "raise"))
    assert first == "ValueError: no good"
    assert "in f\n" in trace
    assert "jupyter_colonies" not in trace
    assert errors(call(colony, "f", "exit"))[0] == "SystemExit: 3"
    assert result(call(colony, "f", "fork")) == [0]
    for how, ended in (
        ("_exit", "exited with code 4"),
        ("kill", "was ended by signal 9 (SIGKILL)"),
        ("crash", "was ended by signal 11 (SIGSEGV)"),
    ):
        told, last = errors(call(colony, "f", how))
        assert told == f"The worker process {ended} while it ran f"
        assert last.startswith("What it wrote last:\ndoing it")
    assert "missing a required argument: 'how'" in errors(call(colony, "f"))[0]
    assert result(call(colony, "f", "well")) == ["well"]


@pytest.mark.parametrize("how", ["sleep", "await", "stubborn", "blocked"])
def test_cancelling_ends_a_run_by_force(colony, define, how, monkeypatch, tmp_path):
    monkeypatch.setattr(pool, "GRACE", 0.2)
    define("""
        import asyncio, ctypes, signal, time

        @colony.function(executor="p", processes=1, name="f")
        def f(begun, how):
            open(begun, "w").close()
            try:
                if how == "stubborn":
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    while True:
                        pass
                if how == "blocked":  # the interpreter's lock is not given free
                    ctypes.PyDLL(None).sleep(600)
                time.sleep(600)
            finally:
                print("cleaned up")

        @colony.function(executor="p", processes=1, name="g")
        async def g(begun, how):
            open(begun, "w").close()
            try:
                await asyncio.sleep(600)
            finally:
                print("cleaned up")
    """)
    gone = threading.Event()
    worker = registry.get("p")
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    run = call(colony, "g" if how == "await" else "f", str(begun), how)
    begun.read_bytes()
    stop = registry.observe(lambda worker: gone.set() if not worker.running else None)
    run.cancel()
    assert gone.wait(60)
    stop()
    assert run.state == State.CANCELLED
    assert worker.notice.endswith("it was cancelled")
    assert pids() == []


def test_several_run_at_the_same_time(colony, define, tmp_path):
    """A pipe can be opened at one end only once somebody opens the other one."""
    define("""
        @colony.function(executor="p", processes=2)
        def meet(pipe, mode):
            with open(pipe, mode) as file:
                return file.read() if mode == "r" else file.write("met")
    """)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    runs = [call(colony, "meet", str(pipe), mode) for mode in "rw"]
    assert [result(run) for run in runs] == [["met"], [3]]
    define("""
        @colony.function(executor="p", processes=1)
        def meet(): ...
    """)


def test_a_deadline_ends_a_run_that_blocks(colony, define):
    define("""
        import ctypes

        @colony.function(executor="p", processes=1)
        def f():
            ctypes.PyDLL(None).sleep(600)
    """)
    assert errors(call(colony, "f", maxexectime=1)) == ["Maximum execution time limit exceeded"]
    define("""
        @colony.function(executor="p", processes=1)
        def f():
            return "next"
    """)
    assert result(call(colony, "f")) == ["next"]


def test_workers_end_with_their_kernel(server, colony, tmp_path):
    """Even in the middle of C code that holds the interpreter's lock."""
    code = """
        import ctypes, os, signal, sys
        from jupyter_colonies.client import discovery
        from jupyter_colonies.notebook.colony import NotebookColony

        colony = NotebookColony(discovery.find())

        @colony.function(executor="kernel", processes=1)
        def f(begun):
            with open(begun, "w") as file:
                file.write(str(os.getpid()))
            ctypes.PyDLL(None).sleep(600)

        sys.stdin.read()
    """
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdin=subprocess.PIPE,
        env={
            **os.environ,
            "PYTHONPATH": str(Path.cwd()),
            discovery.RUNTIME_VARIABLE: str(server.runtime_file),
        },
    )
    with program:
        call(colony, "f", str(begun), conditions={"executortype": "kernel"})
        worker = os.pidfd_open(int(begun.read_text()))
        program.kill()
    ended, _, _ = select.select([worker], [], [], 60)
    assert ended == [worker]
    os.close(worker)


def test_what_cannot_be_copied_is_refused_when_it_is_registered(colony, define):
    with pytest.raises(InvalidCell, match=r"'g' can't run in worker processes: it uses 'lock', of"):
        define("""
            import threading
            lock = threading.Lock()

            @colony.function(executor="p", processes=1)
            def g():
                with lock:
                    return 1
        """)


def test_a_worker_with_leftovers_is_not_used_again(colony, define, monkeypatch):
    define("""
        import os, subprocess, threading

        @colony.function(executor="p", processes=1)
        def f(leaves):
            if leaves == "thread":
                threading.Thread(target=threading.Event().wait, daemon=True).start()
            if leaves == "process":
                subprocess.Popen(["sleep", "600"])
            return os.getpid()
    """)
    clean, again, thread, process, last = [
        result(call(colony, "f", leaves))[0]
        for leaves in ("nothing", "thread", "process", "nothing", "nothing")
    ]
    assert clean == again
    assert len({again, thread, process}) == 3
    assert process == last
    monkeypatch.setattr(pool, "LEAK", -1)
    assert result(call(colony, "f", "nothing")) == [last]
    assert result(call(colony, "f", "nothing")) != [last]


def test_files_are_mounted_in_worker_processes(colony, define):
    define("""
        @colony.function(executor="p", processes=1)
        def copy(process):
            text = (process.mount / "in" / "name").read_text()
            (process.mount / "in" / "copy").write_text(text)
            return text
    """)
    colony.files.put(b"over there", "/mounted", "name")
    fs = {"mount": "/cfs", "dirs": [{"label": "/mounted", "dir": "/in"}]}
    assert result(call(colony, "copy", fs=fs)) == ["over there"]
    assert colony.files.latest("/mounted", "copy").size == len("over there")
