"""What a notebook gives back: recorded values, and the values of tagged cells."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from jupyter_colonies.core.notebook import Notebook, NotebookCell
from jupyter_colonies.core.recorded import MIME
from jupyter_colonies.errors import InvalidRequest

TAG = "output"
JSON = "application/json"

_NAME = re.compile(r"\s*([A-Za-z_]\w*)\s*")


def tagged(notebook: Notebook, title: str) -> dict[int, str]:
    """The cells whose values are given back: position, counted from 0, and name.

    `output:NAME` is the tag of a cell whose value is called NAME. With `output` alone a cell that
    ends with the name of a variable gives that, any other is called `output`. Raises
    InvalidRequest if two have the same name.
    """
    named: dict[int, str] = {}
    for position, cell in enumerate(notebook.cells):
        name = _name_of(cell)
        if name and name in named.values():
            raise InvalidRequest(
                f"{title} has two cells whose value is called '{name}': tag them '{TAG}:NAME'"
            )
        if name and cell.cell_type == "code":
            named[position] = name
    return named


def python_value(execution_count: int) -> str:
    """An expression that is the value of a cell of IPython, as the JSON in a text."""
    return (
        f"__import__('json').dumps(get_ipython().user_ns['_oh'].get({execution_count}), "
        "default=lambda value: value.tolist())"
    )


def from_expression(reply: Any) -> Any:
    """The value that `python_value` gave. Raises ValueError saying why there is none."""
    if reply.get("status") != "ok":
        raise ValueError(f"{reply.get('ename')}: {reply.get('evalue')}")
    return json.loads(ast.literal_eval(reply["data"]["text/plain"]))


def from_outputs(outputs: Sequence[Any]) -> Any:
    """The value of a cell of any language, if it was shown as JSON. Raises ValueError."""
    for output in outputs:
        if output["output_type"] == "execute_result":
            data = output["data"]
            return data[JSON] if JSON in data else json.loads(data.get("text/plain", ""))
    raise ValueError("it shows none")


def recorded(outputs: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """What `record` has recorded in a cell: names and values."""
    for output in outputs:
        said = output.get("data", {}).get(MIME)
        if isinstance(said, dict) and isinstance(said.get("name"), str):
            yield said["name"], said.get("value")


def _name_of(cell: NotebookCell) -> str:
    for tag in cell.metadata.tags:
        if tag.startswith(f"{TAG}:"):
            return tag.removeprefix(f"{TAG}:").strip() or TAG
    if TAG not in cell.metadata.tags:
        return ""
    lines = cell.text.rstrip().splitlines()
    found = _NAME.fullmatch(lines[-1]) if lines else None
    return found[1] if found else TAG
