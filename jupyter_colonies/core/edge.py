"""How cytoscape takes an edge of a layout."""

from __future__ import annotations

from typing import Any

from jupyter_colonies.core.layout import Layout


def edge_data(layout: Layout, source: str, target: str) -> dict[str, Any]:
    """An edge with its control points as cytoscape counts them.

    A weight says how far along the line between the two centres, a distance how far beside it.
    """
    start, end = layout.places[source], layout.places[target]
    along_x, along_y = end.x - start.x, end.y - start.y
    square = along_x**2 + along_y**2
    length = square**0.5
    weights, distances = [], []
    for point in layout.curve(source, target):
        x, y = point.x - start.x, point.y - start.y
        weights.append(round((x * along_x + y * along_y) / square, 4))
        distances.append(round((y * along_x - x * along_y) / length, 2))
    return {
        "id": f"{source}-{target}",
        "source": source,
        "target": target,
        "weights": weights,
        "distances": distances,
    }
