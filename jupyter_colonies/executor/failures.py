"""What failed in this process lately, with its frames, for who wants to look at it afterwards.

Frames hold everything their code held, so only the last few failures are kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from types import TracebackType
from typing import NamedTuple

from jupyter_colonies.executor.failure import is_ours
from jupyter_colonies.executor.running import RunningProcess

MOST_KEPT = 10


class Failure(NamedTuple):
    """A process and what its code raised."""

    running: RunningProcess
    error: BaseException

    @property
    def frames(self) -> TracebackType | None:
        """The frames from the last one of this package on, below which the user's code begins.

        Debuggers leave out the first frame. None if no code of the user's was reached.
        """
        last = self.error.__traceback__
        while last is not None and last.tb_next is not None:
            if not is_ours(last.tb_next.tb_frame.f_code.co_filename):
                return last
            last = last.tb_next
        return None


_lock = threading.Lock()
_kept: OrderedDict[str, Failure] = OrderedDict()


def keep(running: RunningProcess, error: BaseException) -> None:
    """Remember how a process failed, and forget the oldest if there are too many."""
    with _lock:
        _kept.pop(running.processid, None)
        _kept[running.processid] = Failure(running, error)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)


def find(processid: str) -> Failure | None:
    """How a process failed here; None if it did not, or too long ago."""
    with _lock:
        return _kept.get(processid)


def forget() -> None:
    """Let go of all frames."""
    with _lock:
        _kept.clear()
