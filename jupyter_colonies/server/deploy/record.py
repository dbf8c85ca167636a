"""What is remembered of a deployment: its description, its notebook and its log, as files.

They lie in the data folder and not in the database: paths and kernels are those of one machine,
while a database may be shared by several.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from jupyter_colonies.errors import NotFound
from jupyter_colonies.server.folder import write_secret


class Record(msgspec.Struct, kw_only=True):
    """A deployment as it is stored.

    `kernelname` is empty where the notebook's own is used. `proven`: its cells have all run once.
    """

    name: str
    path: str
    kernelname: str = ""
    watch: bool = False
    wanted: bool = True
    proven: bool = False


class Records:
    """The folder `deployments` of a data folder. All methods block on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self) -> list[tuple[Record, str]]:
        """Every deployment that is complete, with the notebook as it was deployed."""
        found = []
        for file in sorted(self._folder.glob("*.json")):
            try:
                record = msgspec.json.decode(file.read_bytes(), type=Record)
                found.append((record, self._notebook(record.name).read_text()))
            except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
                continue  # half of it is left of one that was being removed
        return found

    def keep(self, record: Record, notebook: str = "") -> None:
        """Store a deployment; an empty notebook leaves the stored one as it is."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if notebook:
            write_secret(self._notebook(record.name), notebook)
        text = msgspec.json.encode(record).decode()
        write_secret(self._folder / f"{record.name}.json", text)

    def remove(self, name: str) -> None:
        """Forget a deployment, its notebook and its log."""
        for ending in (".json", ".ipynb", ".log", ".log.1"):
            (self._folder / f"{name}{ending}").unlink(missing_ok=True)

    def log(self, name: str) -> Path:
        """The file of a deployment's log."""
        return self._folder / f"{name}.log"

    def _notebook(self, name: str) -> Path:
        return self._folder / f"{name}.ipynb"


def read_notebook(path: str) -> str:
    """The text of a notebook file. Raises NotFound if it can't be read."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else str(error)
        raise NotFound(f"The notebook {path} can't be read: {what}") from None
