"""Several questions at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

A = TypeVar("A")
T = TypeVar("T")

AT_A_TIME = 16


async def several(ask: Callable[[A], Awaitable[T]], about: Iterable[A]) -> list[T]:
    """The answers in the order of the questions. The first error is raised, the rest given up."""
    room = asyncio.Semaphore(AT_A_TIME)

    async def one(each: A) -> T:
        async with room:
            return await ask(each)

    tasks = [asyncio.ensure_future(one(each)) for each in about]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
