"""What every view of a run does: follow it, paint at its own pace, and know when it is over."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable

from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.core.messages.workflows import WorkflowChange
from jupyter_colonies.errors import AWAY, ColoniesError
from jupyter_colonies.widgets.pace import Pace

AGAIN = 5.0
"""Seconds before a server that stays away is tried again."""


class FollowsRun:
    """What can be waited for with a view that has a `Following`."""

    _following: Following

    def wait_until_painted(self, timeout: float) -> bool:
        """Wait until there is a first picture, `timeout` seconds at most; whether there is."""
        return self._following.wait_until_painted(timeout)

    def on_end(self, callback: Callable[[], None]) -> None:
        """Call back, on any thread, when the last change has been painted and the view is open.

        Who waits for the run waits for the callback as well.
        """
        self._following.on_end(callback)


class Following:
    """Follows a run for a view until nothing can change any more or the view is closed.

    `learn` is called on the portal's thread with each change and must not block. `paint` is called
    in a thread of the view, and may ask the server. `tell` is called with what `trouble` is now.
    """

    def __init__(
        self,
        run: Run,
        learn: Callable[[WorkflowChange], None],
        paint: Callable[[], None],
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.trouble = ""
        """Why the view is no longer live, for people; empty while it is."""
        self.ended = False
        """Whether no change can follow."""
        self._run = run
        self._learn = learn
        self._paint = paint
        self._tell = tell
        self._closed = False
        self._learnt = False
        self._painted = threading.Event()
        self._over: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._pace = Pace(self._work)
        self._follow()

    def knock(self) -> None:
        """Something else than the run gives reason to paint."""
        self._pace.knock()

    def slow(self, interval: float) -> None:
        """Let so many seconds pass between two paintings, which the page needs for each."""
        self._pace.interval = interval

    def wait_until_painted(self, timeout: float) -> bool:
        """Wait until there is a first picture, `timeout` seconds at most; whether there is."""
        return self._painted.wait(timeout)

    def on_end(self, callback: Callable[[], None]) -> None:
        """Call back, on any thread, when the last change has been painted and the view is open.

        Who waits for the run waits for the callback as well.
        """
        called: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._run.shown(called)

        def call(over: concurrent.futures.Future[None]) -> None:
            try:
                if not over.cancelled():
                    callback()
            finally:
                called.set_result(None)

        self._over.add_done_callback(call)

    def close(self) -> None:
        """Follow no more."""
        self._closed = True
        self._over.cancel()
        self._follower.stop()
        self._pace.finish()

    def _follow(self) -> None:
        self._follower = self._run.follow(self._take, self._away)
        self._follower.future.add_done_callback(self._unfollowed)

    def _take(self, change: WorkflowChange) -> None:
        self._say("")
        self._learnt = True
        self._learn(change)
        self._pace.knock()

    def _away(self, what: str) -> None:
        self._say(f"Not live at the moment: {what}. Trying again." if what else "")
        self._pace.knock()

    def _say(self, trouble: str) -> None:
        self.trouble = trouble
        if self._tell:
            self._tell(trouble)

    def _unfollowed(self, future: concurrent.futures.Future[None]) -> None:
        error = None if future.cancelled() else future.exception()
        if isinstance(error, AWAY) and not self._closed:
            self._away(error.message)
            self._run.colony.portal.start(self._follow_later())
            return
        if isinstance(error, ColoniesError):
            self._say(f"No longer live: {error.message}")
        self.ended = True
        self._pace.knock()

    async def _follow_later(self) -> None:
        await asyncio.sleep(AGAIN)
        if not self._closed:
            self._follow()

    def _work(self) -> None:
        if self._closed:
            return
        last = self.ended
        self._paint()
        if last or self._learnt:
            self._painted.set()
        if last and not self._over.done() and self._over.set_running_or_notify_cancel():
            self._over.set_result(None)
