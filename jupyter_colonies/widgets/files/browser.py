"""Files of the colony in a notebook: look at them, drop new ones in, take them out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import anywidget
import traitlets

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.storage.folders import Labels
from jupyter_colonies.commands import wording
from jupyter_colonies.core.file import File, check_name, place
from jupyter_colonies.errors import ColoniesError, InvalidRequest
from jupyter_colonies.widgets.files.incoming import Incoming, words
from jupyter_colonies.widgets.files.preview import preview
from jupyter_colonies.widgets.page import bundle

PIECE = 256 << 10
"""Bytes that are sent to the page at a time. Jupyter limits what a kernel may send per second."""

MOST_DOWNLOADED = 16 << 20
"""Bytes of the largest file that goes through the kernel to the page."""

MOST_SHOWN = 1000
"""Folders, files and revisions that are listed."""

_HERE = Path(__file__).parent

Message = dict[str, Any]


class FileBrowser(anywidget.AnyWidget):
    """Shows the folders and files of a label, and what is in them; takes files that are dropped.

    What it is asked for is done on threads of its own, so that neither the kernel nor the page
    waits. `told` is what happened last, in words. Nothing of a file or of a name is ever taken
    for HTML.
    """

    _esm = bundle.script(_HERE / "browser.js")
    _css = bundle.style(_HERE / "browser.css")

    colonyname = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode("/").tag(sync=True)
    content = traitlets.Dict().tag(sync=True)
    details = traitlets.Dict().tag(sync=True)
    picture = traitlets.Bytes().tag(sync=True)
    told = traitlets.Unicode().tag(sync=True)

    def __init__(self, colony: Colony, label: str = "/", **options: Any) -> None:
        super().__init__(colonyname=colony.name, label=place(label), **options)
        self._colony = colony
        self._file: File | None = None
        self._incoming: dict[str, Incoming] = {}
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._does: dict[str, Callable[[Message], None]] = {
            "open": self._open,
            "choose": self._choose,
            "remove": self._remove,
            "bytes": self._bytes,
            "save": self._save,
        }
        self.on_msg(self._hear)
        threading.Thread(target=self._work, name="colonies-browser", daemon=True).start()
        self.refresh()

    def refresh(self) -> None:
        """Look again what is there."""
        self._jobs.put(self._look)

    def close(self) -> None:
        """Remove the browser; what is being uploaded is given up."""
        for each in list(self._incoming.values()):
            each.end()
        self._jobs.put(None)
        super().close()

    def _hear(self, _: object, message: Message, buffers: list[memoryview]) -> None:
        """What the page asks for. On the kernel's own thread, so nothing is done here."""
        wish, upload = message.get("wish"), str(message.get("upload", ""))
        if wish == "begin":
            self._begin(upload, str(message["name"]), int(message["size"]))
        elif upload in self._incoming:
            for each in buffers:
                self._incoming[upload].add(bytes(each))
            if wish == "end":
                self._incoming[upload].end()
        elif wish in self._does:
            self._jobs.put(lambda: self._does[wish](message))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except (ColoniesError, OSError) as error:
                self.told = words(error)

    def _begin(self, upload: str, name: str, size: int) -> None:
        label = self.label

        def tell(news: Message) -> None:
            self.send({"upload": upload, **news})
            if "received" not in news:
                self._incoming.pop(upload, None)
                self.told = (
                    f"{name} is in {label}" if "done" in news else f"{name}: {news['failed']}"
                )
                self.refresh()

        try:
            revision = self._colony.files.new(label, name, size=size)
        except ColoniesError as error:
            self.send({"upload": upload, "failed": error.message})
            self.told = error.message
            return
        self._incoming[upload] = Incoming(revision, size, tell)
        self.send({"upload": upload, "received": 0})

    def _look(self) -> None:
        content = Labels(self._colony.files).content(self.label.strip("/"))
        folders, files = content.folders[:MOST_SHOWN], content.files[:MOST_SHOWN]
        self.content = {
            "folders": [each.rpartition("/")[2] for each in folders],
            "files": [{"name": each.name, "size": wording.size(each.size)} for each in files],
            "more": len(content.folders) + len(content.files) - len(folders) - len(files),
        }

    def _open(self, message: Message) -> None:
        self.label = place(str(message["label"]))
        self._show(None)
        self._look()

    def _choose(self, message: Message) -> None:
        revisions = self._colony.files.revisions(self.label, str(message["name"]))
        wanted = str(message.get("revision", ""))
        file = next((each for each in revisions if each.fileid == wanted), revisions[0])
        self._show(file, revisions)

    def _show(self, file: File | None, revisions: Sequence[File] = ()) -> None:
        self._file = file
        if file is None:
            self.details = {}
            return
        shown = preview(self._colony, file)
        fields = asdict(shown)
        with self.hold_sync():
            self.picture = fields.pop("picture")
            self.details = {
                "name": file.name,
                "revision": file.fileid,
                "checksum": file.checksum,
                "size": file.size,
                "downloadable": file.size <= MOST_DOWNLOADED,
                "revisions": [
                    {
                        "fileid": each.fileid,
                        "shown": f"{each.added:%Y-%m-%d %H:%M:%S} UTC, {wording.size(each.size)}",
                    }
                    for each in revisions[:MOST_SHOWN]
                ],
                "preview": fields,
            }

    def _remove(self, message: Message) -> None:
        name, revision = str(message["name"]), str(message.get("revision", ""))
        files = self._colony.files
        if revision:
            files.remove(revision)
            self.told = f"A revision of {name} was removed"
        else:
            files.remove_all(self.label, name)
            self.told = f"{name} was removed with all its revisions"
        self._show(None)
        self._look()

    def _bytes(self, message: Message) -> None:
        """A piece of the file that is shown, for the page to save."""
        file, first = self._file, int(message["first"])
        if file is None or file.size > MOST_DOWNLOADED:
            return
        last = min(first + PIECE, file.size) - 1
        piece = (
            b"".join(self._colony.files.read(file, first=first, last=last)) if file.size else b""
        )
        self.send({"piece": file.fileid, "first": first}, [piece])

    def _save(self, _: Message) -> None:
        """Write the file that is shown beside the notebook."""
        if self._file is None:
            return
        check_name(self._file.name)
        target = Path.cwd() / self._file.name
        if target.exists():
            raise InvalidRequest(f"{target} is there already: move it away first")
        self._colony.files.fetch(self._file, target)
        self.told = f"{self._file.name} was saved as {target}"
