"""Parameters of a notebook: what the tagged cell assigns, and the cell that stands over it.

The tags are papermill's, so notebooks written for it work as they are.
"""

from __future__ import annotations

import ast
import difflib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from jupyter_colonies.core.notebook import Notebook
from jupyter_colonies.errors import InvalidRequest

TAG = "parameters"
INJECTED = "injected-parameters"

_ASSIGNED = re.compile(r"^([A-Za-z.][\w.]*)\s*(?::[^=\n]+)?(?:<-|=(?!=))", re.MULTILINE)


class Parameter(NamedTuple):
    """A parameter: its name, and its annotation and default as they are written in the cell.

    Annotation and default are empty where the language is not Python.
    """

    name: str
    annotation: str = ""
    default: str = ""


class Parameters(NamedTuple):
    """What can be given to a notebook.

    `position` is that of the tagged cell among all cells, counted from 0; -1 if there is none.
    """

    position: int
    known: tuple[Parameter, ...]

    def check(self, names: Iterable[str], title: str) -> None:
        """Raise InvalidRequest for a name that is no parameter; `title` is the notebook's."""
        known = [each.name for each in self.known]
        for name in names:
            if name in known:
                continue
            if self.position < 0:
                raise InvalidRequest(
                    f"{title} takes no parameter '{name}': no cell of it is tagged '{TAG}'"
                )
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"there are: {', '.join(known)}"
            raise InvalidRequest(f"{title} has no parameter '{name}': {hint}")


def parameters_of(notebook: Notebook, title: str) -> Parameters:
    """The parameters of a notebook. Raises InvalidRequest if several cells are tagged."""
    tagged = [at for at, cell in enumerate(notebook.cells) if TAG in cell.metadata.tags]
    if len(tagged) > 1:
        raise InvalidRequest(f"{title} has {len(tagged)} cells tagged '{TAG}', and one is expected")
    if not tagged:
        return Parameters(-1, ())
    text = notebook.cells[tagged[0]].text
    if notebook.language != "python":
        return Parameters(tagged[0], tuple(map(Parameter, _names(text))))
    try:
        tree = ast.parse(text)
    except SyntaxError:  # magics, for instance
        return Parameters(tagged[0], tuple(map(Parameter, _names(text))))
    found = {each.name: each for statement in tree.body for each in _assigned(statement)}
    return Parameters(tagged[0], tuple(found.values()))


def injection(values: Mapping[str, Any], language: str) -> str:
    """The code of a cell that assigns JSON values, in the notebook's language.

    Raises InvalidRequest for a language it is not known of how values are written in it.
    """
    if language.lower() not in _WRITERS:
        known = ", ".join(sorted(_WRITERS))
        raise InvalidRequest(
            f"Parameters can't be given to a notebook in '{language}': they can in {known}"
        )
    assign, write = _WRITERS[language.lower()]
    lines = [f"{name} {assign} {write(value)}" for name, value in values.items()]
    return "\n".join(["# Parameters", *lines])


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(_ASSIGNED.findall(text)))


def _assigned(statement: ast.stmt) -> Iterable[Parameter]:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        default = ast.unparse(statement.value) if statement.value else ""
        yield Parameter(statement.target.id, ast.unparse(statement.annotation), default)
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield Parameter(target.id, "", ast.unparse(statement.value))


def _python(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')"
    if isinstance(value, list):
        return f"[{', '.join(map(_python, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_python(each)}' for key, each in value.items())}}}"
    return repr(value)


def _r(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, list):
        return f"list({', '.join(map(_r, value))})"
    if isinstance(value, dict):
        return f"list({', '.join(f'{_text(key)} = {_r(each)}' for key, each in value.items())})"
    return _text(value) if isinstance(value, str) else _number(value, "NaN", "Inf")


def _julia(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_julia, value))}]"
    if isinstance(value, dict):
        pairs = (f"{_julia(key)} => {_julia(each)}" for key, each in value.items())
        return f"Dict({', '.join(pairs)})"
    if isinstance(value, str):
        return _text(value).replace("$", "\\$")
    return _number(value, "NaN", "Inf")


def _number(value: Any, nan: str, infinite: str) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return nan if math.isnan(value) else infinite if value > 0 else f"-{infinite}"
    return repr(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


_WRITERS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "python": ("=", _python),
    "r": ("<-", _r),
    "julia": ("=", _julia),
}
