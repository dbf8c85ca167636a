"""`fs check`: what is known of files compared with their bytes, and mended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from jupyter_colonies.commands.block import Block, Json, Line, Table, Working
from jupyter_colonies.commands.fs import fs
from jupyter_colonies.commands.meter import watched
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import pass_session
from jupyter_colonies.core.messages.checking import Checked, Finding
from jupyter_colonies.errors import FilesAtFault

MEANING = {
    "missing": "the bytes are not there",
    "damaged": "the bytes have changed",
    "differs": "other bytes than are noted",
    "orphaned": "no file refers to it",
    "free": "nothing refers to them; they go by themselves",
}
HARMLESS = ("free", "orphaned")


@fs.command("check")
@click.option("--repair", is_flag=True, help="Mend what can be, and remove what nobody can reach.")
@click.option("--drop", is_flag=True, help="Remove entries whose bytes are gone, too.")
@pass_session
def check(session: Session, repair: bool, drop: bool) -> Iterator[Block]:
    """Compare files, objects, uploads and snapshots with the bytes; all bytes are read.

    Ends with code 1 if something is wrong and was not mended. The server may go on working. With
    --repair lost objects are found again by their checksum and orphaned objects are removed;
    entries whose bytes can't be found stay unless --drop is given.
    """
    client = session.owner("colony")
    findings: list[Finding] = []
    read, part, after = 0, "", ""
    meter = _Meter(shown=watched(session.frontend) and not session.json)
    if not session.json:
        yield Working()
    try:
        while True:
            page: Checked = session.ask(
                client.check_files(
                    colonyname=session.colonyname,
                    part=part,
                    after=after,
                    repair=repair or drop,
                    drop=drop,
                )
            )
            findings += page.findings
            read += page.bytes
            meter.show(part, page)
            part, after = page.part, page.after
            if not part:
                break
    finally:
        meter.end()
    yield from _told(session, findings, read)
    left = [each for each in findings if not each.remedy and each.kind not in HARMLESS]
    if left:
        raise FilesAtFault(
            f"{len(left)} faults are left: "
            + ("restore the bytes from a backup" if drop else "--repair mends what can be mended")
            + ("" if drop else ", --drop removes entries whose bytes are gone")
        )


def _told(session: Session, findings: list[Finding], read: int) -> Iterator[Block]:
    if session.json:
        yield Json(value=findings)
        return
    if findings:
        rows = [
            [each.part, each.kind, each.what, each.remedy or MEANING.get(each.kind, "")]
            for each in findings
        ]
        yield Table(title="Findings", columns=["Part", "Kind", "What", "Remedy"], rows=rows)
    fields = {"Findings": str(len(findings)), "BytesRead": str(read)}
    yield Line(text="Checked" if findings else "Checked, nothing is wrong", fields=fields)


class _Meter:
    """A bar over the entries of the part that is looked at."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._part = ""
        self._bar: Any = None

    def show(self, part: str, page: Checked) -> None:
        """A page was looked at."""
        if not self._shown:
            return
        # Loads ipywidgets in a notebook, which nobody needs who never waits.
        from tqdm.auto import tqdm  # noqa: PLC0415

        if self._bar is None or part != self._part:
            self.end()
            self._part = part
            self._bar = tqdm(total=page.total, unit=f" {part or 'objects'}")
        self._bar.update(page.looked)

    def end(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
