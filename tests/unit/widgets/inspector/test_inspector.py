"""The inspector's half in the kernel, against a real server."""

import concurrent.futures
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.discovery import RUNTIME_VARIABLE
from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.client.values.packing import pack
from jupyter_colonies.client.values.stored import Untrusted
from jupyter_colonies.core import identity
from jupyter_colonies.core.member import User
from jupyter_colonies.core.process import State
from jupyter_colonies.executor import registry
from jupyter_colonies.notebook.colony import NotebookColony, connect
from jupyter_colonies.testing import server_in_thread
from jupyter_colonies.widgets.inspector.inspector import Inspector

PATIENCE = 30


@pytest.fixture(scope="module")
def colony(server) -> Iterator[NotebookColony]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(RUNTIME_VARIABLE, str(server.runtime_file))
        made = connect()
    yield made
    registry.stop_all(timeout=0)
    made.close()


class Page:
    """What the page asks for, and what it hears."""

    def __init__(self, inspector: Inspector) -> None:
        self.inspector = inspector
        self.heard: list[dict[str, Any]] = []
        self._news = threading.Condition()
        inspector.send = self._hear

    def ask(self, **message: Any) -> None:
        self.inspector._hear(self.inspector, message, [])

    def lines(self, count: int) -> list[str]:
        """The first lines that the page has, when there are so many."""

        def have() -> list[str]:
            found: dict[int, str] = {}
            for each in self.heard:
                if each.get("of") == self.inspector.processid:
                    first = each["first"]
                    found |= {first + at: line[1] for at, line in enumerate(each["lines"])}
            return [found[at] for at in sorted(found)]

        self.wait(lambda: len(have()) >= count)
        return have()

    def wait(self, condition: Callable[[], Any]) -> Any:
        with self._news:
            assert self._news.wait_for(condition, PATIENCE), self.heard
            return condition()

    def _hear(self, content: Any, buffers: Any = None) -> None:
        with self._news:
            self.heard.append(content)
            self._news.notify_all()


@pytest.fixture
def made() -> Iterator[list[Inspector]]:
    inspectors: list[Inspector] = []
    yield inspectors
    for each in inspectors:
        each.close()


def test_a_process_is_followed_from_waiting_to_its_end(colony, until, made):
    gate = threading.Event()
    workflow = Workflow("study", executortype="follower")
    first = workflow.node("first", "count", 3)
    workflow.node("second", "count", 1, after=first)
    run = colony.submit(workflow)
    inspector = Inspector(colony, run["first"].processid)
    made.append(inspector)
    page = Page(inspector)
    until(inspector, "head", lambda head: head.get("word") == "Waiting")
    until(inspector, "relatives", lambda found: [e["name"] for e in found["children"]])
    assert [each["name"] for each in inspector.offers] == ["cancel-workflow"]

    @colony.function(executor="follower")
    def count(number: int, process: Any) -> list[dict[str, int]]:
        print("\x1b[31mone\x1b[0m\n<b>two</b>")
        process.progress(0.5, "half")
        process.attributes["stage"] = "counting"
        gate.wait(PATIENCE)
        print("three")
        return [{"n": each} for each in range(number)]

    until(inspector, "progress", lambda told: told == {"share": 0.5, "text": "half"})
    until(inspector, "attributes", lambda told: told == [["stage", "counting"]])
    assert page.lines(2) == ["one", "<b>two</b>"]
    assert inspector.logged["live"]
    assert inspector.times["started"]
    gate.set()
    until(inspector, "logged", lambda logged: not logged["live"] and logged["total"] == 3)
    assert inspector.head["word"] == "Successful"
    assert inspector.values["output"][0]["table"]["rows"] == [["0"], ["1"], ["2"]]
    assert dict(inspector.facts)["Executor"] == "follower"

    page.heard.clear()
    page.ask(wish="lines", of=inspector.processid, first=1)
    assert page.lines(2) == ["<b>two</b>", "three"]

    inspector.chosen = run["second"].processid
    until(inspector, "head", lambda head: head.get("name") == "second")
    assert inspector.chosen == ""
    text = inspector._repr_mimebundle_()[0]
    assert text["text/plain"].startswith("Process second")
    assert "<script" not in text["text/html"]


def test_what_is_shown_by_another_widget_stays_with_it(colony, until, made):
    workflow = Workflow("two", executortype="nobody")
    workflow.node("b", "x", after=workflow.node("a", "x"))
    run = colony.submit(workflow)
    run.nodes  # noqa: B018 - looks, so that there are changes to show
    nodes = {each.nodename: each for each in run.change.nodes}
    inspector = Inspector(colony)
    made.append(inspector)
    assert inspector.head == {}
    inspector.show(nodes["a"])
    assert inspector.node is nodes["a"]
    until(inspector, "head", lambda head: head.get("name") == "a")
    inspector.chosen = nodes["b"].processid
    assert inspector.processid == nodes["a"].processid
    inspector.show(None)
    until(inspector, "head", lambda head: head == {})
    assert inspector.process is None


