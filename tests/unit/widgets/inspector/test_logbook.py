"""A log in numbered lines, of which the newest are kept."""

import pytest

from jupyter_colonies.core.member import Log
from jupyter_colonies.widgets.inspector import logbook
from jupyter_colonies.widgets.inspector.logbook import Logbook


def logged(*messages: str) -> list[Log]:
    return [Log(message=text, timestamp=10**9 * at) for at, text in enumerate(messages, 1)]


def test_messages_are_lines_with_a_time_and_styles() -> None:
    book = Logbook()
    book.add(logged("one\n\x1b[31mtwo\n", "three"))
    book.add([Log(message="\x1b[0mfour", timestamp=5 * 10**9)])
    assert book.piece(0) == (
        0,
        [
            [1000, "one"],
            [1000, "two", [(0, 3, "red")]],
            [2000, "three", [(0, 5, "red")]],
            [5000, "four"],
        ],
    )
    assert book.since == 5 * 10**9
    assert book.piece(3) == (3, [[5000, "four"]])


def test_the_newest_lines_are_kept_and_go_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logbook, "MOST_LINES", 10)
    monkeypatch.setattr(logbook, "PIECE", 200)
    book = Logbook()
    book.add(logged(*(str(number) for number in range(25))))
    assert (book.total, book.left_out) == (25, 15)
    first, lines = book.piece(0)
    assert (first, lines[0][1]) == (15, "15")
    assert len(lines) < 10
    while lines:
        first, lines = book.piece(first + len(lines))
    assert first == 25
