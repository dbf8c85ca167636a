"""A folder synced with a label, both ways, beside `cp -r` of the same tree on the same disk.

    python benchmarks/sync.py [--files 2000] [--megabytes 256] [--folder FOLDER] [--smoke]

Two trees: many small files, and a few large ones. Each is sent, looked at again, fetched into an
empty folder and looked at there. The server is a process of its own on the same disk, so that each
byte is read, sent, written and synced on one machine.
"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import served
import table
from served import Place

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.discovery import Found
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.client.sync.syncing import Syncing

SMALL = 300
"""Bytes of a small file."""

IN_A_FOLDER = 100
LARGE_FILES = 4
MEGABYTE = 1 << 20


def small_tree(folder: Path, files: int) -> Path:
    """Many small files, each with bytes of its own."""
    for number in range(files):
        path = folder / f"d{number // IN_A_FOLDER:04}" / f"f{number % IN_A_FOLDER:03}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(SMALL))
    return folder


def large_tree(folder: Path, megabytes: int) -> Path:
    """A few files that hold so many megabytes together."""
    folder.mkdir()
    for number in range(LARGE_FILES):
        with (folder / f"large{number}").open("wb") as file:
            for _ in range(max(megabytes // LARGE_FILES, 1)):
                file.write(os.urandom(MEGABYTE))
    return folder


@contextmanager
def colony_at(place: Place) -> Iterator[Colony]:
    """The server as a client sees it."""
    endpoint = Endpoint(host=place.host, port=place.port)
    found = Found(
        endpoint=endpoint, colonyname=place.colonyname, private_key=place.user_key, reason="given"
    )
    colony = Colony(found)
    try:
        yield colony
    finally:
        colony.close()


def synced(place: Place, lines: table.Table, name: str, folder: Path, beside: float) -> None:
    """Sync once and print what it took; `beside` is the time of the plain copy."""
    with colony_at(place) as colony:
        mine, theirs, began = _own(), place.cpu(), time.perf_counter()
        with Syncing(colony, folder, name.split(maxsplit=1)[0], cache=place.data / "cache") as sync:
            wanted = sync.look()
            planned = time.perf_counter() - began
            for _ in sync.run(wanted):
                pass
        took = time.perf_counter() - began
        sync.report.check()
    moved = max(len(wanted.uploads) + len(wanted.downloads), 1)
    report = sync.report
    lines.row(
        name, report.total, report.bytes / 1e6, planned, took, report.total / took,
        report.bytes / 1e6 / took, (_own() - mine) / moved * 1e3,
        (place.cpu() - theirs) / moved * 1e3, table.ratio(took, beside),
    )  # fmt: skip


def copied(folder: Path, target: Path) -> float:
    """Seconds of `cp -r`, until everything is on disk."""
    began = time.perf_counter()
    subprocess.run(["cp", "-r", folder, target], check=True)
    subprocess.run(["sync", "-f", target], check=True)
    return time.perf_counter() - began


def both_ways(place: Place, lines: table.Table, tree: Path, beside: float) -> None:
    """Send a tree, look again, fetch it, look again."""
    fetched = tree.with_name(f"{tree.name}-fetched")
    fetched.mkdir()
    for what, folder in (("sent", tree), ("again", tree), ("fetched", fetched), ("again", fetched)):
        synced(place, lines, f"{tree.name} {what}", folder, beside)


def _own() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Run from the command line."""
    parser = table.parser(__doc__, seconds=0)
    parser.add_argument("--files", type=int, default=2000, help="small files")
    parser.add_argument("--megabytes", type=int, default=256, help="of the large files")
    parser.add_argument("--folder", default=None, help="where to make the trees")
    parsed = parser.parse_args()
    files, megabytes = (20, 4) if parsed.smoke else (parsed.files, parsed.megabytes)
    lines = table.Table(
        "tree", "files", "MB", "plan s", "all s", "files/s", "MB/s", "client ms/file",
        "server ms/file", "times cp -r",
    )  # fmt: skip
    with TemporaryDirectory(dir=parsed.folder) as name, served.place(Path(name, "server")) as place:
        os.environ.pop("AWS_S3_ENDPOINT", None)
        for tree in (
            small_tree(Path(name, "small"), files),
            large_tree(Path(name, "large"), megabytes),
        ):
            both_ways(place, lines, tree, copied(tree, Path(name, f"{tree.name}-copy")))


if __name__ == "__main__":
    main()
