"""How cytoscape draws nodes and edges: the same as `core.picture` does."""

from __future__ import annotations

from typing import Any

from jupyter_colonies.core.layout import NODE_HEIGHT, NODE_WIDTH
from jupyter_colonies.core.palette import INK, LINE, LOOKS

SELECTED = "#e8a317"
FONT = "system-ui, Segoe UI, Helvetica, Arial, sans-serif"


def stylesheet() -> list[dict[str, Any]]:
    """The style of a graph; a node's colour follows its `state`."""
    return [
        {
            "selector": "node",
            "style": {
                "shape": "round-rectangle",
                "width": NODE_WIDTH,
                "height": NODE_HEIGHT,
                "label": "data(label)",
                "color": INK,
                "font-family": FONT,
                "font-size": 12,
                "font-weight": 500,
                "line-height": 1.35,
                "text-wrap": "wrap",
                "text-max-width": 4 * NODE_WIDTH,
                "text-valign": "center",
                "text-halign": "center",
                "transition-property": "background-color",
                "transition-duration": 150,
            },
        },
        *(
            {"selector": f'node[state = "{look.word}"]', "style": {"background-color": look.fill}}
            for look in LOOKS.values()
        ),
        {
            "selector": "edge",
            "style": {
                "width": 1.6,
                "line-color": LINE,
                "curve-style": "unbundled-bezier",
                "edge-distances": "node-position",
                "control-point-weights": "data(weights)",
                "control-point-distances": "data(distances)",
                "target-arrow-shape": "triangle",
                "target-arrow-color": LINE,
                "arrow-scale": 0.9,
            },
        },
        {
            "selector": "node:selected",
            "style": {"border-width": 4, "border-color": SELECTED, "border-opacity": 1},
        },
        {"selector": "node:active", "style": {"overlay-opacity": 0.08}},
    ]
