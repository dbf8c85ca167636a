"""The graph of a run where no page can show it: a picture that follows, and no widgets."""

from __future__ import annotations

from typing import Any

from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.widgets.dag.scene import Scene
from jupyter_colonies.widgets.following import Following, FollowsRun
from jupyter_colonies.widgets.page.output import Still


class Unseen(FollowsRun):
    """Follows a run as `DagView` does, for notebooks that are run by a program.

    Such a program keeps the state of every widget; what is made here has none. `selected` is kept
    and shown by nobody.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.selected = ""
        self._scene = Scene(run.id, run.title)
        self._following = Following(run, self._scene.learn, lambda: None)

    @property
    def text(self) -> str:
        """State and progress in words, and a small table of the nodes."""
        return self._scene.text()

    def still(self) -> Still:
        """The graph at this moment."""
        return still(self._scene)

    def close(self) -> None:
        """Follow no more."""
        self._following.close()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The picture, a table and a text."""
        return self.still()._repr_mimebundle_(**options)


def still(scene: Scene) -> Still:
    """What is kept of a graph where it can't live."""
    table = scene.table()
    return Still(
        title=scene.title,
        processgraphid=scene.processgraphid,
        state=scene.state.word,
        svg=scene.picture(),
        columns=("Node", "State", "Function", "Executor type"),
        rows=[list(row.values()) for row in table],
        text=scene.text(),
        nodes=table,
    )
