"""The page's half of the composer: everything around the graph, which is ipycytoscape's."""

from __future__ import annotations

from pathlib import Path

import anywidget
import ipycytoscape
import traitlets

from jupyter_colonies.core.palette import SKETCH
from jupyter_colonies.core.stylesheet import SELECTED, stylesheet
from jupyter_colonies.widgets.composer.workbench import DECLARED
from jupyter_colonies.widgets.page import bundle
from jupyter_colonies.widgets.page.bound import PageBound

_HERE = Path(__file__).parent
_WRONG = "#bd4200"


class Desk(PageBound, anywidget.AnyWidget):
    """Bar, functions, nodes and form; it also draws the graph of the view that stands beside it.

    `page` is all that is shown of the draft, `palette` the functions that are offered, `busy` what
    is being done in the background.
    """

    _esm = bundle.script(_HERE / "desk.js")
    _css = bundle.style(_HERE / "composer.css")

    name = traitlets.Unicode().tag(sync=True)
    fields = traitlets.List(DECLARED).tag(sync=True)
    palette = traitlets.Dict().tag(sync=True)
    page = traitlets.Dict().tag(sync=True)
    busy = traitlets.Unicode().tag(sync=True)


def graph() -> ipycytoscape.CytoscapeWidget:
    """The view of the graph, without elements: the desk puts them in on the page."""
    return ipycytoscape.CytoscapeWidget(
        cytoscape_layout={"name": "preset", "fit": False},
        cytoscape_style=[
            *stylesheet(),
            {"selector": 'node[state = "Draft"]', "style": {"background-color": SKETCH}},
            {
                "selector": 'node[state = "Wrong"]',
                "style": {
                    "background-color": SKETCH,
                    "border-width": 2,
                    "border-style": "dashed",
                    "border-color": _WRONG,
                },
            },
            {
                "selector": "node.chosen",
                "style": {"border-width": 4, "border-style": "solid", "border-color": SELECTED},
            },
            {
                "selector": "node.parent",
                "style": {"border-width": 4, "border-style": "dashed", "border-color": SELECTED},
            },
            {
                "selector": "edge.chosen",
                "style": {"width": 4, "line-color": SELECTED, "target-arrow-color": SELECTED},
            },
        ],
        tooltip_source="",
        max_zoom=3,
        min_zoom=0.02,
    )
