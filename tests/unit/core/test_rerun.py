"""Which processes run again: compared with a reference that asks each node on its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core import rerun
from jupyter_colonies.core.process import State
from jupyter_colonies.core.rerun import Member
from jupyter_colonies.errors import InvalidRequest

ENDS = (State.SUCCESS, State.FAILED, State.CANCELLED)


def member(seq, state=State.SUCCESS, **more):
    return Member(seq, f"id{seq}", f"n{seq}", state, **more)


@st.composite
def finished_workflows(draw):
    """Members and edges of a workflow in which only what follows successes has succeeded."""
    size = draw(st.integers(1, 12))
    edges, states = [], {}
    for seq in range(1, size + 1):
        parents = draw(st.sets(st.integers(1, seq - 1), max_size=3)) if seq > 1 else set()
        edges += [(parent, seq) for parent in sorted(parents)]
        could_run = all(states[parent] is State.SUCCESS for parent in parents)
        states[seq] = draw(st.sampled_from(ENDS if could_run else ENDS[1:]))
    return [member(seq, state) for seq, state in states.items()], edges


def needed(seq, edges, states, wanted):
    """Whether a node runs again: it is wanted, has not succeeded, or one of its parents does."""
    if seq in wanted or states[seq] is not State.SUCCESS:
        return True
    return any(needed(parent, edges, states, wanted) for parent, child in edges if child == seq)


@given(finished_workflows(), st.sets(st.integers(1, 12)))
def test_exactly_what_failed_or_is_wanted_and_all_below_it_runs_again(workflow, wanted):
    members, edges = workflow
    wanted &= {each.seq for each in members}
    states = {each.seq: each.state for each in members}
    expected = {seq for seq in states if needed(seq, edges, states, wanted)}
    if not expected:
        with pytest.raises(InvalidRequest, match="name the nodes to run again"):
            rerun.plan(members, edges, wanted)
        return
    plan = rerun.plan(members, edges, wanted)
    assert plan.again == expected
    assert list(plan.carried) == members
    assert {(parent, child) for child in states for parent in plan.parents[child]} == set(edges)
    assert plan.mended == frozenset()


def test_what_was_added_goes_with_who_added_it():
    members = [
        member(1),
        member(2, State.FAILED),
        member(3, addedby=1),
        member(4, State.CANCELLED, addedby=2),
        member(5, State.CANCELLED, addedby=4),
    ]
    edges = [(1, 2), (1, 3), (2, 4), (4, 5)]
    plan = rerun.plan(members, edges, [])
    assert [each.seq for each in plan.carried] == [1, 2, 3]
    assert plan.again == {2}
    plan = rerun.plan(members, edges, [1])
    assert [each.seq for each in plan.carried] == [1, 2]
    assert plan.again == {1, 2}


def test_numbers_need_not_rise_with_who_was_added_by_whom():
    """Servers on one database draw numbers ahead."""
    members = [
        member(9, State.FAILED),
        member(5, State.FAILED, addedby=9),
        member(2, State.FAILED, addedby=5),
        member(3, State.FAILED, addedby=2),
    ]
    plan = rerun.plan(members, [(9, 5), (5, 2), (2, 3)], [])
    assert [each.seq for each in plan.carried] == [9]


def test_what_was_put_in_between_is_taken_out_of_the_way():
    """1 inserted 4 between itself and 3, 4 inserted 5; 3 depends on 2 and 1 as well."""
    members = [
        member(1, State.FAILED),
        member(2),
        member(3, State.FAILED),
        member(4, State.FAILED, addedby=1, inserted=True),
        member(5, State.FAILED, addedby=4, inserted=True),
    ]
    plan = rerun.plan(members, [(2, 3), (1, 4), (4, 5), (5, 3)], [])
    assert [each.seq for each in plan.carried] == [1, 2, 3]
    assert plan.parents[3] == [2, 1]
    assert plan.mended == {3}
    submitted = {1: "n1", 2: "n2", 3: "n3"}
    assert rerun.in_order(plan.parents[3], ["n1", "n2"], submitted) == [1, 2]


def test_what_was_joined_only_stands_apart_again():
    """1 added 3 and let 2 wait for it, which does not depend on 1 by itself."""
    members = [member(1, State.FAILED), member(2, State.CANCELLED), member(3, addedby=1)]
    plan = rerun.plan(members, [(1, 3), (3, 2)], [])
    assert plan.parents == {1: [], 2: []}


def test_kept_insertions_stay_where_they_are():
    members = [member(1), member(2, State.FAILED), member(3, addedby=1, inserted=True)]
    plan = rerun.plan(members, [(1, 3), (3, 2)], [])
    assert plan.parents == {1: [], 3: [1], 2: [3]}
    assert plan.again == {2}


def test_names_may_be_ids_and_may_be_several():
    members = [member(1), member(2), member(3)._replace(nodename="n2")]
    assert rerun.named(members, ["n2", "id1"]) == {1, 2, 3}
    for unknown in ("x", ""):
        with pytest.raises(InvalidRequest, match=f"no node '{unknown}'"):
            rerun.named(members, [unknown])


def test_nothing_runs_again_while_something_runs():
    members = [member(1, State.FAILED), member(2, State.RUNNING), member(3, State.WAITING)]
    with pytest.raises(InvalidRequest, match="2 of its processes have not finished"):
        rerun.plan(members, [], [])
