"""A notebook's colony on a real server, and waiting for what widgets show."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets
import pytest

from jupyter_colonies.executor import registry
from jupyter_colonies.notebook.colony import NotebookColony, connect
from jupyter_colonies.testing import RunningServer

PATIENCE = 30


@pytest.fixture
def colony(
    colony_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[NotebookColony]:
    for name in ("COLONIES_SERVER_HOST", "COLONIES_PRVKEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JUPYTER_COLONIES_RUNTIME", str(colony_server.runtime_file))
    colony = connect()
    try:
        yield colony
    finally:
        registry.stop_all(timeout=0)
        colony.close()


Until = Callable[[ipywidgets.Widget, str, Callable[[Any], bool]], Any]


@pytest.fixture
def until() -> Until:
    """Wait until a trait of a widget has a value that satisfies a condition."""

    def wait(widget: ipywidgets.Widget, trait: str, condition: Callable[[Any], bool]) -> Any:
        reached = threading.Event()

        def look(_: object = None) -> None:
            if condition(getattr(widget, trait)):
                reached.set()

        widget.observe(look, trait)
        try:
            look()
            assert reached.wait(PATIENCE), f"{trait} is {getattr(widget, trait)!r}"
            return getattr(widget, trait)
        finally:
            widget.unobserve(look, trait)

    return wait
