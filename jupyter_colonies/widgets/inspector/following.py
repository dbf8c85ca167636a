"""What an inspector knows of its process, kept up to date on the colony's portal."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import msgspec

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.runs.notes import follow_notes
from jupyter_colonies.core.messages.logs import SUBSCRIBE_NOTES, Notes
from jupyter_colonies.core.messages.workflows import GET_WORKFLOW_EVENTS, ProcessEvent
from jupyter_colonies.core.process import Process
from jupyter_colonies.errors import AWAY, ColoniesError, NotFound, RequestError
from jupyter_colonies.widgets.inspector import account
from jupyter_colonies.widgets.inspector.logbook import Logbook
from jupyter_colonies.widgets.inspector.values import Shown, bundle

MOST_RELATIVES = 24
"""Parents, and children, that are named."""

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds between two looks for a server that is away."""


class Following:
    """One process, from the moment it is looked at until it has ended or another one is.

    `changed` is called on the portal's thread whenever there is news. `trouble` says in words what
    keeps the news away, `live` whether more may come.
    """

    def __init__(self, colony: Colony, processid: str, changed: Callable[[], None]) -> None:
        self.processid = processid
        self.process: Process | None = None
        self.executorname = ""
        self.names: dict[str, str] = {}
        self.events: list[ProcessEvent] = []
        self.rich: dict[str, Shown] = {}
        self.logbook = Logbook()
        self.extensions: list[str] = []
        self.trouble = ""
        self.live = True
        self._colony = colony
        self._changed = changed
        self._future = colony.portal.start(self._follow())

    def again(self) -> None:
        """Fetch the process once more, and go on following it."""
        self._future.cancel()
        self._future = self._colony.portal.start(self._follow())

    def stop(self) -> None:
        """Follow no more."""
        self._future.cancel()

    async def _follow(self) -> None:
        self.live = True
        attempt = 0
        while True:
            try:
                await self._fetch()
                attempt = 0
                await self._listen()
                break
            except AWAY as error:
                self._tell(f"{error.message} It is looked for again and again.")
                await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
                attempt += 1
            except ColoniesError as error:
                self._tell(error.message)
                break
        self.live = False
        self._changed()

    def _tell(self, trouble: str) -> None:
        self.trouble = trouble
        self._changed()

    async def _fetch(self) -> None:
        """The process as it is now, and what belongs to it."""
        client = self._colony.client
        process = await client.get_process(processid=self.processid)
        self.extensions = await self._colony.extensions()
        self.process = process
        self.trouble = ""
        self._changed()
        await asyncio.gather(
            self._name_relatives(process), self._name_executor(process), self._read_tries(process)
        )
        self._changed()
        await self._look_at_values(process)

    async def _listen(self) -> None:
        process = self.process
        assert process is not None
        # The log of a result that was kept is that of the process which did the work.
        source = process.keptfrom or process.processid
        notes = follow_notes(
            self._colony.client,
            source,
            since=self.logbook.since,
            pushed=SUBSCRIBE_NOTES.type in self.extensions,
        )
        try:
            async with contextlib.aclosing(notes):
                async for news in notes:
                    await self._learn(news)
                    self._changed()
        except NotFound:
            if not process.keptfrom:
                raise

    async def _learn(self, news: Notes) -> None:
        self.logbook.add(news.lines)
        process = self.process
        if process is None or process.keptfrom:
            return
        if news.state is not msgspec.UNSET and _is_other(process, news):
            await self._fetch()
        elif news.attributes is not msgspec.UNSET:
            self.process = msgspec.structs.replace(process, attributes=news.attributes)

    async def _name_relatives(self, process: Process) -> None:
        wanted = [*process.parents[:MOST_RELATIVES], *process.children[:MOST_RELATIVES]]
        unknown = [each for each in wanted if each not in self.names]
        found = await asyncio.gather(*map(self._name, unknown))
        self.names.update({each: name for each, name in zip(unknown, found, strict=True) if name})

    async def _name(self, processid: str) -> str:
        try:
            spec = (await self._colony.client.get_process(processid=processid)).spec
        except RequestError:
            return ""
        return spec.nodename or spec.funcname

    async def _name_executor(self, process: Process) -> None:
        if not process.assignedexecutorid:
            self.executorname = ""
            return
        with contextlib.suppress(RequestError):
            found = await self._colony.client.get_executor_by_id(
                colonyname=self._colony.name, executorid=process.assignedexecutorid
            )
            self.executorname = found.executorname

    async def _read_tries(self, process: Process) -> None:
        """The events of the process, if it ran more than once and the server still knows them."""
        graph = process.processgraphid
        if not (process.retries and graph and GET_WORKFLOW_EVENTS.type in self.extensions):
            return
        found: list[ProcessEvent] = []
        after, latest = 0, 1
        while after < latest:
            page = await self._colony.client.get_workflow_events(processgraphid=graph, after=after)
            found += [each for each in page.events if each.processid == process.processid]
            if page.revision <= after:
                break
            after, latest = page.revision, page.latest
        self.events = found

    async def _look_at_values(self, process: Process) -> None:
        """What their authors saw of values that are kept as files, one after the other."""
        for reference in account.references(process):
            file = str(reference["$file"])
            if file not in self.rich:
                self.rich[file] = await asyncio.to_thread(self._rich, reference)
                self._changed()

    def _rich(self, reference: dict[str, Any]) -> Shown:
        try:
            return bundle(self._colony.values.rich(reference, harmless=True))
        except (ColoniesError, msgspec.MsgspecError) as error:
            text = error.message if isinstance(error, ColoniesError) else str(error)
            return {"kind": "text", "text": f"What its author saw can't be shown: {text}"}


def _is_other(process: Process, news: Notes) -> bool:
    """Whether the news may be of a later moment than the process."""
    return news.state != process.state or not process.state.finished
