"""The panel of executors against a real server."""

import pytest

from jupyter_colonies.executor import registry
from jupyter_colonies.notebook.colony import NotebookColony
from jupyter_colonies.widgets.executors.panel import ExecutorPanel


def double(value: int) -> int:
    """Twice a number."""
    return 2 * value


@pytest.fixture
def panel(colony: NotebookColony):
    panel = ExecutorPanel(colony, namespace={"double": double, "number": 3, "_hidden": double})
    yield panel
    panel.close()


def press(panel: ExecutorPanel, wish: str, **fields: object) -> None:
    panel._hear(None, {"wish": wish, **fields}, None)


def test_a_function_becomes_an_executor_works_and_is_stopped(colony, panel, until) -> None:
    assert panel.executors["rows"] == []
    assert panel.functions == ["double"]
    press(panel, "start", funcname="double", executortype="maths", together="2")
    until(panel, "told", lambda told: "double works as executor double" in told.get("text", ""))
    ready = {
        "id": "double", "name": "double", "type": "maths", "functions": ["double"],
        "state": "ready", "running": "0 of 2", "done": 0, "failed": 0,
    }  # fmt: skip
    until(panel, "executors", lambda found: found["rows"] == [ready])

    spec = {"funcname": "double", "conditions": {"executortype": "maths"}}
    assert colony.submit({**spec, "args": [4]}).wait(30, progress=False).nodes[0].output == [8]
    until(panel, "executors", lambda found: found["rows"] == [{**ready, "done": 1}])
    colony.submit({**spec, "args": []})
    until(panel, "executors", lambda found: found["rows"] == [{**ready, "done": 1, "failed": 1}])

    press(panel, "stop", id="double")
    until(panel, "told", lambda told: "double has stopped" in told["text"])
    until(panel, "executors", lambda found: found["rows"] == [])
    assert registry.get("double") is None


def test_what_can_not_be_started_is_said_in_words(panel) -> None:
    for fields, said in [
        ({"funcname": "number"}, "There is no function 'number'"),
        ({"funcname": ""}, "Name the function"),
        ({"funcname": "double", "name": "a:b"}, "must not be empty or contain"),
        ({"funcname": "double", "together": "0"}, "from 1 to 1000 processes at a time, not '0'"),
        ({"funcname": "double", "together": "many"}, "not 'many'"),
    ]:
        press(panel, "start", **fields)
        assert panel.told["failed"]
        assert said in panel.told["text"]
    press(panel, "stop", id="gone")
    assert panel.told["text"] == "gone has stopped already"


def test_the_shell_executor_starts_only_after_its_warning_was_accepted(panel, until) -> None:
    assert "no isolation" in panel.warning
    press(panel, "shell", trusted=False)
    assert panel.told["failed"]
    press(panel, "shell", trusted=True)
    until(panel, "told", lambda told: "dev-docker runs the commands" in told["text"])
    until(panel, "executors", lambda found: found["rows"])
    assert panel.executors["rows"][0]["type"] == "container-executor"
