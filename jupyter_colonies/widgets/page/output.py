"""What a cell's output holds of a view: the live widget, and what stands for it elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from IPython.core.getipython import get_ipython

from jupyter_colonies.widgets.page.bound import has_page, in_voila

DAG_MIME_TYPE = "application/vnd.colonies.dag+json"
WIDGET_MIME_TYPE = "application/vnd.jupyter.widget-view+json"

OPEN = 30
"""Most rows with which a table is open from the start."""

_STYLE = (
    "<style>.colonies-still table{border-collapse:collapse;font-size:13px;margin:6px 0}"
    ".colonies-still.colonies-still :is(th,td){text-align:left;padding:2px 10px;"
    "border-bottom:1px solid #bdc3ca}.colonies-still img{max-width:100%;height:auto}</style>"
)


@dataclass(frozen=True, kw_only=True)
class Still:
    """A view at one moment: a picture, a table and a text that say the same.

    `nodes` is the table of processes for our own MIME type, which JupyterLab shows once the
    kernel is gone. `columns` and `rows` are the table for all others.
    """

    title: str
    processgraphid: str
    state: str
    svg: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    text: str
    nodes: Sequence[Mapping[str, str]] = ()

    @property
    def html(self) -> str:
        """The picture as an image, where nothing of it can run or leak, and the table below."""
        image = base64.b64encode(self.svg.encode()).decode()
        heads = "".join(f'<th scope="col">{escape(each)}</th>' for each in self.columns)
        rows = "".join(
            f"<tr>{''.join(f'<td>{escape(value)}</td>' for value in row)}</tr>" for row in self.rows
        )
        unfolded = " open" if len(self.rows) <= OPEN else ""
        return (
            f'{_STYLE}<div class="colonies-still">'
            f'<img alt="{escape(self.title)}: {escape(self.state)}" '
            f'src="data:image/svg+xml;base64,{image}">'
            f"<details{unfolded}><summary>{escape(self.title)}: {escape(self.state)}, as a table"
            f"</summary><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
            "</details></div>"
        )

    def without_our_own(self) -> dict[str, str]:
        """HTML and text alone: what there is nothing live of."""
        return {"text/html": self.html, "text/plain": self.text}

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Our own MIME type, HTML and text; the widget of a live view comes beside them.

        There is no SVG of its own: nbconvert's way to PDF by LaTeX fails on those.
        """
        return {
            DAG_MIME_TYPE: {
                "version": 1,
                "processgraphid": self.processgraphid,
                "title": self.title,
                "state": self.state,
                "svg": self.svg,
                "table": list(self.nodes),
            },
            **self.without_our_own(),
        }


def bundle(live: Mapping[str, Any] | None, still: Still) -> dict[str, Any]:
    """What the output of a view holds.

    Where no page can show the live widget it is left out: whatever reads the notebook later would
    try to show it in the place of the picture.
    """
    found = still._repr_mimebundle_()
    if live and WIDGET_MIME_TYPE in live and has_page(get_ipython()):
        found[WIDGET_MIME_TYPE] = live[WIDGET_MIME_TYPE]
        if in_voila():
            # Its page has no output areas, in which our own renderer could bring a widget to life.
            del found[DAG_MIME_TYPE]
    return found
