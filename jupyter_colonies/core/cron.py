"""Crons: workflows that are started at certain times (protocol part 02, section 8)."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

import msgspec

from jupyter_colonies.core import schedule
from jupyter_colonies.core.decoding import Integer
from jupyter_colonies.core.lifecycle import limit
from jupyter_colonies.core.times import NEVER, SECOND
from jupyter_colonies.errors import InvalidRequest

NO_INTERVAL = -1


class Cron(msgspec.Struct, kw_only=True):
    """A workflow and when to start it.

    `interval` is a period in seconds, or -1 to go by `cronexpression`; with `random` each start
    falls somewhere within the interval. `workflowspec` is the JSON text of a workflow spec.
    `waitforprevprocessgrap` is what pycolonies sends for `waitforprevprocessgraph`. `disabled` is
    this server's: true, and there only then, while the cron starts nothing by itself.
    """

    cronid: str = ""
    initiatorid: str = ""
    initiatorname: str = ""
    colonyname: str = ""
    name: str = ""
    cronexpression: str = ""
    interval: Integer = 0
    random: bool = False
    nextrun: datetime = NEVER
    lastrun: datetime = NEVER
    workflowspec: str = ""
    prevprocessgraphid: str = ""
    waitforprevprocessgraph: bool = False
    waitforprevprocessgrap: bool | msgspec.UnsetType = msgspec.UNSET
    checkerperiod: Integer = 0
    disabled: bool | msgspec.UnsetType = msgspec.UNSET

    @property
    def waits(self) -> bool:
        """Whether a start waits for the end of the workflow started before."""
        return self.waitforprevprocessgraph or self.waitforprevprocessgrap is True


def check_timing(interval: int, random: bool, expression: str, zone: tzinfo = UTC) -> None:
    """Raise InvalidRequest unless this says when to start (part 02, section 8.2)."""
    if interval == 0 or interval < NO_INTERVAL:
        raise InvalidRequest("Cron interval must be -1 (disabled) or larger than 0")
    if interval == NO_INTERVAL:
        schedule.parse(expression, zone)
        if random:
            raise InvalidRequest("Random cron is only supported when specifying intervals")


def next_run(
    interval: int, random: bool, expression: str, zone: tzinfo, *, due: int, now: int, share: float
) -> int:
    """When to start next, 0 for never; `due` is the moment that was due, 0 for none.

    All in nanoseconds since 1970. An interval counts from the moment that was due, so that lateness
    does not add up; if more than one interval has passed, from now. What was missed is not made up
    for. `share`, from 0 to 1, is the part of the interval until a random start, which is at least
    a second away. Raises InvalidRequest for an expression that can't be read.
    """
    if interval == NO_INTERVAL:
        return schedule.parse(expression, zone).next_after(now)
    seconds = limit(interval)
    if random:
        return now + max(1, int(share * seconds)) * SECOND
    period = seconds * SECOND
    return (due if now - period < due <= now else now) + period
