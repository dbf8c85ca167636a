"""Where the code of a run came from: its text, the notebook and the cell."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

LARGEST = 4096
"""Characters of a source that go with each process; of a longer one only the digest does."""


def digest(text: str) -> str:
    """Digest of a text, without the white space at its ends."""
    return hashlib.sha256(text.strip().encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Source:
    """The text of a function or cell, and the notebook and cell it stands in, where known.

    `around` is the whole text of that cell, its magic and decorators too, as it was run.
    """

    text: str
    notebook: str = ""
    cell: str = ""
    around: str = ""

    @cached_property
    def sha256(self) -> str:
        """Digest of the text, without the white space at its ends."""
        return digest(self.text)

    def attributes(self) -> dict[str, str]:
        """What is attached to each process that runs the code."""
        found = {
            "source.sha256": self.sha256,
            "source.text": self.text if len(self.text) <= LARGEST else "",
            "source.notebook": self.notebook,
            "source.cell": self.cell,
        }
        return {key: value for key, value in found.items() if value}
