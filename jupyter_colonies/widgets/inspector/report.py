"""One process in words, as HTML without scripts: what stays where no widget can live.

Every value is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import msgspec

from jupyter_colonies.core.console import plain
from jupyter_colonies.core.member import Log
from jupyter_colonies.core.palette import LOOKS, duration_text
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.widgets.inspector import account
from jupyter_colonies.widgets.inspector.values import bundle

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""What HTML of other members may do: look as it likes, and nothing else."""

MOST_CHARACTERS = 20_000
"""Longer values are cut, and it is said by how much."""

STYLE = """<style>
.colonies-report{padding-top:8px;font-size:13px;line-height:1.5;color:var(--jp-ui-font-color1,#424a53)}
.colonies-report h4{margin:0 0 8px;font-size:14px;color:var(--jp-ui-font-color0,#1b1f24);
overflow-wrap:anywhere}
.colonies-report h5{margin:12px 0 3px;font-size:12px;font-weight:600;
color:var(--jp-ui-font-color0,#1b1f24)}
.colonies-report .columns{display:grid;gap:0 28px;
grid-template-columns:minmax(230px,2fr) minmax(260px,3fr)}
.colonies-report .columns>div{min-width:0}
.colonies-report dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 12px;margin:0}
.colonies-report dt{color:var(--jp-ui-font-color2,#6b7480);font-weight:400;margin:0;float:none;
width:auto;white-space:nowrap}
.colonies-report dd{margin:0;min-width:0;overflow-wrap:anywhere}
.colonies-report .columns h5:first-child{margin-top:0}
.colonies-report pre{margin:0;padding:7px 10px;max-height:17em;overflow:auto;border-radius:5px;
white-space:pre-wrap;overflow-wrap:anywhere;font-size:12px;line-height:1.45;
font-family:var(--jp-code-font-family,monospace);color:var(--jp-ui-font-color0,#1b1f24);
background:var(--jp-layout-color2,#eef0f3)}
.colonies-report pre.error{border-left:3px solid #bd4200}
.colonies-report pre+pre{margin-top:6px}
.colonies-report .chip{color:#fff;border-radius:10px;padding:1px 10px;font-size:12px;
margin-right:8px;white-space:nowrap;font-weight:400}
.colonies-report img.shown{max-width:100%;max-height:24em}
.colonies-report iframe.shown{width:100%;height:14em;border:0;background:#fff}
.colonies-report .muted{color:var(--jp-ui-font-color2,#6b7480)}
</style>"""


def report(
    process: Process,
    logs: Sequence[Log],
    *,
    executorname: str = "",
    now: datetime | None = None,
    rich: Sequence[Mapping[str, Any]] = (),
) -> str:
    """The whole of a process: facts, inputs, outputs, errors, attributes and log.

    `rich` is what a notebook shows for the outputs, by MIME type.
    """
    spec = process.spec
    look = LOOKS[process.state]
    name = spec.nodename or spec.funcname
    return "".join(
        [
            STYLE,
            f'<section class="colonies-report" aria-label="Process {escape(name)}">',
            f'<h4><span class="chip" style="background:{look.fill}">',
            f"{look.glyph} {look.word}</span>{escape(name)}</h4>",
            '<div class="columns"><div>',
            _facts(process, executorname, now or datetime.now(UTC)),
            _attributes(process),
            "</div><div>",
            _errors(process),
            _values(
                "Output",
                process.output,
                "No output." if process.state.finished else "No output yet.",
            ),
            *map(_shown, rich),
            _arguments(process),
            _values("Input from parents", process.input, ""),
            "</div></div>",
            _log(logs),
            "</section>",
        ]
    )


def _facts(process: Process, executorname: str, now: datetime) -> str:
    started, ended = process.starttime > NEVER, process.endtime > NEVER
    wait_end = process.starttime if started else process.endtime if ended else now
    moments = [
        ["Submitted", _moment(process.submissiontime)],
        ["Waited", duration_text(max(wait_end - process.submissiontime, _ZERO))],
        ["Started", _moment(process.starttime)],
        ["Ran", _ran(process, now)],
        ["Ended", _moment(process.endtime)],
    ]
    facts = [*account.facts(process, executorname), *moments, *account.limits(process.spec)]
    rows = "".join(
        f"<dt>{what}</dt><dd>{escape(text)}</dd>"
        for what, text in facts
        if text and what != "Environment"
    )
    return f"<dl>{rows}</dl>"


def _ran(process: Process, now: datetime) -> str:
    if process.starttime <= NEVER:
        return ""
    if process.endtime <= NEVER:
        return f"{duration_text(max(now - process.starttime, _ZERO))} so far"
    return duration_text(max(process.endtime - process.starttime, _ZERO))


def _arguments(process: Process) -> str:
    spec = process.spec
    parts = [_values("Arguments", spec.args, "")]
    if spec.kwargs:
        parts.append(_section("Keyword arguments", _pre(_json(spec.kwargs))))
    if spec.env:
        parts.append(_section("Environment", _pre(_json(spec.env))))
    return "".join(parts)


def _values(title: str, values: Sequence[Any] | None, otherwise: str) -> str:
    if values:
        return _section(title, _pre("\n".join(_json(value) for value in values)))
    return _section(title, f'<span class="muted">{otherwise}</span>') if otherwise else ""


def _shown(rich: Mapping[str, Any]) -> str:
    """A result as its author's notebook showed it; nothing in it can run or reach the page."""
    found = bundle(rich)
    if found["kind"] == "picture":
        source = f"data:{found['mime']};base64,{found['data']}"
        return _section("Shown as", f'<img class="shown" alt="The result" src="{source}">')
    if found["kind"] == "html":
        head = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        page = f"{head}<style>body{{font:13px sans-serif}}</style>{found['text']}"
        frame = f'<iframe class="shown" title="The result" sandbox="" srcdoc="{escape(page)}">'
        return _section("Shown as", f"{frame}</iframe>")
    return _section("Shown as", _pre(found["text"])) if found["kind"] == "text" else ""


def _errors(process: Process) -> str:
    texts = process.errors or account.without_error(process)
    body = "".join(_pre(plain(text), "error") for text in texts)
    return _section("Errors", body) if body else ""


def _attributes(process: Process) -> str:
    rows = "".join(
        f"<dt>{escape(key)}</dt><dd>{escape(text)}</dd>"
        for key, text in account.attributes(process)
    )
    return _section("Attributes", f"<dl>{rows}</dl>") if rows else ""


def _log(logs: Sequence[Log]) -> str:
    text = plain("".join(f"{line.message.removesuffix(chr(10))}\n" for line in logs))
    return _section("Log", _pre(text.rstrip("\n"))) if text.strip() else ""


def _section(title: str, body: str) -> str:
    return f"<h5>{title}</h5>{body}"


def _pre(text: str, kind: str = "") -> str:
    # A focusable block can be scrolled with the keyboard.
    return f'<pre class="{kind}" tabindex="0">{escape(_cut(text))}</pre>'


def _json(value: Any) -> str:
    if isinstance(value, str) and "\n" in value:
        return value
    encoded = msgspec.json.encode(value)
    return (msgspec.json.format(encoded, indent=2) if len(encoded) > 80 else encoded).decode()


def _cut(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]}\n… {len(text) - MOST_CHARACTERS:,} more characters"


def _moment(when: datetime) -> str:
    return "" if when <= NEVER else when.astimezone().strftime("%Y-%m-%d %H:%M:%S")


_ZERO = timedelta()
