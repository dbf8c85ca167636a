"""`@task` and `workflow`: composing with the colony that is connected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from jupyter_colonies.client.compose.task import Task
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.notebook.colony import current


@overload
def task(function: Callable[..., Any], /) -> Task: ...


@overload
def task(**options: Any) -> Callable[[Callable[..., Any]], Task]: ...


def task(
    function: Callable[..., Any] | None = None, /, **options: Any
) -> Task | Callable[[Callable[..., Any]], Task]:
    """Make a function a task of the colony that is connected; see `NotebookColony.task`.

    Connects if nothing is connected yet. Raises what `connect` raises.
    """
    return current().task(function, **options)


def workflow(name: str = "", *, executortype: str = "", submit: bool = False) -> Workflow:
    """A workflow for a `with` block, submitted to the colony that is connected; see `Workflow`."""
    return Workflow(name, executortype=executortype, submit=submit, connect=current)
