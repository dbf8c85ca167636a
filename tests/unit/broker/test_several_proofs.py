"""Two servers on one PostgreSQL: signatures, streams and tokens are those of both."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from jupyter_colonies.broker.streams import Wish
from jupyter_colonies.broker.tokens import NoToken
from jupyter_colonies.core.events import Frame, ProcessChanged
from jupyter_colonies.core.messages import tokens
from jupyter_colonies.core.messages.colonies import GET_COLONY_STATISTICS
from tests.unit.broker.pair import Pair
from tests.unit.broker.stage import Stage

PATIENCE = 30


async def test_a_signature_is_good_once_on_both(pair: Pair) -> None:
    until = pair.a.clock.now + 10**12
    assert await pair.a.broker.first_use("d", until)
    assert not await pair.b.broker.first_use("d", until)
    both = [side.broker.first_use("raced", until) for side in pair]
    assert sorted(await asyncio.gather(*both)) == [False, True]


def wish(stage: Stage, after: int = -1) -> Wish:
    message = GET_COLONY_STATISTICS
    request = message.request(msgtype=message.type, colonyname="dev")
    return Wish(message, request, stage.user, after, None)


async def process(frames: AsyncGenerator[Frame, None]) -> ProcessChanged:
    """The next frame, which is about a process."""
    frame = await anext(frames)
    assert isinstance(frame.data, ProcessChanged)
    return frame.data


async def test_a_stream_on_one_tells_what_happens_on_the_other(pair: Pair) -> None:
    frames = await pair.a.broker.follow(wish(pair.a))
    async with asyncio.timeout(PATIENCE), aclosing(frames):
        begin = await anext(frames)
        assert begin.event == "colony"
        submitted = await pair.b.submit()
        assert (await process(frames)).processid == submitted.processid
        await pair.b.assign()
        told = await process(frames)
        assert (told.state, told.executorname) == (1, "e1")
    frames = await pair.b.broker.follow(wish(pair.b, int(begin.id)))
    async with asyncio.timeout(PATIENCE), aclosing(frames):
        again = [(await process(frames)).state for _ in range(2)]
    assert again == [0, 1]


async def test_a_token_revoked_on_one_ends_its_stream_on_the_other(pair: Pair) -> None:
    made = await pair.a.call(
        tokens.ADD_TOKEN, pair.a.user, colonyname="dev", name="t", scopes=["read"], lifetime=10**6
    )
    bearer = await pair.b.broker.bearer(made.secret)
    frames = await pair.b.broker.follow(wish(pair.b)._replace(bearer=bearer))
    async with asyncio.timeout(PATIENCE), aclosing(frames):
        await anext(frames)
        await pair.a.call(
            tokens.REMOVE_TOKEN, pair.a.user, colonyname="dev", tokenid=made.token.tokenid
        )
        with pytest.raises(NoToken, match="revoked"):
            await anext(frames)
