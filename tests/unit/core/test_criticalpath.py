"""The critical path against all chains there are."""

from collections.abc import Iterator
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core.criticalpath import Span, critical_path, spans_of
from jupyter_colonies.core.history import History
from jupyter_colonies.core.process import State
from jupyter_colonies.core.tries import tries
from tests.unit.core.simulatedrun import SimulatedRun, simulated_runs


@st.composite
def any_spans(draw: st.DrawFn) -> dict[str, Span]:
    names = [f"n{number}" for number in range(draw(st.integers(0, 7)))]
    spans = {}
    for place, name in enumerate(names):
        ready = draw(st.integers(0, 20))
        above = draw(st.lists(st.sampled_from([*names[:place], "unknown"]), unique=True))
        spans[name] = Span(ready, ready + draw(st.integers(0, 9)), above)
    return spans


def chains(spans: dict[str, Span], last: str) -> Iterator[list[str]]:
    """Every chain that leads to a process."""
    yield [last]
    for parent in spans[last].parents:
        if parent in spans:
            for chain in chains(spans, parent):
                yield [*chain, last]


def length(spans: dict[str, Span], chain: list[str]) -> float:
    return sum(spans[name].end - spans[name].ready for name in chain)


@given(any_spans())
def test_no_chain_to_the_last_end_is_longer(spans: dict[str, Span]) -> None:
    path = critical_path(spans)
    if not spans:
        assert path == []
        return
    end = max(span.end for span in spans.values())
    every = [chain for last in spans if spans[last].end == end for chain in chains(spans, last)]
    assert path in every
    assert length(spans, path) == max(length(spans, chain) for chain in every)
    assert critical_path(spans) == path


@given(simulated_runs())
def test_it_explains_the_whole_time_of_a_run(run: SimulatedRun) -> None:
    history = History(run.nodes.values(), run.events)
    spans = spans_of(history, tries(history), run.now)
    path = critical_path(spans)
    if path and run.nodes[path[-1]].state == State.SUCCESS:
        first = (run.nodes[path[0]].submissiontime - history.begin) // timedelta(microseconds=1)
        assert length(spans, path) == spans[path[-1]].end - first
        assert not run.nodes[path[0]].parents


def test_the_slow_branch_of_a_diamond() -> None:
    spans = {
        "a": Span(0, 2, []),
        "b": Span(2, 3, ["a"]),
        "c": Span(2, 9, ["a"]),
        "d": Span(9, 10, ["b", "c"]),
        "e": Span(2, 4, ["a"]),
    }
    assert critical_path(spans) == ["a", "c", "d"]