def test_actions_make_runs_or_are_refused_in_the_server_s_words(colony, until, made):
    @colony.function(executor="mender")
    def stumble(text: str) -> None:
        raise ValueError(f"no <b>luck</b> with {text}")

    workflow = Workflow("stumbling", executortype="mender")
    workflow.node("end", "stumble", "y", after=workflow.node("stumble", "stumble", "x"))
    run = colony.submit(workflow)
    run.wait_for(run["end"].processid)
    inspector = Inspector(colony, run["stumble"].processid)
    made.append(inspector)
    until(inspector, "errors", bool)
    assert "no <b>luck</b> with x" in inspector.errors["texts"][0][0][0]
    assert inspector.errors["excerpt"][-1][1].strip().startswith("raise ValueError")
    runs: list[Run] = []
    news = threading.Semaphore(0)
    inspector.on_new_run(lambda run: (runs.append(run), news.release()))
    page = Page(inspector)
    for name in ("retry", "rerun"):
        page.ask(wish="act", name=name, of=inspector.processid)
        assert news.acquire(timeout=PATIENCE)
        until(inspector, "told", lambda told: told.get("run") == runs[-1].id)
    assert [each.is_workflow for each in runs] == [False, True]
    assert runs[1].original.id == run.id

    page.ask(wish="act", name="cancel", of=inspector.processid)
    until(inspector, "told", lambda told: told.get("refused"))
    assert "cannot cancel a process part of a workflow" in inspector.told["text"]
    page.ask(wish="act", name="remove", of=inspector.processid)
    page.ask(wish="act", name="retry", of="another")
    assert len(runs) == 2
    inspector.processid = runs[0].id
    until(inspector, "head", lambda head: head.get("processid") == runs[0].id)
    assert inspector.told == {}


def test_large_values_come_on_demand_and_rich_ones_untrusted(colony, server, until, made):
    key = identity.new_private_key()
    user = User(colonyname=colony.name, userid=identity.id_of(key), name="somebody else")
    colony.call(colony.client.signed_by(server.colony_key).add_user(user=user))
    other = colony.signed_by(key)

    @colony.function(executor="giver")
    def give() -> dict[str, Any]:
        return {"many": list(range(200)), "evil": "x" * 9000}

    run = colony.submit({"funcname": "give", "conditions": {"executortype": "giver"}})
    run.wait(PATIENCE, progress=False)
    inspector = Inspector(other, run.id)
    made.append(inspector)
    until(inspector, "values", lambda values: values.get("output"))
    page = Page(inspector)
    where = {"part": "output", "index": 0, "path": ["many"], "first": 40}
    page.ask(wish="more", **where)
    (answer,) = page.wait(lambda: [each for each in page.heard if each.get("more") == where])
    assert answer["node"]["items"][0]["text"] == "40"
    page.ask(wish="more", **{**where, "path": ["nothing"]})
    page.ask(wish="more", **{**where, "index": 7})

    html = "<script>alert(1)</script><b>table</b>"
    packed = pack({1, 2}, "", "/results/x", rich=lambda _: {"text/html": html})
    colony.values.store([packed])
    reference = packed.reference
    given = {"funcname": "x", "args": [reference], "conditions": {"executortype": "nobody"}}
    inspector.processid = colony.submit(given).id
    rich = until(inspector, "rich", bool)
    assert rich == {reference["$file"]: {"kind": "html", "text": html}}
    with pytest.raises(Untrusted):
        other.values.rich(reference)


def test_a_closed_inspector_follows_no_more(colony, until):
    run = colony.submit({"funcname": "x", "conditions": {"executortype": "nobody"}})
    inspector = Inspector(colony, run.id)
    until(inspector, "head", bool)
    future = inspector._following._future
    inspector.close()
    concurrent.futures.wait([future], PATIENCE)
    assert future.cancelled()
    assert colony.process(run.id).state is State.WAITING


def test_a_process_that_is_not_there_is_said_so(colony, until, made):
    inspector = Inspector(colony, "f" * 64)
    made.append(inspector)
    until(inspector, "trouble", lambda text: "process not found" in text)


def test_a_server_that_goes_away_is_said_and_gone_on_with(tmp_path, monkeypatch, until, made):
    with server_in_thread(tmp_path) as server:
        monkeypatch.setenv(RUNTIME_VARIABLE, str(server.runtime_file))
        colony = connect()
        run = colony.submit({"funcname": "x", "conditions": {"executortype": "returning"}})
        inspector = Inspector(colony, run.id)
        made.append(inspector)
        until(inspector, "logged", lambda logged: logged.get("live"))
    until(inspector, "trouble", lambda text: "looked for again" in text)
    with server_in_thread(tmp_path):
        until(inspector, "trouble", lambda text: text == "")
        run.cancel()
        until(inspector, "head", lambda head: head["word"] == "Cancelled")
        until(inspector, "logged", lambda logged: not logged["live"])
        colony.close()
