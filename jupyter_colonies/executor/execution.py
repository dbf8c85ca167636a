"""One process on its way through an executor: from its assignment until it is closed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from jupyter_colonies.client.patience import persevere
from jupyter_colonies.core.messages.processes import Result
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.executor import capture, steps, threads
from jupyter_colonies.executor.exchange import Exchange
from jupyter_colonies.executor.offer import Offer
from jupyter_colonies.executor.outcome import Outcome
from jupyter_colonies.executor.report import Report
from jupyter_colonies.executor.running import RunningProcess
from jupyter_colonies.executor.steps import Step

GRACE = 5.0
"""Seconds that code has to end when its process was cancelled, before it is left to itself."""


class Execution:
    """Runs a process in a thread and hands its result in; made on the loop that does so.

    stray: called with True when code that was cancelled does not end and is left to itself, and
    with False when it has ended after all.
    """

    def __init__(
        self,
        running: RunningProcess,
        log: capture.RunLog,
        report: Report,
        *,
        steps: Sequence[Step],
        stray: Callable[[bool], None],
    ) -> None:
        self.running = running
        self._log = log
        self._report = report
        self._steps = steps
        self._stray = stray
        self._left = False
        self._loop = asyncio.get_running_loop()
        self._outcome: asyncio.Future[Outcome] = self._loop.create_future()

    async def carry(
        self, offer: Offer, exchange: Exchange, undelivered: Callable[[ColoniesError], None]
    ) -> Outcome:
        """Run the process and close it, unless nobody wants its result any more.

        `undelivered` hears of each attempt to close that has to be made again. Raises what the
        server refuses.
        """
        if offer.source is not None:
            self._report.about(offer.source.attributes())
        return await self.close(await self._run(offer), exchange, undelivered)

    async def close(
        self, outcome: Outcome, exchange: Exchange, undelivered: Callable[[ColoniesError], None]
    ) -> Outcome:
        """Send what was written and the outcome; see `carry`."""
        await self._log.finish()
        texts = await self._report.finish()
        cancellation = self.running.cancellation
        if outcome.abandoned or cancellation.event.is_set():
            return Outcome(abandoned=outcome.abandoned or cancellation.reason)
        result = Result(
            processid=self.running.processid,
            out=outcome.output,
            errors=outcome.errors,
            failed=outcome.errors is not None,
            texts=texts or None,
        )
        await persevere(lambda: exchange.hand_in(result), undelivered)
        return outcome

    async def _run(self, offer: Offer) -> Outcome:
        running = self.running

        def work() -> None:
            outcome = offer.context.copy().run(
                steps.take, offer.runnable, running, self._log, self._steps
            )
            # The loop is closed when the interpreter is on its way out: nobody waits any more.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._ended, outcome)

        # The server's own clock decides; this one holds while the server is away.
        seconds = running.spec.maxexectime
        late = f"its time of {seconds} s was over"
        timer = (
            self._loop.call_later(seconds, running.cancellation.cancel, late)
            if seconds > 0
            else None
        )
        threads.start(work, f"{running.funcname}-{running.processid[:8]}")
        try:
            with running.cancellation.calling(self._cancelled):
                return await self._outcome
        finally:
            if timer is not None:
                timer.cancel()

    def _cancelled(self) -> None:
        with contextlib.suppress(RuntimeError):  # as above
            self._loop.call_soon_threadsafe(self._loop.call_later, GRACE, self._leave)

    def _leave(self) -> None:
        if not self._outcome.done():
            self._left = True
            self._stray(True)
            reason = f"{self.running.cancellation.reason}, and its code does not end"
            self._outcome.set_result(Outcome(abandoned=reason))

    def _ended(self, outcome: Outcome) -> None:
        if self._left:
            self._stray(False)
        elif not self._outcome.done():
            self._outcome.set_result(outcome)
