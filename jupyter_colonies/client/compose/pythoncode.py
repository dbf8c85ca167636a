"""A workflow as the Python code that builds it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

WIDTH = 88

_PLACED = ("nodename", "funcname", "args", "kwargs", "conditions")


def python_code(specs: Sequence[Mapping[str, Any]], name: str = "") -> str:
    """Code whose variable `workflow` is the workflow of these specs.

    The specs are as `Workflow.to_plain` has them. Every value is written as Python's own literal,
    whatever it is.
    """
    lines = ["from jupyter_colonies import Workflow", "", f"workflow = Workflow({_literal(name)})"]
    for spec in specs:
        lines += _call(spec)
    return "\n".join([*lines, ""])


def _call(spec: Mapping[str, Any]) -> list[str]:
    given = [("", spec["nodename"])]
    if spec.get("funcname") != spec["nodename"] or spec.get("args"):
        given.append(("", spec.get("funcname", "")))
    given += [("", each) for each in spec.get("args") or ()]
    given += [(f"{key}=", value) for key, value in _fields(spec)]
    line = f"workflow.node({', '.join(name + _literal(value) for name, value in given)})"
    if len(line) <= WIDTH:
        return [line]
    parts = [part for name, value in given for part in _broken(f"    {name}", value)]
    return ["workflow.node(", *parts, ")"]


def _fields(spec: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    conditions = dict(spec.get("conditions") or {})
    parents = conditions.pop("dependencies", None)
    if parents:
        yield "after", parents[0] if len(parents) == 1 else parents
    if spec.get("kwargs"):
        yield "kwargs", spec["kwargs"]
    yield from conditions.items()
    yield from ((key, value) for key, value in spec.items() if key not in _PLACED)


def _broken(before: str, value: Any) -> Iterator[str]:
    """The lines of a value that is followed by a comma; one if that is not too long."""
    line = f"{before}{_literal(value)},"
    inner = " " * (len(before) - len(before.lstrip()) + 4)
    if len(line) <= WIDTH or not isinstance(value, dict | list) or not value:
        yield line
    elif isinstance(value, list):
        yield f"{before}["
        for each in value:
            yield from _broken(inner, each)
        yield f"{inner[4:]}],"
    else:
        yield f"{before}{{"
        for key, each in value.items():
            yield from _broken(f"{inner}{_literal(key)}: ", each)
        yield f"{inner[4:]}}},"


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, dict):
        return (
            f"{{{', '.join(f'{_literal(key)}: {_literal(each)}' for key, each in value.items())}}}"
        )
    return repr(value)
