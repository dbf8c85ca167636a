import asyncio
import threading

import pytest

from jupyter_colonies.client.portal import Portal, portal
from jupyter_colonies.errors import ClientError


@pytest.fixture
def own_portal():
    made = Portal()
    yield made
    made.close()


async def where():
    await asyncio.sleep(0)
    return threading.current_thread().name


def test_a_coroutine_runs_on_the_portals_thread(own_portal):
    assert own_portal.run(where()) == "colonies-client"
    assert own_portal.start(where()).result() == "colonies-client"


def test_errors_come_back_to_the_caller(own_portal):
    async def fail():
        raise KeyError("x")

    with pytest.raises(KeyError):
        own_portal.run(fail())


def test_blocking_on_its_own_thread_is_refused_instead_of_waiting_for_ever(own_portal):
    async def block():
        own_portal.run(where())

    with pytest.raises(ClientError, match="client's own thread"):
        own_portal.run(block())


def test_cancelling_the_future_cancels_what_runs(own_portal):
    started, ended = threading.Event(), threading.Event()

    async def wait():
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    future = own_portal.start(wait())
    started.wait()
    future.cancel()
    assert ended.wait(10)


def test_closing_ends_what_runs_and_later_calls_are_refused(own_portal):
    started = threading.Event()

    async def wait():
        started.set()
        await asyncio.Event().wait()

    future = own_portal.start(wait())
    started.wait()
    own_portal.close()
    assert future.cancelled()
    with pytest.raises(ClientError, match="closed"):
        own_portal.start(where())


def test_a_process_has_one_portal():
    assert portal() is portal()
