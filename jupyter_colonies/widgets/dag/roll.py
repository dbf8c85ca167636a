"""The list of all processes of a graph, and which of its rows have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.palette import state_text
from jupyter_colonies.core.times import NEVER

Row = list[str | int]

ABSENT = ""
"""The state of a process that is not there at the moment that is shown."""


class Roll:
    """Numbers the processes in the order in which they become known, and has a row for each."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.numbers: dict[str, int] = {}

    def take(self, nodes: Mapping[str, NodeChange], changed: Iterable[str]) -> dict[int, Row]:
        """Take in what is shown now; the rows that are new or have changed, by their numbers.

        `changed` are the processes that may have changed, also such that are not shown any more.
        """
        told: dict[int, Row] = {}
        for processid in changed:
            node = nodes.get(processid)
            if node is None:
                number = self.numbers[processid]
                told[number] = self.rows[number] = [*self.rows[number][:2], ABSENT]
                continue
            number = self.numbers.setdefault(processid, len(self.rows))
            row = row_of(node)
            if number == len(self.rows):
                self.rows.append(row)
            elif self.rows[number] == row:
                continue
            else:
                self.rows[number] = row
            told[number] = row
        return told


def row_of(node: NodeChange) -> Row:
    """Process id, name, state, function, executor type, executor, begin, end, words on the state.

    Begin and end are milliseconds since 1970, 0 before they are known.
    """
    return [
        node.processid,
        node.nodename or node.funcname,
        node.state.word,
        node.funcname,
        node.executortype,
        node.executorname,
        round(node.starttime.timestamp() * 1000) if node.starttime > NEVER else 0,
        round(node.endtime.timestamp() * 1000) if node.endtime > NEVER else 0,
        state_text(node),
    ]
