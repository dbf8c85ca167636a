from jupyter_colonies.client.runs.picture import Picture
from jupyter_colonies.core.messages.workflows import NodeChange, WorkflowChange
from jupyter_colonies.core.process import State


def change(revision, state, **nodes):
    return WorkflowChange(
        processgraphid="g",
        revision=revision,
        state=state,
        nodes=[NodeChange(processid=name, state=at) for name, at in nodes.items()],
    )


def test_changes_add_up():
    picture = Picture()
    assert (picture.known, picture.whole(), picture.state) == (False, None, State.WAITING)
    picture.absorb(change(1, State.WAITING, a=State.WAITING, b=State.WAITING))
    picture.absorb(change(2, State.RUNNING, a=State.RUNNING))
    assert list(picture.running) == ["a"]
    picture.absorb(change(3, State.RUNNING, a=State.SUCCESS, c=State.WAITING))
    assert (picture.finished, len(picture.nodes), list(picture.running)) == (1, 3, [])
    assert [node.processid for node in picture.whole().nodes] == ["a", "b", "c"]
    assert picture.whole().revision == 3


def test_what_is_older_changes_nothing():
    picture = Picture()
    picture.absorb(change(5, State.SUCCESS, a=State.SUCCESS))
    picture.absorb(change(4, State.RUNNING, a=State.RUNNING))
    assert picture.state == State.SUCCESS
    assert picture.finished == 1


def test_a_failed_workflow_is_final_only_when_no_branch_goes_on():
    picture = Picture()
    picture.absorb(change(1, State.FAILED, a=State.FAILED, b=State.RUNNING))
    assert not picture.final
    picture.absorb(change(2, State.FAILED, b=State.SUCCESS))
    assert picture.final
    assert picture.finished == 2


def test_a_process_given_back_is_unfinished_again():
    picture = Picture()
    picture.absorb(change(0, State.RUNNING, a=State.RUNNING))
    picture.absorb(change(0, State.WAITING, a=State.WAITING))
    assert (picture.finished, list(picture.running)) == (0, [])
