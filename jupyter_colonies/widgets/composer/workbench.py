"""What a composer does, apart from any widget: wishes of the page come in, its picture goes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from jupyter_colonies.client.compose.draft import Draft
from jupyter_colonies.client.compose.history import History
from jupyter_colonies.client.compose.offers import Offer
from jupyter_colonies.client.compose.problems import Problem
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.errors import ColoniesError, NotFound
from jupyter_colonies.widgets.composer import form
from jupyter_colonies.widgets.composer.checks import wrong
from jupyter_colonies.widgets.composer.fields import FIELDS
from jupyter_colonies.widgets.composer.outline import Outline

Json = Any
Wish = dict[str, Any]

DECLARED: list[Json] = [{"id": field.id, **asdict(field)} for field in FIELDS]
"""The fields of the form, for the page."""

_QUIET = ("select", "settle")
"""Wishes after which what was refused before is still said."""


class Workbench:
    """One draft under work: its history, what is selected, and what was said last.

    `refused` is what the server refused the present draft with. For one thread at a time.
    """

    def __init__(self) -> None:
        self.history = History()
        self.selected = ""
        self.told = ""
        self.refused: Problem | None = None
        self._offers: Sequence[Offer] = ()
        self._problems: list[Problem] | None = None
        self._outline = Outline()
        self._complaint: Json = None
        self._heard = 0
        self._fresh = 0
        self._does: dict[str, Callable[[Wish], None]] = {
            "add": self._add,
            "select": self._select,
            "put": self._put,
            "use": self._use,
            "settle": self._settle,
            "remove": self._remove,
            "duplicate": self._duplicate,
            "join": self._join,
            "part": self._part,
            "undo": lambda _: self.undo(),
            "redo": lambda _: self.redo(),
        }

    @property
    def draft(self) -> Draft:
        """The present draft."""
        return self.history.draft

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong with it."""
        if self._problems is None:
            self._problems = wrong(self.draft, self._offers)
        return [*([self.refused] if self.refused else []), *self._problems]

    def knows(self, wish: Wish) -> bool:
        """Whether a wish of the page is about the draft."""
        return wish.get("wish") in self._does

    def hear(self, wish: Wish) -> None:
        """Do what the page asks for; what is refused is said, and the draft stays as it was."""
        if wish["wish"] not in _QUIET:
            self._complaint = None
        self.answer(wish)
        try:
            self._does[wish["wish"]](wish)
        except ColoniesError as error:
            self.told = error.message
            self._complaint = {
                "key": str(wish.get("node") or wish.get("child") or ""),
                "field": str(wish.get("field", "conditions.dependencies")),
                "text": error.message,
            }

    def answer(self, wish: Wish) -> None:
        """Note that a wish of the page has been heard."""
        self._heard = max(self._heard, int(wish.get("number", 0)))

    def offer(self, offers: Sequence[Offer]) -> None:
        """These are the functions that executors offer now."""
        self._offers = offers
        self._problems = None

    def insert(self, specs: Sequence[FunctionSpec], *, whole: bool, what: str) -> None:
        """Take specs in, as the `whole` draft or beside what there is. Raises InvalidWorkflow."""
        draft = Draft.of(specs) if whole else self.draft.with_specs(specs)
        self._do(what, draft)
        self.selected = draft.nodes[0].key if whole and draft.nodes else self.selected

    def undo(self) -> None:
        """Take the last step back."""
        what, self.history = self.history.undoes, self.history.undo()
        self._moved(f"Undone: {what}" if what else "There is nothing to undo")

    def redo(self) -> None:
        """Do again what was taken back last."""
        what, self.history = self.history.redoes, self.history.redo()
        self._moved(f"Done again: {what}" if what else "There is nothing to do again")

    def page(self) -> Json:
        """Everything that the page shows of the draft."""
        draft, problems = self.draft, self.problems
        if self.selected not in draft:
            self.selected = ""
        names = {node.key: node.name for node in draft.nodes}
        return {
            "drawing": self._outline.draw(draft, problems),
            "nodes": [
                {
                    "key": node.key,
                    "name": node.name,
                    "funcname": node.funcname,
                    "executortype": node.executortype,
                    "parents": list(node.parents),
                    "problems": sum(problem.key == node.key for problem in problems),
                }
                for node in draft.nodes
            ],
            "problems": [
                {
                    "key": problem.key,
                    "node": names.get(problem.key, ""),
                    "field": ".".join(problem.field),
                    "title": form.title(".".join(problem.field)),
                    "text": problem.message,
                    "refused": problem.refused,
                }
                for problem in problems
            ],
            "form": form.form(draft, draft[self.selected], self._offers) if self.selected else None,
            "selected": self.selected,
            "undo": self.history.undoes,
            "redo": self.history.redoes,
            "told": self.told,
            "complaint": self._complaint,
            "heard": self._heard,
            "fresh": self._fresh,
        }

    def _do(self, what: str, draft: Draft, field: tuple[str, ...] = ()) -> None:
        if draft == self.draft:
            return
        self.history = self.history.do(what, draft, field)
        self.told = "" if field else what
        if not field:
            self._fresh += 1
        self._changed()

    def _moved(self, told: str) -> None:
        self.told = told
        self._fresh += 1
        self._changed()

    def _changed(self) -> None:
        self.refused = None
        self._problems = None

    def _add(self, wish: Wish) -> None:
        after = str(wish.get("after", ""))
        parents = [self.draft[after].name] if after else []
        draft = self.draft.add(str(wish["funcname"]), str(wish["executortype"]), parents)
        added = draft.nodes[-1]
        self._do(f"Added {added.name}" + (f" after {parents[0]}" if parents else ""), draft)
        self.selected = added.key

    def _select(self, wish: Wish) -> None:
        key = str(wish["node"])
        if key and key not in self.draft:
            raise NotFound(f"The draft has no node with the key '{key}'")
        if key != self.selected:
            self.selected = key
            self._settle(wish)

    def _settle(self, _: Wish) -> None:
        """What is typed next is a step of its own."""
        self.history = self.history.settled()
        self._fresh += 1

    def _put(self, wish: Wish) -> None:
        key, field = str(wish["node"]), str(wish["field"])
        draft = form.put(self.draft, key, field, wish["value"], self._offers)
        name = draft[key].name
        what = f"Renamed to {name}" if field == "nodename" else f"Set {form.title(field)} of {name}"
        self._do(what, draft, (key, field))

    def _use(self, wish: Wish) -> None:
        key, field, other = str(wish["node"]), str(wish["field"]), str(wish["other"])
        draft = form.use(self.draft, key, field, other, self._offers)
        what = f"the result of {draft[other].name}" if other else "a value"
        self._do(f"{form.title(field)} of {draft[key].name} is {what}", draft)

    def _remove(self, wish: Wish) -> None:
        node = self.draft[str(wish["node"])]
        at = self.draft.nodes.index(node)
        draft = self.draft.remove(node.key)
        self._do(f"Removed {node.name}", draft)
        if self.selected == node.key:
            self.selected = draft.nodes[min(at, len(draft.nodes) - 1)].key if draft.nodes else ""

    def _duplicate(self, wish: Wish) -> None:
        node = self.draft[str(wish["node"])]
        draft = self.draft.duplicate(node.key)
        self._do(f"Duplicated {node.name} as {draft.nodes[-1].name}", draft)
        self.selected = draft.nodes[-1].key

    def _join(self, wish: Wish) -> None:
        parent, child = self._pair(wish)
        draft = self.draft.connect(parent, child)
        self._do(f"{draft[child].name} waits for {draft[parent].name}", draft)

    def _part(self, wish: Wish) -> None:
        parent, child = self._pair(wish)
        draft = self.draft.disconnect(parent, child)
        self._do(f"{draft[child].name} no longer waits for {draft[parent].name}", draft)

    def _pair(self, wish: Wish) -> tuple[str, str]:
        return str(wish["parent"]), str(wish["child"])
