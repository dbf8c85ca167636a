"""Jobs on several threads, and what they tell."""

import threading

import pytest

from jupyter_colonies.client.sync.crew import Done, Moved, work
from jupyter_colonies.errors import FileTroubles, ServerUnreachable


def test_every_job_is_done_once_and_told() -> None:
    def double(number, hand):
        hand.moved(number)
        return number * 2

    told = list(work(range(100), double, 4))
    results = {each.job: each.result for each in told if isinstance(each, Done)}
    assert results == {number: number * 2 for number in range(100)}
    assert sum(each.size for each in told if isinstance(each, Moved)) == sum(range(100))


def test_nothing_to_do() -> None:
    assert list(work([], lambda job, hand: job, 0)) == []
    assert list(work([], lambda job, hand: job, 3)) == []


@pytest.mark.parametrize("error", [FileTroubles("odd"), PermissionError(13, "no")])
def test_an_error_of_one_job_does_not_touch_the_others(error) -> None:
    def fail(number, hand):
        if number == 3:
            raise error
        return number

    told = [each for each in work(range(10), fail, 2) if isinstance(each, Done)]
    assert {each.job: each.error for each in told} == {
        number: error if number == 3 else None for number in range(10)
    }


@pytest.mark.parametrize("error", [ServerUnreachable("gone"), OSError(28, "No space left")])
def test_what_would_meet_all_ends_it(error) -> None:
    def fail(number, hand):
        raise error

    told = list(work(range(1000), fail, 2))
    assert 1 <= len(told) <= 2


def test_a_mistake_of_ours_is_raised_where_it_is_seen() -> None:
    def broken(number, hand):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(work(range(3), broken, 2))


def test_closing_gives_up_what_is_under_way() -> None:
    ended = threading.Event()

    def endless(number, hand):
        try:
            while True:
                hand.moved(1)
                hand.check()
        finally:
            ended.set()

    telling = work(range(3), endless, 1)
    assert next(telling) == Moved(1)
    telling.close()
    assert ended.is_set()
