"""What happened in a run is read page by page, and only what is new."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from jupyter_colonies.client.runs.chronicle import Chronicle
from jupyter_colonies.core.messages.workflows import (
    GET_WORKFLOW_EVENTS,
    NodeChange,
    ProcessEvent,
    WorkflowChange,
    WorkflowEvents,
)
from jupyter_colonies.core.process import State

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def event(revision: int, state: State) -> ProcessEvent:
    at = BEGIN + timedelta(seconds=revision)
    return ProcessEvent(processid="a", state=state, revision=revision, at=at)


class Server:
    """Gives events two revisions at a time."""

    def __init__(self, offered: bool = True) -> None:
        self.offers = {GET_WORKFLOW_EVENTS.type} if offered else set()
        self.events = [event(2, State.RUNNING), event(3, State.WAITING), event(4, State.RUNNING)]
        self.asked: list[int] = []

    @property
    def run(self):
        colony = SimpleNamespace(client=self, extensions=self._extensions, call=asyncio.run)
        return SimpleNamespace(id="g", is_workflow=True, colony=colony)

    async def _extensions(self) -> set[str]:
        return self.offers

    async def get_workflow_events(self, *, processgraphid: str, after: int) -> WorkflowEvents:
        self.asked.append(after)
        page = [each for each in self.events if after < each.revision <= after + 2]
        latest = self.events[-1].revision
        return WorkflowEvents(
            processgraphid=processgraphid,
            revision=page[-1].revision if page else latest,
            latest=latest,
            events=page,
        )


def change(revision: int, state: State) -> WorkflowChange:
    node = NodeChange(processid="a", state=state, submissiontime=BEGIN)
    return WorkflowChange(processgraphid="g", revision=revision, nodes=[node])


def test_events_are_read_to_the_last_page_and_then_only_new_ones() -> None:
    server = Server()
    chronicle = Chronicle(server.run)
    chronicle.learn(change(3, State.RUNNING))
    history = chronicle.read()
    assert history.exact
    assert [step.state.name for step in history.steps("a")] == ["RUNNING", "WAITING", "RUNNING"]
    assert server.asked == [0, 2]
    chronicle.read()
    assert server.asked == [0, 2]
    server.events.append(event(5, State.SUCCESS))
    chronicle.learn(change(5, State.SUCCESS))
    assert chronicle.read().steps("a")[-1].state == State.SUCCESS
    assert server.asked == [0, 2, 4]


def test_without_the_extension_times_tell_what_they_can() -> None:
    server = Server(offered=False)
    chronicle = Chronicle(server.run)
    chronicle.learn(change(3, State.RUNNING))
    assert not chronicle.read().exact
    assert server.asked == []
