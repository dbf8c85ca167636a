"""`process …`, `log …` and `attribute …`."""

import click
import pytest

from jupyter_colonies.commands.block import Line, Text
from jupyter_colonies.errors import AccessDenied, NotFound, ProcessFailed


@pytest.fixture
def worker(desk):
    return desk.add_executor()


@pytest.fixture
def keyfile(worker, tmp_path):
    file = tmp_path / "worker.key"
    file.write_text(worker.key)
    return file


def submit(desk, arguments="--args hello"):
    return desk.field(f"function exec --func f --targettype worker {arguments}", "ProcessId")


def test_get_shows_four_blocks(desk, worker) -> None:
    processid = submit(desk, "--args hello --kwargs image:ubuntu:20.04 --label night")
    process, spec, conditions, attributes = desk.run(f"process get -p {processid}")
    assert [process.title, spec.title, conditions.title] == [
        "Process", "Function Specification", "Conditions",
    ]  # fmt: skip
    shown = dict(process.rows)
    assert shown["State"] == "Waiting"
    assert shown["StartTime"] == shown["ProcessingTime"] == "n/a"
    assert shown["Output"] == shown["AssignedExecutorID"] == "None"
    assert dict(spec.rows)["Args"] == "hello"
    assert dict(spec.rows)["KwArgs"] == "image:ubuntu:20.04"
    assert dict(spec.rows)["Label"] == "night"
    assert dict(conditions.rows)["ExecutorType"] == "worker"
    assert attributes == Text(text="No attributes found")


def test_out_shows_the_output_only(desk, worker) -> None:
    processid = submit(desk)
    worker.work(153, "two words", {"k": [1.5]})
    assert desk.one(f"process get -p {processid} --out") == Text(text='153 two words {"k":[1.5]}')
    assert desk.one(f"process get -p {processid} --out --json").value[0] == 153


def test_lists_name_the_executor_and_cut_long_arguments(desk, worker) -> None:
    processid = submit(desk, f"--args {'x' * 100}")
    row = desk.one("process psw").rows[0]
    assert row[1].endswith("...")
    assert row[4] == "n/a"
    worker.work()
    table = desk.one("process pss --ids")
    assert table.columns == [
        "Id", "FuncName", "Args", "KwArgs", "End Time", "Executor Name", "Executor Type",
        "Initiator", "Label",
    ]  # fmt: skip
    assert (table.rows[0][0], table.rows[0][5], table.rows[0][7]) == (processid, "worker", "tester")
    assert desk.one("process pss --executortype other") == Line(
        text="No successful processes found"
    )
    with pytest.raises(click.UsageError, match="at most one"):
        desk.run("process ps --executortype a --label b")


def test_work_by_hand(desk, keyfile) -> None:
    sign = f"--prvkey-file {keyfile}"
    first, second = submit(desk), submit(desk)
    assert desk.field(f"process assign {sign}", "ProcessId") == first
    attributeid = desk.field(
        f"attribute add --key colour --value blue -p {first} {sign}", "AttributeId"
    )
    assert dict(desk.one(f"attribute get --attributeid {attributeid}").rows)["Value"] == "blue"
    assert desk.run(f"process get -p {first}")[3].rows[-1][1:3] == ["colour", "blue"]
    desk.run(f"log add -p {first} -m 'half way' {sign}")
    assert desk.one(f"log get -p {first}") == Text(text="half way")
    desk.run(f"process close -p {first} --out 'a, b' {sign}")
    assert desk.one(f"process get -p {first} --out") == Text(text="a b")
    desk.run(f"process assign {sign}")
    desk.run(f"process fail -p {second} {sign}")
    assert dict(desk.run(f"process get -p {second}")[0].rows)["Errors"] == "No errors specified"


def test_cancel_and_remove(desk) -> None:
    processid = submit(desk)
    assert desk.field(f"process cancel -p {processid}", "ProcessId") == processid
    desk.run(f"process remove -p {processid}")
    with pytest.raises(NotFound, match="process not found"):
        desk.run(f"process get -p {processid}")


def test_logs(desk, worker) -> None:
    processid = submit(desk)
    worker.work(log="one\ntwo\n")
    assert desk.one("log get -e worker") == Text(text="one\ntwo\n")
    assert desk.one(f"log get -p {processid} --follow") == Text(text="one\ntwo\n")
    assert desk.one(f"log get -p {processid} --json").value[0].message == "one\ntwo\n"
    other = submit(desk)
    assert desk.one(f"log get -p {other}") == Line(text="No logs found")
    for wrong in ("log get", f"log get -p {other} -e worker", "log get -e worker --follow"):
        with pytest.raises(click.UsageError):
            desk.run(wrong)


def test_following_a_process_that_fails_says_why(desk, worker, keyfile) -> None:
    processid = submit(desk)
    worker.take()
    desk.run(f"process fail -p {processid} --errors 'out of cake' --prvkey-file {keyfile}")
    with pytest.raises(ProcessFailed, match="out of cake"):
        desk.run(f"log get -p {processid} --follow")


def test_a_stranger_is_refused(desk) -> None:
    processid = submit(desk)
    with pytest.raises(AccessDenied):
        desk.run(f"process get -p {processid} --prvkey {'7' * 64}")
