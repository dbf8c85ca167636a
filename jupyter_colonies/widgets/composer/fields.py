"""The fields of the form: where each stands in a function spec, and how its text is read.

What can't be read as what a field holds is kept as the text it is, so that nothing that somebody
types is lost; the rules of specs say what is wrong with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from jupyter_colonies.core.member import FunctionArgument

Json = Any
Kind = Literal["text", "number", "names", "variables", "json", "value", "values", "list", "choice"]
"""How a field is shown and read.

`number`, `text` and `json` are one text. `value` is a text that may be JSON: `5`, `true`, `[1]`
and, for a text of digits, `"5"`. `names` are separated by commas. `variables` and `values` are
rows of a name and a text or value, a `list` has rows of values, and a `choice` offers some texts.
"""

ARGUMENT = "argument"

_NUMBER = re.compile(r"\s*[+-]?\d{1,30}\s*")
_KINDS: dict[str, Kind] = {"str": "text", "int": "number", "float": "value", "bool": "choice"}


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a function spec; `hint` says in which unit or form it is given."""

    steps: tuple[str, ...]
    title: str
    group: str
    kind: Kind = "text"
    hint: str = ""

    @property
    def id(self) -> str:
        """The name under which the page knows it."""
        return ".".join(self.steps)


def _condition(name: str, title: str, group: str, kind: Kind = "text", hint: str = "") -> Field:
    return Field(steps=("conditions", name), title=title, group=group, kind=kind, hint=hint)


def _limit(name: str, title: str, hint: str) -> Field:
    return Field(steps=(name,), title=title, group="Limits", kind="number", hint=hint)


FIELDS: tuple[Field, ...] = (
    Field(steps=("nodename",), title="Node name", group="Node"),
    Field(steps=("funcname",), title="Function", group="Node"),
    Field(steps=("args",), title="By position", group="Arguments", kind="list"),
    Field(steps=("kwargs",), title="By name", group="Arguments", kind="values"),
    _condition("executortype", "Executor type", "Executor"),
    _condition("executornames", "Only these executors", "Executor", "names", "separated by commas"),
    _condition("locationname", "Location", "Executor"),
    _limit("maxexectime", "Longest run", "seconds, no limit if empty"),
    _limit("maxwaittime", "Longest wait", "seconds, no limit if empty"),
    _limit("maxretries", "Retries", "after the first run, -1 for any number"),
    _limit("priority", "Priority", "a higher one runs earlier"),
    _condition("cpu", "CPU", "Resources", hint="1000m is one core"),
    _condition("mem", "Memory", "Resources", hint="512Mi, 10Gi"),
    _condition("storage", "Storage", "Resources", hint="512Mi, 10Gi"),
    _condition("nodes", "Machines", "Resources", "number"),
    _condition("processes", "Processes", "Resources", "number"),
    _condition("processespernode", "Processes per machine", "Resources", "number"),
    _condition("walltime", "Wall time", "Resources", "number", "seconds"),
    Field(
        steps=("conditions", "gpu", "count"), title="GPUs", group="Resources", kind="number"
    ),
    Field(steps=("conditions", "gpu", "name"), title="GPU name", group="Resources"),
    Field(
        steps=("conditions", "gpu", "mem"), title="GPU memory", group="Resources", hint="16Gi"
    ),
    Field(
        steps=("conditions", "gpu", "nodecount"), title="GPUs per machine", group="Resources",
        kind="number",
    ),
    Field(steps=("label",), title="Label", group="More"),
    Field(steps=("env",), title="Environment", group="More", kind="variables"),
    Field(
        steps=("channels",), title="Channels", group="More", kind="names",
        hint="separated by commas",
    ),
    Field(steps=("fs", "mount"), title="Files mounted at", group="More", hint="/cfs"),
    Field(steps=("fs", "dirs"), title="Folders, as JSON", group="More", kind="json",
          hint='[{"label": "/data", "dir": "/data"}]'),
    Field(steps=("fs", "snapshots"), title="Snapshots, as JSON", group="More", kind="json"),
)  # fmt: skip

BY_ID = {field.id: field for field in FIELDS}


@dataclass(frozen=True, kw_only=True)
class Argument:
    """A parameter of a function as a field of the form."""

    id: str
    title: str
    kind: Kind
    hint: str
    required: bool
    choices: tuple[str, ...] = ()


def argument(registered: FunctionArgument) -> Argument:
    """The field for a parameter as an executor registered it."""
    kind: Kind = _KINDS.get(registered.type, "value")
    choices: tuple[str, ...] = ("true", "false") if registered.type == "bool" else ()
    if registered.enum:
        kind, choices = "choice", tuple(registered.enum)
    if registered.name.startswith("**") or registered.type.startswith("dict"):
        kind = "values"
    elif registered.name.startswith("*") or registered.type.startswith("list"):
        kind = "list"
    known = registered.type if registered.type not in ("", "any") else ""
    return Argument(
        id=f"{ARGUMENT}.{registered.name}",
        title=registered.name,
        kind=kind,
        hint=" · ".join(filter(None, (known, registered.description))),
        required=registered.required,
        choices=choices,
    )


def heard(kind: Kind, given: Json) -> Json:
    """The value that somebody typed; None for nothing."""
    match kind:
        case "variables" | "values":
            rows = [row for row in _rows(given) if row[0]]
            return {name: text if kind == "variables" else _value(text) for name, text in rows}
        case "list":
            return [_value(str(text)) for text in given]
        case "names":
            return [name for each in str(given).split(",") if (name := each.strip())]
    return _one(kind, str(given)) if str(given).strip() else None


def shown(kind: Kind, value: Json) -> Json:
    """What the page shows for a value: the inverse of `heard`."""
    match kind:
        case "variables" | "values":
            pairs = value.items() if isinstance(value, Mapping) else ()
            return [[name, _said(each, kind)] for name, each in pairs]
        case "list":
            return [_said(each, "value") for each in value] if isinstance(value, list) else []
        case "names" if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return ", ".join(value)
    return _said(value, kind)


def _one(kind: Kind, text: str) -> Json:
    if kind == "number":
        return int(text) if _NUMBER.fullmatch(text) else text
    if kind == "choice" and text in ("true", "false"):
        return text == "true"
    return text if kind in ("text", "choice") else _value(text)


def _rows(given: Json) -> list[tuple[str, str]]:
    return [(str(name).strip(), str(text)) for name, text in given]


def _value(text: str) -> Json:
    try:
        return msgspec.json.decode(text.encode(errors="replace"))
    except (msgspec.MsgspecError, RecursionError):
        return text


def _said(value: Json, kind: Kind) -> str:
    if value is None:
        return "null" if kind in ("value", "values") else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # Quoted where the text as it is would be read as something else.
        plain = kind not in ("value", "values") or (value.strip() and _value(value) == value)
        return value if plain else json.dumps(value, ensure_ascii=False)
    if kind == "json":
        return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return msgspec.json.encode(value).decode()
