"""`cron …` and `generator …` against a real server."""

import pytest

from jupyter_colonies.commands.block import Details, Json, Line, Table
from jupyter_colonies.errors import ColoniesError, InvalidRequest, InvalidSpec

SPECS = """[
    {"nodename": "n", "funcname": "f", "conditions": {"executortype": "worker"}}
]"""


@pytest.fixture
def spec(write):
    return write("wf.json", SPECS)


def test_a_cron_from_beginning_to_end(desk, spec) -> None:
    worker = desk.add_executor()
    assert desk.one("cron ls") == Line(text="No crons found")
    add = f'cron add --spec {spec} --name tick --cron "0 0 0 1 1 *" --waitprevious'
    cronid = desk.field(add, "CronID")
    table = desk.one("cron ls")
    assert isinstance(table, Table)
    assert table.columns == ["CronId", "Name", "Initiator"]
    assert table.rows == [[cronid, "tick", "tester"]]
    assert desk.one(f"cron run --cronid {cronid}").text == "Cron started"
    again = desk.one(f"cron run --cronid {cronid}")
    assert again.text == "Cron not started, the workflow before has not ended"
    worker.work(1)
    details = desk.one(f"cron get --cronid {cronid}")
    assert isinstance(details, Details)
    shown = dict(details.rows)
    assert shown["Cron Expression"] == "0 0 0 1 1 *"
    assert shown["WaitForPrevProcessGraph"] == "true"
    assert shown["PrevProcessGraphId"] == again.fields["WorkflowID"]
    assert desk.one(f"cron remove --cronid {cronid}").text == "Cron removed"
    with pytest.raises(ColoniesError, match="cron is nil"):
        desk.one(f"cron get --cronid {cronid}")


def test_a_cron_by_interval(desk, spec) -> None:
    cronid = desk.field(f"cron add --spec {spec} --name i --interval 3600 --random", "CronID")
    block = desk.one(f"cron get --cronid {cronid} --json")
    assert isinstance(block, Json)
    assert (block.value.interval, block.value.random) == (3600, True)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ("", "with one of --cron and --interval"),
        ("--cron @daily --interval 5", "with one of --cron and --interval"),
    ],
)
def test_a_cron_needs_one_timing(desk, spec, options, text) -> None:
    with pytest.raises(Exception, match=text):
        desk.one(f"cron add --spec {spec} --name tick {options}")


def test_mistakes_are_told(desk, spec, write) -> None:
    with pytest.raises(InvalidRequest, match="exactly 6 fields"):
        desk.one(f'cron add --spec {spec} --name tick --cron "* * * * *"')
    single = write("f.json", '{"funcname": "f", "conditions": {"executortype": "worker"}}')
    with pytest.raises(InvalidSpec, match="put it into a list"):
        desk.one(f"cron add --spec {single} --name tick --cron @daily")
    with pytest.raises(InvalidRequest, match="trigger must be larger than 0"):
        desk.one(f"generator add --spec {spec} --name g --trigger 0")


def test_a_generator_from_beginning_to_end(desk, spec) -> None:
    worker = desk.add_executor()
    assert desk.one("generator ls") == Line(text="No generators found")
    add = f"generator add --spec {spec} --name g --trigger 2 --timeout 60"
    generatorid = desk.field(add, "GeneratorID")
    table = desk.one("generator ls")
    assert isinstance(table, Table)
    assert table.columns == ["GeneratorId", "Name", "Initiator"]
    assert table.rows == [[generatorid, "g", "tester"]]
    packed = desk.one(f"generator pack --generatorid {generatorid} --arg one")
    assert packed.fields == {"GeneratorID": generatorid, "Arg": "one"}
    shown = dict(desk.one(f"generator get --generatorid {generatorid}").rows)
    assert (shown["Trigger"], shown["Timeout"], shown["QueueSize"]) == ("2", "60", "1")
    desk.one(f"generator pack --generatorid {generatorid} --arg two")
    assert worker.take().spec.args == ["one", "two"]
    removed = desk.one(f"generator remove --generatorid {generatorid}")
    assert removed.text == "Generator removed"
