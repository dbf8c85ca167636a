"""What the monitor's page gets."""

from datetime import UTC, datetime

import pytest

from jupyter_colonies.core.cron import Cron
from jupyter_colonies.core.generator import Generator
from jupyter_colonies.core.member import Executor, ExecutorState, Function
from jupyter_colonies.core.messages.monitor import (
    Monitor,
    QueueFigures,
    RunningFigures,
    SlotFigures,
)
from jupyter_colonies.widgets.monitor import rows
from jupyter_colonies.widgets.monitor.paging import SIZE, Pages

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MILLISECONDS = int(AT.timestamp() * 1000)


def executor(name, state=ExecutorState.APPROVED, executortype="t"):
    return Executor(executorname=name, state=state, executortype=executortype, lastheardfromtime=AT)


def test_executors_that_wait_for_approval_come_first_and_removed_ones_last():
    executors = [executor(state.word, state) for state in reversed(ExecutorState)]
    functions = [
        Function(executorname="Approved", funcname="f", counter=2, avgexectime=0.12345),
        Function(executorname="Approved", funcname="g", counter=7),
    ]
    figures = Monitor(load={"Approved": 2}, connected=["Approved"])
    found = rows.executor_rows(executors, functions, figures, {"Approved": 4})
    assert [row["state"] for row in found] == ["pending", "approved", "rejected", "removed"]
    approved = found[1]
    assert (approved["load"], approved["room"], approved["connected"]) == (2, 4, True)
    assert approved["heard"] == MILLISECONDS
    assert approved["functions"] == [
        {"name": "g", "count": 7, "mean": 0},
        {"name": "f", "count": 2, "mean": 0.123},
    ]
    assert (found[0]["room"], found[0]["functions"], found[0]["connected"]) == (0, [], False)


def test_many_functions_are_cut_short():
    functions = [Function(executorname="e", funcname=f"f{number}") for number in range(50)]
    (row,) = rows.executor_rows([executor("e")], functions, Monitor(), {})
    assert len(row["functions"]) + row["more"] == 50
    assert len(row["functions"]) == rows.MOST_FUNCTIONS


def test_a_queue_knows_who_works_for_it():
    figures = Monitor(
        queues=[
            QueueFigures(executortype="new", ready=1, oldest=AT.replace(hour=13)),
            QueueFigures(executortype="t", ready=5, oldest=AT),
        ]
    )
    executors = [executor("a"), executor("b"), executor("p", ExecutorState.PENDING, "new")]
    found = rows.queue_rows(figures, executors)
    assert [(row["type"], row["ready"], row["executors"]) for row in found] == [
        ("t", 5, 2),
        ("new", 1, 0),
    ]
    assert found[0]["oldest"] == MILLISECONDS


@pytest.mark.parametrize(
    ("said", "share", "text"),
    [
        ("0.5 half <b>done</b>", 0.5, "half <b>done</b>"),
        ("1", 1, ""),
        ("0", 0, ""),
        ("", -1, ""),
        ("soon", -1, "soon"),
        ("7 of 9", -1, "7 of 9"),
        ("1.2.3 x", -1, "1.2.3 x"),
        ("nan x", -1, "nan x"),
    ],
)
def test_progress_is_a_share_or_a_text(said, share, text):
    process = RunningFigures(
        processid="p", processgraphid="", nodename="", funcname="f", executortype="t",
        executorname="e", starttime=AT, progress=said,
    )  # fmt: skip
    (row,) = rows.running_rows(Monitor(processes=[process]))
    assert (row["share"], row["progress"]) == (share, text)
    assert (row["name"], row["since"]) == ("f", MILLISECONDS)


def test_crons_say_when_they_start():
    found = rows.cron_rows(
        [
            Cron(name="a", cronexpression="@daily", interval=-1, nextrun=AT),
            Cron(name="b", interval=60, random=True, disabled=True),
        ]
    )
    assert [(row["when"], row["next"], row["disabled"]) for row in found] == [
        ("@daily", MILLISECONDS, False),
        ("every 60 s, at random within", 0, True),
    ]


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"queuesize": 2, "timeout": 60, "firstpack": AT}, MILLISECONDS + 60_000),
        ({"queuesize": 2, "timeout": 60, "firstpack": AT, "disabled": True}, 0),
        ({"queuesize": 0, "timeout": 60, "firstpack": AT}, 0),
        ({"queuesize": 2, "timeout": 0, "firstpack": AT}, 0),
        ({"queuesize": 2, "timeout": 60}, 0),
    ],
)
def test_generators_say_when_fewer_are_enough(fields, due):
    (row,) = rows.generator_rows([Generator(name="g", trigger=5, **fields)])
    assert row["next"] == due


def test_slots_are_kept_asked_for_again_and_forgotten():
    def figures(*counts, at):
        slots = [
            SlotFigures(at=AT.replace(minute=minute), successful=count) for minute, count in counts
        ]
        return Monitor(at=AT.replace(minute=at), slots=slots)

    known = rows.merged_slots([], figures((1, 5), (2, 3), at=2), 600)
    assert [slot["successful"] for slot in known] == [5, 3]
    known = rows.merged_slots(known, figures((2, 4), (5, 1), at=5), 600)
    assert [slot["successful"] for slot in known] == [5, 4, 1]
    assert [slot["successful"] for slot in rows.merged_slots(known, figures(at=13), 600)] == [1]


def test_a_long_list_is_shown_in_parts():
    pages = Pages(hides=lambda row: row["state"] == "removed")
    pages.fill([{"name": f"e{number}", "state": "approved"} for number in range(1000)])
    pages.page = 39
    assert [row["name"] for row in pages.shown["rows"]][-1] == "e999"
    pages.page = 10_000
    assert pages.shown["page"] == 1000 // SIZE - 1
    pages.text = "E99 approved"
    assert (pages.shown["found"], pages.shown["page"]) == (11, 0)
    pages.fill([{"name": "gone", "state": "removed"}])
    pages.text = ""
    assert (pages.shown["rows"], pages.shown["hidden"]) == ([], 1)
    pages.everything = True
    assert len(pages.shown["rows"]) == 1


def test_executors_are_found_by_their_functions():
    pages = Pages()
    pages.fill([{"name": "a", "functions": [{"name": "train"}]}, {"name": "b", "functions": []}])
    pages.text = "trai"
    assert [row["name"] for row in pages.shown["rows"]] == ["a"]
