"""What the labextension's tests of timeline and replay are held against is current."""

from tests.unit.widgets.timeline import cases


def test_the_committed_cases_are_current() -> None:
    written = cases.FILE.read_text(encoding="utf-8")
    assert written == cases.text(), "write them anew: python -m tests.unit.widgets.timeline.cases"
