"""What went wrong in a run, as the texts that become the process's errors."""

from __future__ import annotations

import asyncio
import traceback
from itertools import takewhile
from pathlib import Path

_OURS = str(Path(__file__).parent.parent)
_LOOP = str(Path(asyncio.__file__).parent)
LONGEST = 64 * 1024


def errors_of(error: BaseException) -> list[str]:
    """The last line of the traceback, then the traceback with the lines of the user's code.

    Frames of this package, and of the event loop that carries an `await`, are left out.
    """
    report = traceback.TracebackException.from_exception(error)
    _leave_ours_out(report)
    summary = "".join(report.format_exception_only()).strip()
    return [_shortened(summary), _shortened("".join(report.format()).rstrip())]


def is_ours(filename: str) -> bool:
    """Whether code of this package, or of the event loop, is in a file."""
    return filename.startswith((_OURS, _LOOP))


def _leave_ours_out(report: traceback.TracebackException) -> None:
    frames = list(report.stack)
    while frames and is_ours(frames[0].filename):
        del frames[0]
    # What lies below a call into this package is how the package does it.
    report.stack[:] = list(takewhile(lambda frame: not frame.filename.startswith(_OURS), frames))
    related = [report.__cause__, report.__context__, *(getattr(report, "exceptions", None) or ())]
    for other in related:
        if other is not None:
            _leave_ours_out(other)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]}\n… {len(text) - LONGEST} characters left out …\n{text[-half:]}"
