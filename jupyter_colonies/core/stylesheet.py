"""How cytoscape draws what a sketch says: the same as `core.picture` does.

The style is plain JSON, so that whoever draws a sketch elsewhere draws it alike:
`python -m jupyter_colonies.core.stylesheet` prints it.
"""

from __future__ import annotations

import json
from typing import Any

from jupyter_colonies.core.layout import FOLD_HEIGHT, NODE_HEIGHT, NODE_WIDTH
from jupyter_colonies.core.palette import INK, LINE, LOOKS

SELECTED = "#e8a317"
FAILED = "#ffb38a"
DIMMED = 0.18
FONT = "system-ui, Segoe UI, Helvetica, Arial, sans-serif"

Rule = dict[str, Any]


def stylesheet() -> list[Rule]:
    """The style of a graph.

    A node's colour follows its `state`; those with `stops` (folds, and running ones that say how
    far they are) show shares of several colours. Classes set on the page: `dimmed` for what a
    search, a filter or a highlight leaves out, `hit` for what a search found, `cursor` for the
    node at which the keyboard is.
    """
    return [*_nodes(), *_edges(), *_marks()]


def _nodes() -> list[Rule]:
    return [
        _rule(
            "node",
            {
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
        ),
        *(
            _rule(f'node[state = "{look.word}"]', {"background-color": look.fill})
            for look in LOOKS.values()
        ),
        _rule(
            "node[stops]",
            {
                "background-fill": "linear-gradient",
                "background-gradient-direction": "to-right",
                "background-gradient-stop-colors": "data(fills)",
                "background-gradient-stop-positions": "data(stops)",
            },
        ),
        _rule(
            'node[kind = "fold"]',
            {
                "height": FOLD_HEIGHT,
                "font-size": 11,
                # A second sheet looks out from behind the first one.
                "ghost": "yes",
                "ghost-offset-x": 5,
                "ghost-offset-y": 5,
                "ghost-opacity": 0.45,
            },
        ),
        _rule("node[?tall]", {"height": FOLD_HEIGHT, "font-size": 11}),
        _rule(
            "node[failed > 0][kind = 'fold']",
            {"border-width": 3, "border-style": "double", "border-color": FAILED},
        ),
    ]


def _edges() -> list[Rule]:
    return [
        _rule(
            "edge",
            {
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
        ),
        _rule("edge[count > 1]", {"width": 3}),
    ]


def _marks() -> list[Rule]:
    """How nodes look that are chosen, found, or left out."""
    return [
        _rule(".dimmed", {"opacity": DIMMED}),
        _rule(
            "node.hit",
            {"underlay-color": SELECTED, "underlay-opacity": 0.55, "underlay-padding": 6},
        ),
        _rule(
            "node:selected", {"border-width": 4, "border-color": SELECTED, "border-style": "solid"}
        ),
        _rule(
            "node.cursor",
            {"border-width": 3, "border-color": SELECTED, "border-style": "dashed"},
        ),
        _rule("node:active", {"overlay-opacity": 0.08}),
    ]


def _rule(selector: str, style: dict[str, Any]) -> Rule:
    return {"selector": selector, "style": style}


if __name__ == "__main__":
    print(json.dumps(stylesheet(), indent=2))  # noqa: T201 - what the command is for
