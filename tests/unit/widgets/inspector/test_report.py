"""The inspector's words: every value is there, none becomes markup."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_colonies.core.member import Log
from jupyter_colonies.core.process import Attribute, Process, State
from jupyter_colonies.core.spec import Conditions, FunctionSpec
from jupyter_colonies.widgets.inspector.report import MOST_CHARACTERS, report

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
TAGS = {"style", "section", "h4", "h5", "span", "div", "dl", "dt", "dd", "pre", "p"}


class Page(HTMLParser):
    """Collects tags and visible text of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data) -> None:
        self.text += data + " "


def process(**fields) -> Process:
    spec = FunctionSpec(
        nodename="sum_node",
        funcname="sum",
        args=[1, "two", {"three": 3}],
        kwargs={"flag": True},
        maxretries=3,
        conditions=Conditions(executortype="maths"),
    )
    return Process(processid="p" * 64, submissiontime=START, spec=spec, **fields)


def test_everything_about_a_failed_process_is_said() -> None:
    failed = process(
        state=State.FAILED,
        starttime=START + timedelta(seconds=3),
        endtime=START + timedelta(seconds=5),
        retries=1,
        input=[[1, 2]],
        errors=['Traceback (most recent call last):\n  File "cell", line 1\nValueError: no luck'],
        attributes=[Attribute(key="progress", value="half")],
    )
    shown = Page(
        report(failed, [Log(message="one\n"), Log(message="two")], executorname="worker-1")
    )
    for text in (
        "✗ Failed", "sum_node", "maths", "worker-1", "3.0 s", "2.0 s", "1 of 3 allowed",
        "ValueError: no luck", "progress", "half", "one\ntwo", "[1,2]", '"two"', '{"three":3}',
        '{"flag":true}', "No output.",
    ):  # fmt: skip
        assert text in shown.text


def test_a_process_that_runs_or_waits_says_since_when() -> None:
    now = START + timedelta(seconds=70)
    waiting = Page(report(process(), [], now=now)).text
    assert "1 min 10 s" in waiting
    assert "none yet" in waiting
    assert "Log" not in waiting
    running = process(state=State.RUNNING, starttime=START + timedelta(seconds=10))
    assert "1 min 0 s so far" in Page(report(running, [], now=now)).text


def test_a_process_that_failed_with_its_parents_says_so() -> None:
    shown = Page(report(process(state=State.FAILED, endtime=START), [])).text
    assert "It never ran: a process it waited for failed." in shown


def test_long_values_are_cut_and_say_so() -> None:
    shown = Page(report(process(output=["x" * (MOST_CHARACTERS + 500)]), [])).text
    assert "… 502 more characters" in shown


@given(st.text(alphabet="<>&\"'scriptimg/= \n", max_size=40))
@settings(max_examples=80, deadline=None)
def test_no_text_of_a_process_becomes_markup(text: str) -> None:
    spec = FunctionSpec(
        nodename=text,
        funcname=text,
        args=[text],
        kwargs={text: text},
        env={text: text},
        label=text,
        conditions=Conditions(executortype=text),
    )
    evil = Process(
        processid=text, initiatorname=text, spec=spec, input=[text], output=[{text: [text]}],
        errors=[text], attributes=[Attribute(key=text, value=text)],
    )  # fmt: skip
    page = Page(report(evil, [Log(message=text)], executorname=text))
    assert page.tags <= TAGS
    assert page.attributes <= {"class", "style", "tabindex", "aria-label"}


def test_what_the_notebook_showed_can_not_do_anything() -> None:
    harmful = "<script>alert(1)</script>\"><b onclick='x()'>table</b>"
    done = Process(spec=FunctionSpec(funcname="f"), state=State.SUCCESS, output=[{"$file": "x"}])
    shown = report(done, [], rich=[{"text/html": harmful}, {"image/png": 'iVB"onload="x'}, {}])
    assert "default-src &#x27;none&#x27;" in shown
    assert 'sandbox="" srcdoc="' in shown
    assert "<script" not in shown
    assert "<b onclick" not in shown
    assert "onload" not in shown
    assert shown.count("Shown as") == 1
