"""Objects of several sizes through the S3 face, beside a plain copy to the same disk.

    python benchmarks/bytes.py [--megabytes 256] [--smoke]

One client, one object after the other and then eight at a time, as any S3 client does; large ones
in parts. The plain copy writes the same bytes into files and syncs each to the disk, as the server
does before it acknowledges. The server is a process of its own on the same machine.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import served
import table
from served import Place
from sync import colony_at

from jupyter_colonies.client.storage.files import Files

MEGABYTE = 1 << 20
SIZES = (4096, MEGABYTE, 64 * MEGABYTE)
LABEL = "/bench"


class Rates(NamedTuple):
    """Megabytes per second, and the server's CPU milliseconds for each of them, up and down."""

    up: float
    up_server: float
    down: float
    down_server: float


def plain(folder: Path, data: bytes, number: int) -> float:
    """Megabytes per second of writing files and syncing them."""
    began = time.perf_counter()
    for index in range(number):
        with (folder / str(index)).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    return len(data) * number / MEGABYTE / (time.perf_counter() - began)


def measure(place: Place, files: Files, data: bytes, number: int, together: int) -> Rates:
    """Put so many objects and get them again, some at a time."""
    names = [f"{len(data)}-{together}-{index}" for index in range(number)]

    def put(name: str) -> None:
        # Each has bytes of its own: what is there already would only be renamed.
        files.put(io.BytesIO(os.urandom(16) + data[16:]), LABEL, name)

    def get(name: str) -> None:
        for _ in files.read(files.latest(LABEL, name)):
            pass

    put(names[0])
    return Rates(
        *timed(place, put, names, data, together), *timed(place, get, names, data, together)
    )


def timed(
    place: Place, act: Callable[[str], None], names: Sequence[str], data: bytes, together: int
) -> tuple[float, float]:
    """Megabytes per second, and the server's CPU milliseconds for one."""
    megabytes = len(data) * len(names) / MEGABYTE
    of_server, began = place.cpu(), time.perf_counter()
    with ThreadPoolExecutor(together) as pool:
        list(pool.map(act, names))
    seconds = time.perf_counter() - began
    return megabytes / seconds, (place.cpu() - of_server) * 1000 / megabytes


def compare(place: Place, folder: Path, total: int, options: table.Options) -> None:
    """Print a line for each size, alone and together."""
    columns = ("bytes", "together", "copy MB/s", "up MB/s", "server ms/MB", "down MB/s",
               "server ms/MB", "copy over up")  # fmt: skip
    lines = table.Table(*columns)
    with colony_at(place) as colony:
        for size in SIZES if not options.smoke else SIZES[:1]:
            number = 2 if options.smoke else max(2, min(500, total // size))
            data = os.urandom(size)
            for together in (1, 8):
                copies = [plain(folder, data, number) for _ in range(options.repeats)]
                found = [
                    measure(place, colony.files, data, number, together)
                    for _ in range(options.repeats)
                ]
                copy = table.median(copies)
                rates = Rates(*(table.median(each) for each in zip(*found, strict=True)))
                lines.row(size, together, copy, *rates, table.ratio(copy, rates.up))


def main() -> None:
    """Measure and print."""
    parser = table.parser(__doc__, seconds=0.0)
    parser.add_argument("--megabytes", type=int, default=256)
    parsed = parser.parse_args()
    options = table.options(parsed)
    total = parsed.megabytes * MEGABYTE
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "plain").mkdir()
        with served.place(folder / "served") as place:
            compare(place, folder / "plain", total, options)


if __name__ == "__main__":
    main()
