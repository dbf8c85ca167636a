"""A rate with a reserve, for each of many."""

from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core import allowance
from jupyter_colonies.core.allowance import Allowance


def test_a_reserve_and_then_the_rate():
    each = Allowance(rate=10, reserve=3)
    assert [each.take("a", 100.0) for _ in range(3)] == [0, 0, 0]
    assert 0 < each.take("a", 100.0) <= 0.1
    assert each.take("b", 100.0) == 0
    assert each.take("a", 100.11) == 0
    assert each.take("a", 100.11) > 0
    assert [each.take("a", 200.0) for _ in range(3)] == [0, 0, 0]


def test_who_has_asked_for_little_lately_is_forgotten(monkeypatch):
    monkeypatch.setattr(allowance, "LARGE", 10)
    each = Allowance(rate=1, reserve=5)
    for number in range(5000):
        each.take(str(number), number)
    assert len(each._full) <= allowance.LARGE + 1 or each._look == allowance.LARGE


@given(
    st.lists(st.floats(0, 5), max_size=200),
    st.integers(1, 20),
    st.integers(1, 20),
)
def test_nobody_gets_more_than_rate_and_reserve(pauses, rate, reserve):
    each, now, begun, got = Allowance(rate, reserve), 1000.0, 1000.0, 0
    for pause in pauses:
        now += pause
        wait = each.take("a", now)
        if wait == 0:
            got += 1
        else:
            assert Allowance.take(each, "a", now + wait + 1e-6) == 0
            now += wait + 1e-6
            got += 1
        assert got <= reserve + (now - begun) * rate + 1e-6
