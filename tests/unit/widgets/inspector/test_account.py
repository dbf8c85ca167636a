"""One process as plain data for the page."""

from datetime import UTC, datetime, timedelta

from jupyter_colonies.core.messages.workflows import ProcessEvent
from jupyter_colonies.core.process import Attribute, Process, State
from jupyter_colonies.core.spec import Conditions, FunctionSpec
from jupyter_colonies.widgets.inspector import account, actions, speccode
from tests.unit.widgets.inspector import accounts

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOURCE = "@colony.function()\ndef fit(scale):\n    return 1 / scale\n"
TRACEBACK = (
    'Traceback (most recent call last):\n  File "/tmp/ipykernel_7/1.py", line 18, in fit\n'
    "    return 1 / scale\nZeroDivisionError: division by zero"
)


def process(**fields) -> Process:
    spec = FunctionSpec(
        nodename="fit_node",
        funcname="fit",
        args=[1, [{"a": 1}]],
        kwargs={"scale": 0},
        maxretries=3,
        maxexectime=60,
        conditions=Conditions(executortype="maths", dependencies=["load"], cpu="2000m"),
    )
    return Process(processid="p" * 64, submissiontime=START, **{"spec": spec} | fields)


def attributes(**texts: str) -> list[Attribute]:
    return [Attribute(key=key.replace("_", "."), value=text) for key, text in texts.items()]


def test_the_line_that_failed_is_pointed_out_in_the_cell_s_own_numbers() -> None:
    failed = process(
        state=State.FAILED,
        starttime=START,
        errors=["ZeroDivisionError: division by zero", TRACEBACK],
        attributes=attributes(source_text=SOURCE, source_notebook="/n.ipynb", source_cell="c1"),
    )
    found = account.errors(failed)
    assert found["place"] == "In a cell, line 18, in fit"
    assert found["excerpt"][-1] == [18, "    return 1 / scale", True]
    assert found["debug"] == f"%colonies debug {'p' * 64}"
    assert account.cell(failed) == {"notebook": "/n.ipynb", "cell": "c1"}
    assert account.attributes(failed) == []
    library = TRACEBACK.replace("ZeroD", '  File "/lib/j.py", line 3, in load\n    x\nZeroD')
    found = account.errors(process(state=State.FAILED, starttime=START, errors=[library]))
    assert found["place"] == "In a cell, line 18, in fit → /lib/j.py, line 3, in load"
    assert account.errors(process(state=State.FAILED, endtime=START))["debug"] == ""
    assert account.errors(process()) == {}


def test_values_are_shown_one_by_one_or_as_the_list_they_are() -> None:
    table = [{"a": 1}, {"a": 2}]
    one = process(input=[1, 2, 3], output=table)
    found = account.values(one)
    assert [each["name"] for each in found["arguments"]] == ["Argument 1", "Argument 2", "scale"]
    assert "table" in found["arguments"][1]
    assert found["input"][0]["tree"]["size"] == 3
    assert found["output"][0]["table"]["size"] == 2
    assert account.value_at(one, "arguments", 2) == 0
    several = process(output=[{"$file": "/results/a", "rich": {}}, 5])
    assert [each["name"] for each in account.values(several)["output"]] == ["Output 1", "Output 2"]
    assert account.references(several) == [{"$file": "/results/a", "rich": {}}]


def test_progress_times_and_tries() -> None:
    running = process(
        state=State.RUNNING,
        starttime=START,
        attributes=attributes(progress="0.25 <b>fitting</b>", other="x"),
    )
    assert account.progress(running) == {"share": 0.25, "text": "<b>fitting</b>"}
    assert account.progress(process(attributes=attributes(progress="much"))) == {}
    assert account.attributes(running) == [["other", "x"]]
    assert account.times(running)["started"] == START.isoformat()
    assert account.times(running)["ended"] == ""

    def event(state: State, seconds: int, **fields) -> ProcessEvent:
        at = START + timedelta(seconds=seconds)
        return ProcessEvent(processid="p", state=state, at=at, executorname="e", **fields)

    events = [event(State.RUNNING, 0), event(State.WAITING, 5), event(State.RUNNING, 6)]
    first, second = account.tries(events)
    assert (first["how"], first["ended"][17:19]) == ("Given back, to be tried again", "05")
    assert (second["how"], second["ended"]) == ("Running", "")
    assert account.tries(events[:1]) == []


def test_a_spec_as_words_json_and_python() -> None:
    found = account.spec(process())
    assert ["Retries allowed", "3"] in found["facts"]
    assert ["Waits for", "load"] in found["facts"]
    assert '"nodename": "fit_node"' in found["json"]
    space: dict = {}
    exec(found["python"], space)
    (made,) = space["workflow"].to_spec("dev").functionspecs
    spec = process().spec
    assert (made.funcname, made.args, made.kwargs) == (spec.funcname, spec.args, spec.kwargs)
    assert (made.maxretries, made.conditions.cpu) == (3, "2000m")
    assert made.conditions.dependencies == []
    assert "node('f')" in speccode.as_python(FunctionSpec(funcname="f")).replace('"', "'")


def test_only_what_applies_is_offered() -> None:
    extensions = ["rerunworkflowmsg", "retryprocessmsg"]

    def names(found: Process, known: list[str] = extensions) -> list[str]:
        return [each["name"] for each in actions.offered(found, known)]

    assert names(process()) == ["cancel"]
    assert names(process(processgraphid="g")) == ["cancel-workflow"]
    ended = {"state": State.FAILED, "starttime": START}
    assert names(process(**ended)) == ["retry"]
    assert names(process(processgraphid="g", **ended)) == ["rerun", "retry"]
    assert names(process(processgraphid="g", state=State.FAILED)) == ["rerun"]
    assert names(process(processgraphid="g", **ended), []) == []
    assert actions.offered(process(), [])[0]["question"].startswith("Cancel fit_node?")


def test_the_labextension_is_held_to_the_same() -> None:
    assert accounts.FILE.read_text(encoding="utf-8") == accounts.written(), (
        "run python -m tests.unit.widgets.inspector.accounts, then jest in labextension/"
    )
