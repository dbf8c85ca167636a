"""The parts of a notebook file that matter for running it (nbformat 4)."""

from __future__ import annotations

import msgspec

from jupyter_colonies.errors import InvalidRequest


class CellMetadata(msgspec.Struct):
    """What is said about a cell."""

    tags: list[str] = msgspec.field(default_factory=list)


class NotebookCell(msgspec.Struct):
    """A cell; its source is one text or a list of lines."""

    cell_type: str
    source: str | list[str] = ""
    id: str = ""
    metadata: CellMetadata = msgspec.field(default_factory=CellMetadata)

    @property
    def text(self) -> str:
        """The source as one text."""
        return self.source if isinstance(self.source, str) else "".join(self.source)


class Kernelspec(msgspec.Struct):
    """The kernel a notebook was written for."""

    name: str = ""
    language: str = ""


class LanguageInfo(msgspec.Struct):
    """The language of the kernel that ran a notebook last."""

    name: str = ""


class NotebookMetadata(msgspec.Struct):
    """What is said about a notebook."""

    kernelspec: Kernelspec = msgspec.field(default_factory=Kernelspec)
    language_info: LanguageInfo = msgspec.field(default_factory=LanguageInfo)


class Notebook(msgspec.Struct):
    """A notebook file."""

    nbformat: int
    cells: list[NotebookCell] = msgspec.field(default_factory=list)
    metadata: NotebookMetadata = msgspec.field(default_factory=NotebookMetadata)

    @property
    def language(self) -> str:
        """Its language, in lower case; Python where nothing is said."""
        said = self.metadata.kernelspec.language or self.metadata.language_info.name
        return said.lower() or "python"


def read_notebook(text: str | bytes, title: str) -> Notebook:
    """Read a notebook file; `title` names it in errors. Raises InvalidRequest.

    Files of formats before 4, of 2014, are refused: JupyterLab turns them into new ones.
    """
    try:
        notebook = msgspec.json.decode(text, type=Notebook)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{title} can't be read as a notebook: {error}") from None
    if notebook.nbformat != 4:
        raise InvalidRequest(
            f"{title} has the format {notebook.nbformat} of notebooks, and 4 is expected: open and "
            "save it in JupyterLab"
        )
    return notebook
