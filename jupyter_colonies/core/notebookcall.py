"""How a function spec says which notebook is to be run: the first argument of `run_notebook`."""

from __future__ import annotations

from typing import Any

import msgspec

from jupyter_colonies.errors import InvalidRequest

FUNCTION = "run_notebook"
EXECUTORTYPE = "notebook"
LABEL = "/notebooks"
"""Label of the files of the colony that notebooks are, before and after they are run."""


class NotebookReference(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A notebook to be run: a file of the colony by `fileid`, or of the executor's disk by `path`.

    `notebook` is its name. `sha256` pins the bytes; a path without it is run as it is then.
    """

    notebook: str
    fileid: str = ""
    path: str = ""
    sha256: str = ""


def reference_of(argument: Any) -> NotebookReference:
    """The reference in a spec's first argument. Raises InvalidRequest."""
    try:
        reference = msgspec.convert(argument, NotebookReference)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"The first argument names no notebook: {error}") from None
    if bool(reference.fileid) == bool(reference.path):
        raise InvalidRequest(
            "The first argument must name the notebook by 'fileid', a file of the colony, or by "
            "'path', a file on the executor's disk"
        )
    return reference


def place_of(processid: str) -> str:
    """Label under which the executed notebook of a process is stored."""
    return f"{LABEL}/{processid}"
