"""The notebook that a process names: fetched, checked, and its parameters put in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.core.notebook import read_notebook
from jupyter_colonies.core.notebookcall import NotebookReference
from jupyter_colonies.core.parameters import INJECTED, injection, parameters_of
from jupyter_colonies.errors import ColoniesError, InvalidRequest
from jupyter_colonies.executor.outcome import RunFailed


def fetch(colony: Colony, reference: NotebookReference) -> bytes:
    """The bytes of a notebook, if they are those that were meant. Raises RunFailed."""
    try:
        if reference.path:
            data = Path(reference.path).read_bytes()
        else:
            data = b"".join(colony.files.read(colony.files.get(reference.fileid)))
    except (ColoniesError, OSError) as error:
        what = error.message if isinstance(error, ColoniesError) else error.strerror
        raise RunFailed(f"The notebook {reference.notebook} can't be read: {what}") from None
    digest = hashlib.sha256(data).hexdigest()
    if reference.sha256 not in ("", digest):
        raise RunFailed(
            f"The notebook {reference.notebook} is not the one that was submitted: its SHA-256 is "
            f"{digest}, and {reference.sha256} was meant"
        )
    return data


def prepared(data: bytes, title: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """A notebook file as it is run: with its parameters, without the outputs of before.

    A cell after the tagged one assigns what was given; one that is there already, of a notebook
    that was executed before, is replaced. Raises InvalidRequest for what can't be given.
    """
    notebook = read_notebook(data, title)
    parameters = parameters_of(notebook, title)
    parameters.check(given, title)
    plain: dict[str, Any] = msgspec.json.decode(data)
    cells = plain["cells"]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    after = parameters.position + 1
    if after < len(cells) and INJECTED in notebook.cells[after].metadata.tags:
        del cells[after]
    if given:
        values = {name: _plain(value, name) for name, value in given.items()}
        cells.insert(after, _cell(injection(values, notebook.language), plain))
    return plain


def _plain(value: Any, place: str) -> Any:
    """A parameter in JSON's own types, which every language can write."""
    if isinstance(value, list | tuple):
        return [_plain(each, f"{place}[{at}]") for at, each in enumerate(value)]
    if isinstance(value, dict):
        return {str(key): _plain(each, f"{place}.{key}") for key, each in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise InvalidRequest(
        f"Parameter {place} is a {type(value).__name__}, and a notebook takes numbers, texts, "
        "lists and objects: give it the name of a file"
    )


def _cell(code: str, notebook: Mapping[str, Any]) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "source": code,
        "metadata": {"tags": [INJECTED]},
        "outputs": [],
        "execution_count": None,
    }
    # Cells have ids since the format 4.5, and none before.
    return {"id": INJECTED, **cell} if notebook.get("nbformat_minor", 0) >= 5 else cell
