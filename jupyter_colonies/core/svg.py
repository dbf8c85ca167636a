"""Parts of pictures: texts in the colours of the page around them, everything escaped.

The colours are JupyterLab's variables where they are known, and those of a white page otherwise.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from jupyter_colonies.core.palette import INK

STYLE = (
    "<style>"
    ".page{fill:var(--jp-layout-color0,#fff)}"
    ".strong{fill:var(--jp-ui-font-color0,#1b1f24)}"
    ".plain{fill:var(--jp-ui-font-color1,#424a53)}"
    "text{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}"
    "</style>"
)


def text_at(x: float, y: float, kind: str, size: int, text: str, weight: int = 400) -> str:
    """A text that begins at a point; of the `kind` strong or plain."""
    fallback = "#1b1f24" if kind == "strong" else "#424a53"
    return (
        f'<text class="{kind}" x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" '
        f'font-family="sans-serif" fill="{fallback}">{escaped(text)}</text>'
    )


def label_at(x: float, y: float, size: int, text: str, weight: int = 400) -> str:
    """A text on a state's colour, centred on a point."""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" '
        f'font-family="sans-serif" text-anchor="middle" fill="{INK}">{escaped(text)}</text>'
    )


def escaped(text: str) -> str:
    """A text as the content of an element."""
    return escape(_legal(text))


def attribute(text: str) -> str:
    """A text as the value of an attribute, with its quotes."""
    return quoteattr(_legal(text))


def _legal(text: str) -> str:
    """The text without characters that XML forbids."""
    return "".join(
        char
        if char in "\t\n"
        or " " <= char <= "\ud7ff"
        or "\ue000" <= char <= "\ufffd"
        or char >= "\U00010000"
        else "\ufffd"
        for char in text
    )
