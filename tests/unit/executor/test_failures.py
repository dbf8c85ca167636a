"""The failures that are kept for who wants to look at their frames."""

from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_colonies.executor import failures


def running(processid: str) -> Any:
    return SimpleNamespace(processid=processid)


@pytest.fixture(autouse=True)
def none_before():
    failures.forget()
    yield
    failures.forget()


def test_only_the_last_few_are_kept() -> None:
    for number in range(failures.MOST_KEPT + 2):
        failures.keep(running(str(number)), ValueError(number))
    assert failures.find("1") is None
    kept = failures.find("2")
    assert kept is not None
    assert kept.error.args == (2,)


def test_a_second_failure_takes_the_place_of_the_first() -> None:
    failures.keep(running("a"), ValueError(1))
    for number in range(failures.MOST_KEPT - 1):
        failures.keep(running(str(number)), ValueError())
    failures.keep(running("a"), ValueError(2))
    failures.keep(running("b"), ValueError())
    kept = failures.find("a")
    assert kept is not None
    assert kept.error.args == (2,)


def test_without_code_of_the_user_s_there_are_no_frames() -> None:
    failures.keep(running("a"), ValueError())
    kept = failures.find("a")
    assert kept is not None
    assert kept.frames is None
