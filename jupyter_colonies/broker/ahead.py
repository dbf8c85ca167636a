"""What the busiest requests ask of the database first, so that a batch can ask it at once.

Submitting, taking and closing don't spoil each other's answers: they change no member, a process
that is submitted is new, one that is taken was nobody's before, and the answer about one that is
closed goes to the first who asks. Every other request makes its batch ask again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jupyter_colonies.core.messages import Message, Request
from jupyter_colonies.core.messages.processes import (
    ASSIGN_PROCESS,
    ASSIGN_PROCESSES,
    CLOSE_SUCCESSFUL,
    SUBMIT_FUNCTION_SPEC,
)
from jupyter_colonies.store import members, presence, processes
from jupyter_colonies.store.statement import Question

MOST_REMEMBERED = 10_000


class Foresight:
    """The first questions of a request; remembers in which colony a caller was last."""

    def __init__(self) -> None:
        self._colonies: dict[str, str] = {}

    def of(self, message: Message[Any, Any], request: Request, callerid: str) -> Sequence[Question]:
        """What the request is going to ask. A wrong guess costs time and nothing else."""
        if message in (SUBMIT_FUNCTION_SPEC, ASSIGN_PROCESS, ASSIGN_PROCESSES):
            colonyname = message.colony_of(request)
            if self._colonies.get(callerid) != colonyname:
                self._remember(callerid, colonyname)
            return presence.keeping(colonyname), _membership(colonyname, callerid)
        if message is CLOSE_SUCCESSFUL:
            processid = request.processid  # type: ignore[attr-defined]
            about = Question(processes.BY_ID_TO_CHANGE, {"processid": processid})
            colonyname = self._colonies.get(callerid, "")
            if not colonyname:
                return (about,)
            return about, presence.keeping(colonyname), _membership(colonyname, callerid)
        return ()

    def _remember(self, callerid: str, colonyname: str) -> None:
        if len(self._colonies) >= MOST_REMEMBERED:
            self._colonies.clear()
        self._colonies[callerid] = colonyname


def _membership(colonyname: str, callerid: str) -> Question:
    return Question(members.EXECUTOR_OF_ID, {"colonyname": colonyname, "id": callerid})
