"""A cancelled run learns of it: by asking, by being called, or as a cancelled task."""

import asyncio

import pytest

from jupyter_colonies.executor.cancellation import Cancellation, RunCancelled


def test_the_first_reason_stays():
    cancellation = Cancellation()
    cancellation.check()
    cancellation.cancel("too late")
    cancellation.cancel("cancelled")
    assert cancellation.event.is_set()
    with pytest.raises(RunCancelled, match="too late"):
        cancellation.check()


def test_callbacks_are_called_once_and_never_afterwards():
    cancellation, called = Cancellation(), []
    with cancellation.calling(lambda: called.append("before")):
        pass
    with cancellation.calling(lambda: called.append("during")):
        cancellation.cancel("no")
        cancellation.cancel("no")
    with cancellation.calling(lambda: called.append("late")):
        assert called == ["during", "late"]


def test_a_coroutine_is_cancelled_where_it_waits():
    cancellation, cleaned = Cancellation(), []

    async def forever():
        asyncio.get_running_loop().call_soon(cancellation.cancel, "not wanted")
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append(True)

    with pytest.raises(RunCancelled, match="not wanted"):
        cancellation.run(forever())
    assert cleaned == [True]


def test_a_coroutine_that_cancels_itself_says_so():
    async def itself():
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        Cancellation().run(itself())
