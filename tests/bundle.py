"""How large the labextension is: `python -m tests.bundle` prints what a page loads, and when."""

from __future__ import annotations

import gzip
import re
import sys
from dataclasses import dataclass
from pathlib import Path

BUILT = Path(__file__).parent.parent / "jupyter_colonies" / "labextension" / "static"


@dataclass(frozen=True)
class Chunk:
    """A script that the page loads as one."""

    name: str
    with_the_page: bool
    size: int
    """In bytes."""
    compressed: int
    """In bytes, as gzip makes them."""


def chunks(built: Path = BUILT) -> list[Chunk]:
    """All chunks of a build, those that are loaded with the page first. Raises OSError.

    The entry says which chunks make up the plugins and their styles: those come with each page,
    the others when they are first needed.
    """
    [entry] = built.glob("remoteEntry.*.js")
    exposed = re.search(r'"\./extension":(.*?)"\./style":(.*?)\}', entry.read_text(), re.DOTALL)
    assert exposed
    first = {"remoteEntry", *re.findall(r'\be\("?([\w-]+)"?\)', exposed[0])}
    found = []
    for file in built.glob("*.*.js"):
        content = file.read_bytes()
        name = file.name.split(".", maxsplit=1)[0]
        found.append(Chunk(name, name in first, len(content), len(gzip.compress(content))))
    # A chunk that has no file only names what the page shares with the extension.
    assert len(first & {chunk.name for chunk in found}) > 1
    return sorted(found, key=lambda chunk: (not chunk.with_the_page, -chunk.size))


def for_development(built: Path = BUILT) -> bool:
    """Whether this was built by `jlpm build`: readable, several times as large."""
    return any(built.glob("*.map"))


def main() -> int:
    """Print the sizes in kB."""
    found = chunks()
    width = max(len(chunk.name) for chunk in found)
    print(f"{'chunk':{width}}  loaded          size, kB  gzip, kB")
    for chunk in found:
        when = "with the page" if chunk.with_the_page else "when needed"
        print(_line(chunk.name, width, when, [chunk]))
    print(_line("together", width, "with the page", [each for each in found if each.with_the_page]))
    print(_line("together", width, "", found))
    if for_development():
        print("This is a build for development; a release is built with `jlpm build:prod`.")
    return 0


def _line(name: str, width: int, when: str, counted: list[Chunk]) -> str:
    size = sum(chunk.size for chunk in counted) / 1000
    compressed = sum(chunk.compressed for chunk in counted) / 1000
    return f"{name:{width}}  {when:14} {size:9.1f} {compressed:9.1f}"


if __name__ == "__main__":
    sys.exit(main())
