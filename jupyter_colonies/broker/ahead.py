"""What the busiest requests ask of the database first, so that a batch can ask it at once.

Submitting, taking and closing don't spoil each other's answers: they change no member, a process
that is submitted is new, one that is taken was nobody's before, and the answer about one that is
closed goes to the first who asks. Every other request makes its batch ask again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jupyter_colonies.core.messages import Message
from jupyter_colonies.core.messages.processes import (
    ASSIGN_PROCESS,
    ASSIGN_PROCESSES,
    CLOSE_SUCCESSFUL,
    SUBMIT_FUNCTION_SPEC,
)
from jupyter_colonies.store import members, presence, processes
from jupyter_colonies.store.statement import Ahead, Question

MOST_REMEMBERED = 10_000

_BY_COLONY = (SUBMIT_FUNCTION_SPEC, ASSIGN_PROCESS, ASSIGN_PROCESSES)


class Foresight:
    """The first questions of a request; remembers in which colony a caller was last."""

    def __init__(self) -> None:
        self._colonies: dict[str, str] = {}

    def of(self, message: Message[Any, Any], request: Any, callerid: str) -> Ahead | None:
        """What the request is going to ask. A wrong guess costs time and nothing else.

        None for a request that may spoil the answers of others.
        """
        if message in _BY_COLONY:
            return lambda: self._by_colony(message.colony_of(request), callerid)
        if message is CLOSE_SUCCESSFUL:
            return lambda: self._by_process(request.processid, callerid)
        return None

    def _by_colony(self, colonyname: str, callerid: str) -> Sequence[Question]:
        if self._colonies.get(callerid) != colonyname:
            self._remember(callerid, colonyname)
        return presence.keeping(colonyname), _membership(colonyname, callerid)

    def _by_process(self, processid: str, callerid: str) -> Sequence[Question]:
        about = Question(processes.BY_ID_TO_CHANGE, {"processid": processid})
        colonyname = self._colonies.get(callerid, "")
        if not colonyname:
            return (about,)
        return about, presence.keeping(colonyname), _membership(colonyname, callerid)

    def _remember(self, callerid: str, colonyname: str) -> None:
        if len(self._colonies) >= MOST_REMEMBERED:
            self._colonies.clear()
        self._colonies[callerid] = colonyname


def _membership(colonyname: str, callerid: str) -> Question:
    return Question(members.EXECUTOR_OF_ID, {"colonyname": colonyname, "id": callerid})
