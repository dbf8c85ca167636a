"""What was done to a draft, step by step: everything can be undone, and done again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from jupyter_colonies.client.compose.draft import Draft


@dataclass(frozen=True)
class Step:
    """A draft and what led to it, in words; `field` says which one was typed into, if one was."""

    what: str
    draft: Draft
    field: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    """All drafts from the first one on; the present one is at a position among them."""

    steps: tuple[Step, ...] = (Step("", Draft()),)
    at: int = 0

    @property
    def draft(self) -> Draft:
        """The present draft."""
        return self.steps[self.at].draft

    @property
    def undoes(self) -> str:
        """What `undo` takes back; empty if there is nothing."""
        return self.steps[self.at].what if self.at else ""

    @property
    def redoes(self) -> str:
        """What `redo` does again; empty if there is nothing."""
        return self.steps[self.at + 1].what if self.at + 1 < len(self.steps) else ""

    def do(self, what: str, draft: Draft, field: tuple[str, ...] = ()) -> History:
        """With a next draft, after which nothing can be done again.

        Letters typed into one field, one after the other, are one step. A draft that is like the
        present one is none.
        """
        if draft == self.draft:
            return self
        before = self.steps[: self.at + 1]
        if field and self.at and before[-1].field == field:
            before = before[:-1]
            if draft == before[-1].draft:
                return History(before, self.at - 1)
        return History((*before, Step(what, draft, field)), len(before))

    def settled(self) -> History:
        """The same; what is typed from now on is a step of its own."""
        present = self.steps[self.at]
        if not present.field:
            return self
        steps = (*self.steps[: self.at], replace(present, field=()), *self.steps[self.at + 1 :])
        return replace(self, steps=steps)

    def undo(self) -> History:
        """One step back, if there is one."""
        return replace(self.settled(), at=max(self.at - 1, 0))

    def redo(self) -> History:
        """One step forward, if there is one."""
        return replace(self.settled(), at=min(self.at + 1, len(self.steps) - 1))
