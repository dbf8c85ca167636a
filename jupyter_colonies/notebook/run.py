"""A run of which this kernel may have done the work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.core.process import State
from jupyter_colonies.errors import ClientError
from jupyter_colonies.executor import registry
from jupyter_colonies.notebook import debugging
from jupyter_colonies.notebook.debugging import Debug

if TYPE_CHECKING:
    from jupyter_colonies.widgets.timeline.replay import Replay
    from jupyter_colonies.widgets.timeline.timeline import Timeline

PATIENCE = 2.0
"""Seconds to wait for the first picture of a view, so that it is there when it is shown."""


class NotebookRun(Run):
    """A run in a notebook: what failed in it can be looked into."""

    def debug(self, nodename: str = "") -> Debug:
        """Bring a failed process into the notebook: variables, source, `%debug` and `run()`.

        Without a name the first that failed by itself. Raises NotFound for a name that is not
        there, ClientError if the process has not failed.
        """
        if not self.is_workflow:
            return debugging.debug(self.colony, self.id)
        return debugging.debug(self.colony, self[nodename].processid if nodename else self._first())

    def timeline(self) -> Timeline:
        """Which executor worked on what, when: a live timeline, see `Timeline`."""
        from jupyter_colonies.widgets.timeline.timeline import Timeline  # noqa: PLC0415 - slow

        timeline = Timeline(self)
        timeline.wait_until_painted(PATIENCE)
        return timeline

    def replay(self) -> Replay:
        """The graph at any moment of the run, with a slider, see `Replay`."""
        from jupyter_colonies.widgets.timeline.replay import Replay  # noqa: PLC0415 - slow

        replay = Replay(self)
        replay.wait_until_painted(PATIENCE)
        return replay

    def _sources(self) -> Iterable[str]:
        return [text for worker in registry.list() for text in worker.sources]

    def _first(self) -> str:
        failed = [node for node in self.nodes if node.state is State.FAILED and node.process.errors]
        if not failed:
            raise ClientError(f"Nothing in run {self.id} failed by itself: name a node to debug")
        return min(failed, key=lambda node: node.process.endtime).processid
