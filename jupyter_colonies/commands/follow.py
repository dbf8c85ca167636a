"""Following one process: its log as it grows, until it has finished."""

from __future__ import annotations

import time

from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Text
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Blocks
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.errors import ProcessCancelled, ProcessFailed

LOG_INTERVAL = 0.5
PAGE = 500


def follow(session: Session, processid: str, since: int = 0) -> Blocks:
    """Log messages as they come; ends with the process.

    Logs have no subscription in the protocol, so they are asked for twice a second. Raises
    ProcessFailed or ProcessCancelled if that is how the process ended.
    """
    client = session.member
    finished = False
    while not finished:
        process = session.ask(client.get_process(processid=processid))
        finished = process.state.finished
        logs = session.ask(
            client.get_logs(
                colonyname=session.colonyname, processid=processid, count=PAGE, since=since
            )
        )
        if logs:
            since = logs[-1].timestamp
            yield Text(text="".join(entry.message for entry in logs))
            finished = finished and len(logs) < PAGE
        elif not finished:
            time.sleep(LOG_INTERVAL)
    check_success(process)


def check_success(process: Process) -> None:
    """Raise ProcessFailed or ProcessCancelled unless a finished process succeeded."""
    reasons = wording.values(process.errors)
    if process.state == State.CANCELLED:
        raise ProcessCancelled(f"Process {process.processid} was cancelled")
    if process.state == State.FAILED:
        raise ProcessFailed(f"Process {process.processid} failed: {reasons}")
