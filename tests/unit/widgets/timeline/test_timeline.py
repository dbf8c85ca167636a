"""The timeline and the replay of runs on a real server; what the page gets is read from traits."""

import re
import threading
from datetime import UTC, datetime

import pytest

from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import InvalidRequest, ServerUnreachable
from jupyter_colonies.notebook.colony import NotebookColony
from jupyter_colonies.notebook.run import NotebookRun
from jupyter_colonies.widgets.page.output import DAG_MIME_TYPE, WIDGET_MIME_TYPE
from jupyter_colonies.widgets.selection import select_together
from jupyter_colonies.widgets.timeline.replay import LIVE, Replay
from jupyter_colonies.widgets.timeline.timeline import Timeline

ROW, LANE, READY, START, END, STATE, TRY, NAME, CRITICAL = range(9)


@pytest.fixture
def gate() -> threading.Event:
    return threading.Event()


@pytest.fixture
def run(colony: NotebookColony, gate: threading.Event) -> NotebookRun:
    """Two branches, one of which grows; it waits at the gate."""

    @colony.function(executor="left", executortype="left")
    def gen(process) -> int:
        process.add_child("add", nodename="late")
        gate.wait(30)
        return 1

    @colony.function(executor="right", executortype="right")
    def side() -> int:
        return 2

    @colony.function(executor="left")
    def add(inputs: list[int]) -> int:
        return sum(inputs)

    made = Workflow("sums", executortype="left")
    made.node("gen_node", "gen")
    made.node("sum_node", "add", after=["gen_node", made.node("side", executortype="right")])
    submitted = colony.submit(made)
    assert isinstance(submitted, NotebookRun)
    return submitted


def finish(run: NotebookRun, gate: threading.Event) -> None:
    gate.set()
    run.wait(30, progress=False)


def test_a_timeline_follows_its_run_to_the_end(run, gate, until) -> None:
    timeline = Timeline(run)
    ended = threading.Event()
    timeline.on_end(ended.set)
    until(timeline, "news", lambda news: any(bar[STATE] == 1 for bar in news["bars"].values()))
    assert timeline.news["going"]
    finish(run, gate)
    assert ended.wait(30)
    bars = {bar[NAME]: bar for bar in timeline.bars}
    assert set(bars) == {"gen_node", "side", "sum_node", "late"}
    assert {bar[STATE] for bar in bars.values()} == {2}
    assert bars["gen_node"][START] >= bars["gen_node"][READY] == 0
    assert bars["sum_node"][READY] == bars["gen_node"][END]
    news = timeline.news
    assert [row["name"] for row in news["rows"]].count("left") == 1
    assert news["heading"]["state"]["word"] == "Successful"
    assert news["heading"]["summary"].startswith("4 runs on 2 executors in ")
    assert "gen_node → " in news["heading"]["path"]
    assert not news["going"]
    assert news["end"] == max(bar[END] for bar in bars.values())
    timeline.close()


def test_all_bars_are_for_later_pages_and_only_news_travel(run, gate) -> None:
    timeline = run.timeline()
    finish(run, gate)
    assert timeline._should_send_property("news", {})
    assert not timeline._should_send_property("bars", [])
    assert "bars" in timeline.get_state()
    timeline.close()


def test_several_views_select_together(run, gate, until) -> None:
    finish(run, gate)
    timeline, replay = run.timeline(), run.replay()
    select_together(timeline, replay)
    late = run["late"].processid
    number = next(place for place, bar in enumerate(timeline.bars) if bar[NAME] == "late")
    told: list[NodeChange | None] = []
    timeline.on_select(told.append)
    timeline.chosen = number
    assert timeline.selected == replay.selected == late
    replay.selected = run["side"].processid
    assert timeline.bars[timeline.chosen][NAME] == "side"
    timeline.chosen = -1
    assert timeline.selected == replay.selected == ""
    assert [node and node.nodename for node in told] == ["late", "side", None]
    timeline.close()
    replay.close()


def test_outputs_say_the_same_without_a_page(run, gate) -> None:
    finish(run, gate)
    timeline = run.timeline()
    bundle, _ = timeline._repr_mimebundle_()
    assert bundle[WIDGET_MIME_TYPE]["model_id"] == timeline.model_id
    assert bundle[DAG_MIME_TYPE]["title"] == "Timeline of sums"
    assert len(bundle[DAG_MIME_TYPE]["table"]) == 4
    assert "<td>late</td>" in bundle["text/html"]
    assert "<script" not in bundle["text/html"]
    text = bundle["text/plain"]
    assert text.startswith("Timeline of sums: Successful, 4 runs on 2 executors in ")
    assert re.search("Critical path: .+ → ", text)
    assert timeline.text == text
    timeline.close()


def test_a_replay_goes_to_any_moment(run, gate, until) -> None:
    replay = Replay(run)
    ended = threading.Event()
    replay._following.on_end(ended.set)
    assert replay.wait_until_painted(30)
    finish(run, gate)
    assert ended.wait(30)
    player = replay.children[0]
    assert player.span["going"] is False
    assert (replay.moment, player.at) == (None, LIVE)
    moments = replay.moments
    assert len(moments) > 5
    board = replay.view.children[0]

    replay.moment = moments[0]
    until(board, "news", lambda news: news["heading"]["total"] == 3)
    until(player, "told", lambda told: told["changes"] == ["The run was submitted"])
    assert player.told["progress"] == "0 of 3 finished"
    replay.step()
    assert replay.moment == moments[1]
    replay._hear(player, {"step": -1}, [])
    assert replay.moment == moments[0]
    replay.step(-1)
    assert replay.moment == moments[0]

    replay.moment = None
    until(board, "news", lambda news: news["heading"]["total"] == 4)
    replay.step(-1)
    assert replay.moment == moments[-2]
    replay.moment = datetime(2100, 1, 1, tzinfo=UTC)
    assert player.at == LIVE
    with pytest.raises(InvalidRequest, match="time zone"):
        replay.moment = datetime(2026, 1, 1)  # noqa: DTZ001 - that is what is refused
    replay.close()


def test_a_server_that_goes_away_is_said_in_words(run, gate, until, monkeypatch) -> None:
    timeline = run.timeline()
    until(timeline, "news", lambda news: bool(news["rows"]))

    def away() -> None:
        raise ServerUnreachable("There is no server at the address")

    with monkeypatch.context() as patch:
        patch.setattr(timeline._chronicle, "read", away)
        timeline._following.knock()
        until(timeline, "news", lambda news: "no server" in news["heading"]["trouble"])
    finish(run, gate)
    until(timeline, "news", lambda news: not news["going"])
    assert timeline.news["heading"]["trouble"] == ""
    timeline.close()


def test_a_single_process_has_a_bar_of_its_own(colony, gate) -> None:
    @colony.function(executor="left")
    def gen() -> int:
        return 1

    run = colony.submit({"funcname": "gen", "conditions": {"executortype": "left"}})
    run.wait(30, progress=False)
    timeline = run.timeline()
    ((row, *_, state, attempt, name, critical),) = timeline.bars
    assert (row, state, attempt, name, critical) == (0, int(State.SUCCESS), 1, "gen", 1)
    assert not timeline.news["heading"]["exact"]
    timeline.close()
