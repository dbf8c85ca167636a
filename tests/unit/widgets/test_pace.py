"""The pace of painting: at once, then together, never after the end."""

import threading

from jupyter_colonies.widgets.pace import Pace


def test_the_first_change_is_painted_at_once_and_those_that_follow_together() -> None:
    painted = threading.Semaphore(0)
    pace = Pace(painted.release, interval=3600)
    pace.knock()
    assert painted.acquire(timeout=30)
    for _ in range(5):
        pace.knock()
    assert not painted.acquire(blocking=False)
    pace.finish()
    pace.join(30)
    assert painted.acquire(blocking=False)
    assert not painted.acquire(blocking=False)


def test_an_error_does_not_end_the_painting(caplog) -> None:
    tries = threading.Semaphore(0)

    def paint() -> None:
        tries.release()
        raise ValueError("no colours")

    pace = Pace(paint, interval=0)
    pace.knock()
    assert tries.acquire(timeout=30)
    pace.finish()
    assert tries.acquire(timeout=30)
    pace.join(30)
    assert "could not be painted" in caplog.text
