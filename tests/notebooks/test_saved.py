"""What a notebook that was run by a program shows: in HTML, in LaTeX, and as text."""

import re
import textwrap
from base64 import b64decode
from typing import Any

import pytest
from nbconvert import HTMLExporter, LatexExporter
from nbformat.v4 import new_code_cell, new_notebook

from jupyter_colonies.testing import RunningServer
from tests.notebooks.running import run_notebook

WIDGET = "application/vnd.jupyter.widget-view+json"
IMAGE = '<img [^>]*src="data:image/svg[+]xml;base64,([^"]+)'

CELLS = [
    """
    import jupyter_colonies
    %load_ext jupyter_colonies
    colony = jupyter_colonies.connect()

    @colony.function(executor="maths", executortype="maths")
    def gen(count): return list(range(count))

    @colony.function(executor="maths")
    def total(inputs): return sum(inputs)

    @colony.function(executor="maths")
    def stumble(): raise ValueError("no <b>luck</b>")
    """,
    """
    workflow = jupyter_colonies.Workflow("sums", executortype="maths")
    made = workflow.node("gen_node", "gen", 4)
    workflow.node("sum_node", "total", after=made)
    workflow.node("bad_node", "stumble", after=made)
    workflow
    """,
    """
    from jupyter_colonies.notebook.display import show
    run = colony.submit(workflow)
    show(run)
    try:
        run.wait(progress=False)
    except jupyter_colonies.errors.ProcessFailed:
        pass
    """,
    "%colonies timeline run",
    "%colonies replay run",
    "run['sum_node'].process",
    "%colonies show gen",
    "%colonies executor panel",
    "colony",
]


@pytest.fixture(scope="module")
def notebook(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The notebook with everything it showed."""
    folder = tmp_path_factory.mktemp("saved")
    made = new_notebook(cells=[new_code_cell(textwrap.dedent(cell).strip()) for cell in CELLS])
    return run_notebook(made, folder, folder, server)


def test_the_page_shows_the_last_state_by_itself(notebook: Any) -> None:
    assert "widgets" not in notebook.metadata or WIDGET not in str(notebook.cells)
    page, _ = HTMLExporter().from_notebook_node(notebook)
    outputs = page[page.index("<body") :]
    pictures = [b64decode(each).decode() for each in re.findall(IMAGE, outputs)]
    assert len(pictures) == 4
    assert all(each.startswith("<svg") and each.endswith("</svg>") for each in pictures)
    workflow, graph, timeline, replay = pictures
    assert "sums (not submitted)" in workflow
    for picture in (graph, replay):
        assert "Failed, 3 of 3 finished" in picture
        assert "✓ Successful" in picture
        assert "✗ Failed" in picture
    assert "Timeline of sums" in timeline
    assert outputs.count("<td>gen_node</td>") >= 4
    assert "<td>Successful</td>" in outputs
    assert "<td>Failed</td>" in outputs
    assert "widget-view" not in outputs
    assert "class Chart" not in page
    assert "CytoscapeWidget" not in page
    assert "<b>luck</b>" not in outputs


def test_the_way_to_paper_needs_no_other_program(notebook: Any) -> None:
    text, _ = LatexExporter().from_notebook_node(notebook)
    assert "sums: Failed, 3 of 3 finished" in text
    assert "Critical path: gen" in text


def test_what_is_shown_is_said_in_words(notebook: Any) -> None:
    def said(start: str) -> str:
        cell = next(cell for cell in notebook.cells if cell.source.startswith(start))
        return "\n".join(output.data["text/plain"] for output in cell.outputs)

    assert said("workflow =").splitlines() == [
        "sums: 3 nodes, not submitted",
        "  gen_node  gen(4)",
        "  sum_node  total()  after gen_node",
        "  bad_node  stumble()  after gen_node",
    ]
    process = said("run['sum_node']")
    assert "total()" in process
    assert "Successful" in process
    function = said("%colonies show gen")
    assert "gen(count)" in function
    assert "maths" in function
    assert "ExecutorPanel" in said("%colonies executor panel")
    assert "Colony" in said("colony")
    assert "maths" in said("colony")
