"""The five lists by state that processes and workflows share: ps, psw, pss, psf, psc."""

from __future__ import annotations

from typing import NamedTuple

from jupyter_colonies.core.process import State


class Listing(NamedTuple):
    """One list: its verb, the state it shows, and the moment shown with it."""

    verb: str
    state: State
    column: str
    when: str

    def none(self, what: str) -> str:
        """The line for an empty list."""
        return f"No {self.state.word.lower()} {what} found"


LISTINGS = (
    Listing("ps", State.RUNNING, "Start Time", "starttime"),
    Listing("psw", State.WAITING, "Submission Time", "submissiontime"),
    Listing("pss", State.SUCCESS, "End Time", "endtime"),
    Listing("psf", State.FAILED, "End Time", "endtime"),
    Listing("psc", State.CANCELLED, "End Time", "endtime"),
)
