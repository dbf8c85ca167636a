"""Reading numbered rows while they appear: none twice, none left out, and a place to go on from."""

from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core.tail import Tail

AGE = 10


@st.composite
def histories(draw):
    """Rows with the moments at which they were numbered and seen; at most AGE apart."""
    rows, now = [], 0
    for number in range(1, draw(st.integers(0, 30)) + 1):
        now += draw(st.integers(0, 3))
        rows.append((number, now, now + draw(st.integers(0, AGE - 1))))
    return rows


@given(histories(), st.lists(st.integers(1, 8), max_size=20), st.integers(0, 20))
def test_everything_is_read_once_and_again_from_any_floor(rows, pauses, stop) -> None:
    tail, read, now, floors = Tail(0, AGE), [], 0, []
    for pause in [*pauses, 1000]:
        now += pause
        seen = {number: at for number, at, shown in rows if shown <= now}
        between = [number for number in seen if tail.floor < number <= tail.top]
        found = tail.late(between) if tail.looks_back else []
        found += [number for number in sorted(seen) if number > tail.top]
        read += found
        tail.read(((number, seen[number]) for number in found), now)
        floors.append((tail.floor, set(read)))
    assert sorted(read) == [number for number, _, _ in rows]
    for floor, known in floors:
        assert {number for number, _, _ in rows if number <= floor} <= known


def test_where_rows_appear_in_order_nothing_is_looked_at_again() -> None:
    tail = Tail(5, 0)
    tail.read([(6, 100), (9, 101)], 101)
    assert (tail.floor, tail.top, tail.looks_back) == (9, 9, False)
