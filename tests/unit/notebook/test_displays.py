"""What things look like as the value of a cell, in a real shell and against a real server."""

from typing import Any

import pytest

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.discovery import Found
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.commands.block import Line
from jupyter_colonies.core.identity import new_private_key
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import Conditions, FunctionSpec
from jupyter_colonies.errors import ClientError
from jupyter_colonies.notebook.displays import of_colony, of_workflow
from tests.unit.notebook.test_magics import executors, notebook

__all__ = ["executors", "notebook"]

WILD = "<script>alert(1)</script>"


def test_a_workflow_that_is_being_built_draws_its_graph() -> None:
    workflow = Workflow(WILD, executortype="wf")
    first = workflow.node("first", "f", WILD)
    workflow.node("second", "g", after=first)
    bundle = of_workflow(workflow)
    assert bundle["text/plain"].splitlines()[1:] == [
        f"  first  f('{WILD}')",
        "  second  g()  after first",
    ]
    assert bundle["text/html"].count("<td>first</td>") == 2
    assert "<script" not in bundle["text/html"]
    assert "0 nodes, not submitted" in of_workflow(Workflow("empty"))["text/plain"]


def test_nodes_in_a_circle_are_said_and_not_drawn() -> None:
    workflow = Workflow("circle", executortype="wf")
    first = workflow.node("first", "f")
    first.after(workflow.node("second", "g", after=first))
    bundle = of_workflow(workflow)
    assert bundle["text/plain"].endswith("The nodes wait for each other in a circle")


def test_a_colony_says_what_there_is_and_that_it_is_out_of_reach(notebook: Any) -> None:
    notebook.run("import jupyter_colonies; display(jupyter_colonies.connect())")
    assert "Colony dev" in notebook.html
    found = Found(
        endpoint=Endpoint(host="127.0.0.1", port=1),
        colonyname="dev",
        private_key=new_private_key(),
        reason="given by the test",
    )
    colony = Colony(found)
    (line,) = of_colony(colony)
    assert isinstance(line, Line)
    assert line.warning
    assert "127.0.0.1:1" in line.text
    colony.close()


def test_everything_has_a_face(executors: Any) -> None:
    process = Process(
        processid="p", spec=FunctionSpec(funcname=WILD, conditions=Conditions(executortype="t"))
    )
    executors.names()["process"] = process
    executors.run("display(process)")
    assert "&lt;script&gt;" in executors.html
    assert "<script" not in executors.html
    executors.run("%colonies show gen")
    assert "gen(" in executors.html
    executors.run("%colonies show wf")
    assert "Approved" in executors.html


def test_views_by_id_and_by_variable(executors: Any) -> None:
    workflow = Workflow("built", executortype="wf")
    workflow.node("only", "gen")
    executors.names()["built"] = workflow
    run = executors.run("run = %colonies submit built\nrun.wait(progress=False)")
    for line in ("timeline run", f"timeline {run.id}", f"replay {run.id[:10]}"):
        executors.run(f"%colonies {line}")
        assert "application/vnd.jupyter.widget-view+json" in executors.bundles[-1]
        assert "1 of 1 finished" in executors.bundles[-1]["text/plain"] or (
            "1 run on 1 executor" in executors.bundles[-1]["text/plain"]
        )
    executors.run(f"%colonies show {run.id}")
    assert "application/vnd.colonies.dag+json" in executors.bundles[-1]
    executors.run(f"%colonies show {run['only'].processid}")
    assert "application/vnd.colonies.dag+json" in executors.bundles[-1]
    assert "<td>gen()</td>" in executors.bundles[-2]["text/html"]
    executors.run("%colonies show built")
    assert "submitted as" not in executors.html
    with pytest.raises(ClientError, match="is no run, but stands for: executor"):
        executors.run("%colonies timeline wf")
