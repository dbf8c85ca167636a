"""The monitor against a real server: what it shows, what it does, and that it rests."""

import asyncio
import gc
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from jupyter_colonies.client.discovery import owner_key
from jupyter_colonies.core.identity import id_of, new_private_key
from jupyter_colonies.core.member import Executor, ExecutorState
from jupyter_colonies.notebook.colony import NotebookColony, connect
from jupyter_colonies.testing import RunningServer, server_in_thread
from jupyter_colonies.widgets.monitor.monitor import Monitor

WAITING = {"funcname": "f", "conditions": {"executortype": "nobody"}}
WORKFLOW = json.dumps([{"nodename": "a", **WAITING}])


@pytest.fixture
def monitor(colony: NotebookColony) -> Iterator[Monitor]:
    monitor = Monitor(colony, namespace={})
    yield monitor
    monitor.close()


@pytest.fixture
def board(monitor: Monitor, until: Any) -> Any:
    """The board of a monitor that has heard of the colony."""
    until(monitor._board, "summary", lambda summary: summary.get("at"))
    return monitor._board


def register(colony: NotebookColony, name: str) -> None:
    owner = colony.client.signed_by(owner_key(colony.found))
    executor = Executor(
        executorname=name,
        executortype="t",
        colonyname=colony.name,
        executorid=id_of(new_private_key()),
    )
    colony.call(owner.add_executor(executor=executor))


def state_of(board: Any, name: str) -> str | None:
    rows = {row["name"]: row for row in board.executors["rows"]}
    return rows[name]["state"] if name in rows else None


def press(board: Any, until: Any, wish: str, **fields: Any) -> str:
    """What is said of a wish of the page."""
    before = board.told.get("number", 0)
    board._hear(None, {"wish": wish, **fields}, [])
    told = until(board, "told", lambda told: told.get("number", 0) > before)
    return str(told["text"])


def test_what_changes_is_shown_and_can_be_done_something_about(colony, board, until) -> None:
    assert board.summary["owns"]
    register(colony, "new")
    until(board, "executors", lambda _: state_of(board, "new") == "pending")
    assert "new is approved" in press(board, until, "approve", id="new")
    until(board, "executors", lambda _: state_of(board, "new") == "approved")
    assert "new is rejected" in press(board, until, "reject", id="new")
    assert "new is removed" in press(board, until, "remove executor", id="new")
    until(board, "executors", lambda _: state_of(board, "new") is None)
    board._hear(None, {"wish": "look", "list": "executors", "everything": True}, [])
    assert state_of(board, "new") == "removed"

    press(board, until, "pause")
    until(board, "summary", lambda summary: summary["paused"])
    assert "no executor" in press(board, until, "approve", id="nowhere")
    assert board.told["failed"]
    colony.submit(WAITING)
    until(board, "queues", lambda queues: [row["ready"] for row in queues["rows"]] == [1])
    assert press(board, until, "resume") == "Assignments go on"
    until(board, "summary", lambda summary: not summary["paused"])


def test_runs_and_failures_are_shown_and_cancelled(colony, board, monitor, until) -> None:
    go_on = threading.Event()

    @colony.function
    def wait(process: Any) -> None:
        process.progress(0.5, "half")
        go_on.wait(30)
        raise ValueError("<b>no</b>")

    spec = {"funcname": "wait", "conditions": {"executortype": "wait"}}
    run = colony.submit(spec)
    until(board, "running", lambda found: [row["share"] for row in found["rows"]] == [0.5])
    until(board, "executors", lambda found: found["rows"] and found["rows"][0]["room"] == 1)
    go_on.set()
    until(board, "failures", lambda found: found["rows"])
    failure = board.failures["rows"][0]
    assert (failure["id"], failure["error"]) == (run.id, "ValueError: <b>no</b>")
    until(board, "slots", lambda slots: sum(slot["failed"] for slot in slots) == 1)
    go_on.clear()
    second = colony.submit(spec)
    until(board, "running", lambda found: [row["id"] for row in found["rows"]] == [second.id])
    assert press(board, until, "cancel", id=second.id, name="wait") == "wait is cancelled"
    until(board, "running", lambda found: not found["rows"])
    go_on.set()
    assert "wait: ValueError: <b>no</b>" in monitor.text


