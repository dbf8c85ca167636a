"""The counters of a colony and of the server."""

from __future__ import annotations

from jupyter_colonies.commands.block import Block, Details
from jupyter_colonies.core.member import Statistics


def counters(title: str, found: Statistics, *, whole_server: bool) -> list[Block]:
    """Counts of processes and workflows by state, and of executors."""
    general = [("Executors", str(found.executors))]
    if whole_server:
        general.insert(0, ("Colonies", str(found.colonies)))
    else:
        general += [
            ("Active executors", str(found.activeexecutors)),
            ("Unregistered executors", str(found.unregisteredexecutors)),
        ]
    return [
        Details(title=title, rows=general),
        Details(
            title="Processes",
            rows=[
                ("Waiting", str(found.waitingprocesses)),
                ("Running", str(found.runningprocesses)),
                ("Successful", str(found.successfulprocesses)),
                ("Failed", str(found.failedprocesses)),
                ("Cancelled", str(found.cancelledprocesses)),
            ],
        ),
        Details(
            title="Workflows",
            rows=[
                ("Waiting", str(found.waitingworkflows)),
                ("Running", str(found.runningworkflows)),
                ("Successful", str(found.successfulworkflows)),
                ("Failed", str(found.failedworkflows)),
                ("Cancelled", str(found.cancelledworkflows)),
            ],
        ),
    ]
