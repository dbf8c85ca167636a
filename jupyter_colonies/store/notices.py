"""What servers on one database tell each other, as the store sees it: texts that others read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Notices(Protocol):
    """Turns what was announced into texts of limited length and back."""

    def write(self, announced: Sequence[object], longest: int) -> list[str]:
        """Texts of at most `longest` bytes for other servers; none if it concerns nobody."""

    def read(self, text: str) -> list[object]:
        """What another server announced."""

    def missed(self) -> list[object]:
        """What to announce when some texts may have been missed."""