def test_crons_and_generators_are_added_run_and_switched(colony, board, monitor, until) -> None:
    done: list[str] = []
    monitor.on_action(done.append)
    form = {"name": "c", "timing": "interval", "interval": "3600", "workflow": WORKFLOW}
    assert press(board, until, "add cron", form=form, about="adding") == "Cron c is added"
    assert "already exists" in press(board, until, "add cron", form=form)
    (cron,) = until(board, "crons", lambda found: found["rows"])["rows"]
    assert cron["next"] > 0
    assert "c has started workflow" in press(board, until, "run cron", id=cron["id"])
    until(board, "queues", lambda queues: queues["rows"])
    assert "nothing by itself" in press(board, until, "switch cron", id=cron["id"], enabled=False)
    until(board, "crons", lambda found: found["rows"][0]["disabled"])
    press(board, until, "remove cron", id=cron["id"], name="c")
    until(board, "crons", lambda found: not found["rows"])

    form = {"name": "g", "trigger": "2", "timeout": "60", "workflow": WORKFLOW}
    assert press(board, until, "add generator", form=form) == "Generator g is added"
    (generator,) = until(board, "generators", lambda found: found["rows"])["rows"]
    assert "nothing is packed" in press(board, until, "run generator", id=generator["id"])
    colony.call(colony.client.pack_generator(generatorid=generator["id"], arg="x"))
    until(board, "generators", lambda found: found["rows"][0]["queued"] == 1)
    assert "g has started" in press(board, until, "run generator", id=generator["id"])
    until(board, "generators", lambda found: found["rows"][0]["queued"] == 0)
    press(board, until, "switch generator", id=generator["id"], enabled=False)
    until(board, "generators", lambda found: found["rows"][0]["disabled"])
    press(board, until, "remove generator", id=generator["id"], name="g")
    assert done[0] == "Cron c is added"
    assert not any("already" in text for text in done)


def test_the_next_starts_are_shown_before_a_cron_is_added(board) -> None:
    board._hear(None, {"wish": "preview", "form": {"expression": "@daily"}}, [])
    assert len(board.preview["starts"]) == 3
    assert board.preview["starts"][1] - board.preview["starts"][0] == 86_400_000
    board._hear(None, {"wish": "preview", "form": {"expression": "?"}}, [])
    assert "can't be read" in board.preview["trouble"]
    board._hear(None, {"wish": "preview", "form": {"expression": "0 0 0 30 2 *"}}, [])
    assert "never starts" in board.preview["trouble"]


def test_an_idle_monitor_asks_for_nothing_and_a_closed_one_leaves_nothing(
    colony: NotebookColony, colony_server: RunningServer, until: Any
) -> None:
    async def statements() -> int:
        return colony_server.broker.store.statements

    async def subscriptions() -> int:
        return len(colony_server.broker.subscriptions)

    monitor = Monitor(colony, namespace={})
    until(monitor._board, "summary", lambda summary: summary.get("at"))
    monitor._pace.join()
    before = run_on(colony_server, statements())
    # Whatever the monitor does by itself it would have to do on one of these two threads.
    colony.call(nothing())
    monitor._pace.join()
    assert run_on(colony_server, statements()) == before
    assert run_on(colony_server, subscriptions()) == 1
    monitor.close()
    monitor._pace.join()
    while run_on(colony_server, subscriptions()):
        colony.call(nothing())
    gc.collect()
    assert not [each for each in threading.enumerate() if each.name == "colonies-view"]


def test_who_has_no_key_of_the_owner_is_told_so(colony, monkeypatch, until) -> None:
    monkeypatch.setattr("jupyter_colonies.widgets.monitor.actions.owner_key", lambda _: "")
    monitor = Monitor(colony, namespace={})
    board = monitor._board
    summary = until(board, "summary", lambda summary: summary.get("at"))
    assert summary["owns"] is False
    assert "needs the key of the colony's owner" in press(board, until, "pause")
    monitor.close()


def test_a_thousand_executors_are_shown_in_parts(colony, board, monitor) -> None:
    executors = tuple(
        Executor(executorname=f"e{number:04}", state=ExecutorState.APPROVED)
        for number in range(1000)
    )
    monitor._reading = monitor._reading._replace(executors=executors)
    monitor._show()
    assert (board.executors["total"], len(board.executors["rows"])) == (1000, 25)
    assert len(json.dumps(board.executors)) < 10_000
    board._hear(None, {"wish": "look", "list": "executors", "text": "e0999"}, [])
    assert [row["name"] for row in board.executors["rows"]] == ["e0999"]


def run_on(server: RunningServer, coroutine: Any) -> Any:
    return asyncio.run_coroutine_threadsafe(coroutine, server.loop).result(30)


def test_a_server_that_was_away_is_said_and_waited_for(tmp_path, monkeypatch, until) -> None:
    for name in ("COLONIES_SERVER_HOST", "COLONIES_PRVKEY"):
        monkeypatch.delenv(name, raising=False)
    with server_in_thread(tmp_path, colonyname="dev") as server:
        monkeypatch.setenv("JUPYTER_COLONIES_RUNTIME", str(server.runtime_file))
        colony = connect()
        monitor = Monitor(colony, namespace={})
        until(monitor._board, "summary", lambda summary: summary.get("at"))
    until(monitor._board, "summary", lambda summary: "No longer live: " in summary["trouble"])
    with server_in_thread(tmp_path, colonyname="dev"):
        until(monitor._board, "summary", lambda summary: not summary["trouble"])
        register(colony, "late")
        until(monitor._board, "executors", lambda _: state_of(monitor._board, "late"))
        monitor.close()
        colony.close()


async def nothing() -> None:
    """Comes after what is waiting on the loop."""
