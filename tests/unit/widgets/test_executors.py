"""The panel of executors against a real server."""

import pytest

from jupyter_colonies.executor import registry
from jupyter_colonies.notebook.colony import NotebookColony
from jupyter_colonies.widgets.executors import EMPTY, ExecutorPanel


def double(value: int) -> int:
    """Twice a number."""
    return 2 * value


@pytest.fixture
def panel(colony: NotebookColony):
    panel = ExecutorPanel(colony, namespace={"double": double, "number": 3, "_hidden": double})
    yield panel
    panel.close()


def rows(panel: ExecutorPanel) -> dict[str, list[str]]:
    return {name: [cell.value for cell in cells] for name, cells in panel._rows.items()}


def test_a_function_becomes_an_executor_works_and_is_stopped(colony, panel, until) -> None:
    assert panel._table.children[0].value == f"<p>{EMPTY}</p>"
    assert panel._functions.options == ("double",)
    panel._functions.value = "double"
    panel._type.value = "maths"
    panel._together.value = 2
    panel._start.click()
    until(panel._message, "value", lambda html: "double works as executor double" in html)
    until(panel._table, "children", lambda cells: len(cells) == 16)
    counts = panel._rows["double"]
    until(counts[3], "value", lambda text: text == "ready")
    assert rows(panel)["double"] == ["double", "maths", "double", "ready", "0 of 2", "0", "0"]

    spec = {"funcname": "double", "conditions": {"executortype": "maths"}}
    assert colony.submit({**spec, "args": [4]}).wait(30, progress=False).nodes[0].output == [8]
    until(counts[5], "value", lambda text: text == "1")
    colony.submit({**spec, "args": []})
    until(counts[6], "value", lambda text: text == "1")

    panel._table.children[-1].click()
    until(panel._message, "value", lambda html: "double has stopped" in html)
    until(panel._table, "children", lambda cells: len(cells) == 1)
    assert registry.get("double") is None


def test_what_can_not_be_started_is_said_in_words(panel, until) -> None:
    panel._functions.value = "number"
    panel._start.click()
    until(panel._message, "value", lambda html: "There is no function &#x27;number&#x27;" in html)
    panel._functions.value = ""
    panel._start.click()
    until(panel._message, "value", lambda html: "Name the function" in html)
    panel._functions.value = "double"
    panel._name.value = "a:b"
    panel._start.click()
    until(panel._message, "value", lambda html: "must not be empty or contain" in html)


def test_the_shell_executor_starts_only_after_its_warning_was_accepted(panel, until) -> None:
    assert "no isolation" in "".join(
        child.value for child in panel.children if hasattr(child, "value")
    )
    assert panel._shell.disabled
    panel._trust.value = True
    assert not panel._shell.disabled
    panel._shell.click()
    until(panel._message, "value", lambda html: "dev-docker runs the commands" in html)
    until(panel._table, "children", lambda cells: len(cells) == 16)
    assert rows(panel)["dev-docker"][1] == "container-executor"
