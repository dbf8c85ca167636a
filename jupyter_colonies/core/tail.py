"""Reading numbered rows as they are written, none twice and none left out.

Where several write at once, a row may become visible after rows with higher numbers. So what is
young is looked at again; only behind what is old enough nothing can appear any more.
"""

from __future__ import annotations

from collections.abc import Iterable


class Tail:
    """What was read up to now.

    `floor` is the number up to which everything was read: from there somebody else can go on.
    `settled` is the age in nanoseconds at which a row can have no younger neighbours below it, 0
    where rows appear in their order.
    """

    def __init__(self, floor: int, settled: int) -> None:
        self.floor = floor
        self.top = floor
        self._settled = settled
        self._young: dict[int, int] = {}

    @property
    def looks_back(self) -> bool:
        """Whether rows between `floor` and `top` may have appeared."""
        return self.top > self.floor

    def late(self, numbers: Iterable[int]) -> list[int]:
        """Which of the numbers of rows up to `top` were not read yet."""
        return [number for number in numbers if number > self.floor and number not in self._young]

    def read(self, rows: Iterable[tuple[int, int]], now: int) -> None:
        """Note rows, by number and moment, that were read at the moment `now`."""
        for number, at in rows:
            self._young[number] = at
            self.top = max(self.top, number)
        old = [number for number, at in self._young.items() if at <= now - self._settled]
        if old or not self._settled:
            self.floor = max([self.floor, *old]) if self._settled else self.top
            self._young = {number: at for number, at in self._young.items() if number > self.floor}
