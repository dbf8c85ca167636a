"""The composer: a workflow put together from what executors offer, checked, kept and submitted."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Any

import ipywidgets
import msgspec
import traitlets
from IPython.core.getipython import get_ipython
from IPython.display import display

from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.compose.draftfile import DraftFile, draft_folder
from jupyter_colonies.client.compose.offers import Offer
from jupyter_colonies.client.compose.opening import Opened, by_id, opened
from jupyter_colonies.client.compose.pythoncode import python_code
from jupyter_colonies.client.compose.specfile import parse_specs, specs_of
from jupyter_colonies.client.compose.workflow import as_json, as_yaml
from jupyter_colonies.client.runs.run import Run
from jupyter_colonies.errors import ColoniesError, InvalidSpec
from jupyter_colonies.widgets.composer import offered
from jupyter_colonies.widgets.composer.checks import refusal
from jupyter_colonies.widgets.composer.desk import Desk, graph
from jupyter_colonies.widgets.composer.outline import picture, said
from jupyter_colonies.widgets.composer.workbench import Wish, Workbench
from jupyter_colonies.widgets.dag.view import DagView
from jupyter_colonies.widgets.pace import Pace
from jupyter_colonies.widgets.page import output
from jupyter_colonies.widgets.page.bound import PageBound

DRAFT_MIME_TYPE = "application/vnd.colonies.draft+json"
NAME = "workflow"
PATIENCE = 2.0
"""Seconds to wait for the first picture of a run before it is shown."""

_open: dict[tuple[str, str, str], Composer] = {}
_opening = threading.Lock()


class Composer(PageBound, ipywidgets.VBox):  # type: ignore[misc]
    """Composes a workflow: functions on the left, the graph in the middle, fields on the right.

    `spec` is what to begin with: anything that can be submitted, a run, a run's id or the name of
    a file. The draft is kept under its `name` in the user's data, so that it is there again after
    the kernel has gone; somebody else who composes under the same name has a draft of his own.

    `draft` are the specs as they would be in a file, and may be set; `selected` is the name of the
    selected node, and may be set; `problems` says what is wrong, with `node`, `field`, `text` and
    `refused`. All three can be observed. `options` are those of `ipywidgets.VBox`.

    Raises InvalidSpec and InvalidWorkflow for a `spec` that is none, ClientError if drafts can't be
    kept, and what the server refuses with.
    """

    draft: traitlets.List[dict[str, Any]] = traitlets.List()
    selected = traitlets.Unicode()
    problems: traitlets.List[dict[str, Any]] = traitlets.List()

    _closed = True  # until it is made: what is not need not be closed

    def __init__(self, colony: Colony, spec: Any = None, *, name: str = "", **options: Any) -> None:
        self.colony = colony
        self.run: Run | None = None
        begin = opened(colony, spec) if spec is not None else None
        self._lock = threading.RLock()
        self._bench = Workbench()
        self._place = DraftFile.hold(draft_folder(colony.name), name or _title(begin) or NAME)
        self._origin = ""
        try:
            self._begin(begin)
        except ColoniesError:
            self._place.close()
            raise
        self._written = self._bench.history
        self._callbacks: list[Callable[[Run], object]] = []
        self._publishing = False
        self._closed = False
        self._live = True
        self._steady = False
        self._free = True
        self._shown: Any = None
        self._drawn = self._bench.history
        self._offers: list[dict[str, Any]] = []
        self._desk = Desk(name=self.name)
        self._graph = graph()
        self._view: DagView | None = None
        table = ipywidgets.VBox([self._desk, self._graph])
        table.add_class("colonies-composer-desk")
        self._below = ipywidgets.VBox()
        self._below.add_class("colonies-composer-run")
        super().__init__([table, self._below], **options)
        self.add_class("colonies-composer")
        self.add_class("colonies-surface")
        self._pace = Pace(self._keep)
        self._publish()
        self._desk.on_msg(self._hear)
        self.observe(self._set, ["draft", "selected"])
        self._watching = colony.portal.start(offered.watch(colony, self._offered, self._trouble))
        self._watching.add_done_callback(self._unwatched)

    @classmethod
    def of(cls, colony: Colony, spec: Any = None, *, name: str) -> Composer:
        """The composer of a name in this kernel, made if there is none. Raises as making one."""
        key = (colony.found.endpoint.base_url, colony.name, name)
        with _opening:
            known = _open.get(key)
            if known is None or known.closed:
                _open[key] = known = cls(colony, spec, name=name)
            elif spec is not None:
                known.take(spec)
        return known

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed

    @property
    def name(self) -> str:
        """The name under which the draft is kept, with a number if somebody else holds it."""
        return self._place.name

    @property
    def submittable(self) -> bool:
        """Whether nothing is known that the server would refuse."""
        with self._lock:
            return bool(self._bench.draft.nodes) and not any(
                each.refused and each.field for each in self._bench.problems
            )

    def on_submit(self, callback: Callable[[Run], object]) -> None:
        """Call back with each run that was submitted, on the thread that submitted it."""
        self._callbacks.append(callback)

    def take(self, spec: Any, *, whole: bool = True) -> None:
        """Take a workflow in, as the `whole` draft or beside what there is; it can be undone.

        `spec` is what the constructor takes. Raises as that does.
        """
        self._insert(opened(self.colony, spec), whole=whole)

    def undo(self) -> None:
        """Take the last step back."""
        self._does({"wish": "undo"})

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._does({"wish": "redo"})

    def export(self) -> dict[str, str]:
        """The draft as texts: `json`, `yaml` and `python`."""
        with self._lock:
            plain = self._bench.draft.plain
        return {
            "json": as_json(plain) + "\n",
            "yaml": as_yaml(plain),
            "python": python_code(plain, self.name),
        }

    def submit(self) -> Run:
        """Submit the draft, which stays, and show its run below. Not for the page's own thread.

        Raises InvalidSpec and InvalidWorkflow before anything is sent, and what the server
        refuses with, which is shown among the problems as well.
        """
        with self._lock:
            draft = self._bench.draft
        try:
            run = self.colony.submit(draft.plain, source=self.name)
        except ColoniesError as error:
            with self._lock:
                if self._bench.draft == draft:
                    self._bench.refused = refusal(error, draft)
                self._say(error.message)
            raise
        self.run = run
        self._say(f"Submitted as workflow {run.id[:8]}; the draft stays as it is")
        self._show(run)
        for callback in self._callbacks:
            callback(run)
        return run

    def close(self) -> None:
        """Remove the composer; the draft stays kept."""
        if self._closed:
            return
        self._watching.cancel()
        self._pace.finish()
        self._pace.join()
        self._closed = True
        self._place.close()
        if self._view:
            self._view.close()
        for each in (self._desk, self._graph.graph, self._graph, *self.children):
            each.close()
        super().close()

    def still(self) -> output.Still:
        """The draft at this moment, as it is kept where it can't live."""
        with self._lock:
            draft, problems = self._bench.draft, self._bench.problems
        words = said(draft, problems)
        rows = [
            {
                "nodename": node.name,
                "state": "Draft",
                "funcname": node.funcname,
                "executortype": node.executortype,
            }
            for node in draft.nodes
        ]
        return output.Still(
            title=self.name,
            processgraphid="",
            state=words,
            svg=picture(draft, problems, self.name),
            columns=("Node", "State", "Function", "Executor type"),
            rows=[list(row.values()) for row in rows],
            text=f"{self.name}: {words}\n{as_json(draft.plain)}",
            nodes=rows,
        )

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The live composer, and what stands for it where it can't live."""
        found = output.bundle(super()._repr_mimebundle_(**options), self.still())
        kept = {"version": 1, "name": self.name, "specs": self.draft}
        return {**found, DRAFT_MIME_TYPE: kept}

    def _ipython_display_(self) -> None:
        """Show it so that what the notebook keeps of it can be brought up to date."""
        shell = get_ipython()
        if shell is None or getattr(shell, "kernel", None) is None:
            print(self._repr_mimebundle_()["text/plain"])  # noqa: T201 - nothing can show more
            return
        self._shown = display(self._repr_mimebundle_(), raw=True, display_id=True)  # type: ignore[no-untyped-call]

    def _begin(self, begin: Opened | None) -> None:
        """Bring back what is kept; what is given comes after it unless it was given before."""
        try:
            self._bench.history, self._origin = self._place.read()
        except ColoniesError as error:
            self._bench.told = error.message
        if self._bench.draft.nodes:
            self._bench.told = f"Here is the draft that was kept as '{self.name}'"
        if self._place.taken:
            self._bench.told = (
                f"Somebody composes under that name already: this is a draft of its own, kept as "
                f"'{self.name}'"
            )
        origin = _digest(begin)
        if begin and (origin != self._origin or not self._bench.draft.nodes):
            self._bench.insert(
                begin.specs, whole=True, what=f"Opened {begin.title or 'a workflow'}"
            )
            self._origin = origin
        if self._bench.draft.nodes:
            self._bench.selected = self._bench.draft.nodes[0].key

    def _insert(self, begin: Opened, *, whole: bool) -> None:
        with self._lock:
            what = f"{'Opened' if whole else 'Added'} {begin.title or 'a workflow'}"
            self._bench.insert(begin.specs, whole=whole, what=what)
            if whole:
                self._origin = _digest(begin)
            self._publish()

    def _hear(self, _: object, wish: Wish, __: list[memoryview]) -> None:
        """What the page asks for; what takes time goes to a thread."""
        if self._bench.knows(wish):
            self._free = self._steady
            self._does(wish)
            return
        with self._lock:
            self._bench.answer(wish)
        match wish.get("wish"):
            case "left":
                self._steady, self._free = bool(wish.get("steady")), True
                self._pace.knock()
            case "export":
                self._desk.send({"exported": self.export()})
            case "import":
                self._work("Importing …", lambda: self._import(wish))
            case "look":
                self._work("Looking …", self._look)
            case "submit":
                self._work("Submitting …", self.submit)

    def _does(self, wish: Wish) -> None:
        with self._lock:
            self._bench.hear(wish)
            self._publish()

    def _work(self, doing: str, job: Callable[[], object]) -> None:
        """Do one thing in the background at a time; how it fails is said."""
        if self._desk.busy:
            return
        self._desk.busy = doing

        def work() -> None:
            try:
                job()
            except ColoniesError as error:
                self._say(error.message)
            finally:
                self._desk.busy = ""

        threading.Thread(target=work, name="colonies-composer", daemon=True).start()

    def _import(self, wish: Wish) -> None:
        try:
            begin = self._pasted(str(wish["text"]), str(wish.get("name", "")))
            self._insert(begin, whole=bool(wish["whole"]))
        except ColoniesError as error:
            self._desk.send({"imported": error.message})
        else:
            self._desk.send({"imported": ""})

    def _pasted(self, text: str, name: str) -> Opened:
        word = text.strip()
        if not word:
            raise InvalidSpec("There is nothing to import: paste JSON or YAML, or choose a file")
        if len(word.split()) == 1 and word[0] not in "[{":
            return by_id(self.colony, word)
        found = parse_specs(text, name or "the text")
        return Opened(found if isinstance(found, list) else [found], name)

    def _look(self) -> None:
        self._offered(self.colony.call(offered.look(self.colony)))

    def _say(self, text: str) -> None:
        with self._lock:
            self._bench.told = text
            self._publish()

    def _show(self, run: Run) -> None:
        """Show a run below, in the place of the one before."""
        before, self._view = self._view, DagView(run)
        self._view.wait_until_painted(PATIENCE)
        self._below.children = [self._view]
        if before:
            before.close()

    def _offered(self, offers: list[Offer] | Any) -> None:
        with self._lock:
            self._bench.offer(offers)
            self._offers = offered.listed(offers)
            self._tell_offers("")
            self._publish()

    def _trouble(self, text: str) -> None:
        self._tell_offers(text)

    def _unwatched(self, future: Any) -> None:
        if future.cancelled() or self._closed:
            return
        self._live = False
        error = future.exception()
        why = error.message if isinstance(error, ColoniesError) else ""
        self._tell_offers(why or "This server does not say when its executors change")

    def _tell_offers(self, told: str) -> None:
        if not self._closed:
            self._desk.palette = {"offers": self._offers, "told": told, "live": self._live}

    def _publish(self) -> None:
        """Show the present draft on the page and in the traits, and keep it."""
        if self._closed:
            return
        page = self._bench.page()
        self._desk.page = page
        names = {node["key"]: node["name"] for node in page["nodes"]}
        self._publishing = True
        try:
            self.draft = self._bench.draft.plain
            self.selected = names.get(page["selected"], "")
            self.problems = [
                {"node": each["node"], "field": each["field"], "text": each["text"],
                 "refused": each["refused"]}
                for each in page["problems"]
            ]  # fmt: skip
        finally:
            self._publishing = False
        self._pace.knock()

    def _set(self, change: dict[str, Any]) -> None:
        """A trait was set in the notebook."""
        if self._publishing:
            return
        if change["name"] == "draft":
            found = specs_of(change["new"]) if change["new"] else []
            self._insert(Opened(found if isinstance(found, list) else [found], ""), whole=True)
            return
        draft = self._bench.draft
        key = draft.named(change["new"]).key if change["new"] else ""
        self._does({"wish": "select", "node": key})

    def _keep(self) -> None:
        """Write the draft down, and what a saved notebook shows; on the thread of the pace."""
        with self._lock:
            history = self._bench.history
        if history is not self._written:
            try:
                self._place.write(history, self._origin)
                self._written = history
            except ColoniesError as error:
                self._say(error.message)
        # Pages without our renderer would show the composer anew, under the hands of who types.
        if self._shown is not None and self._free and history is not self._drawn:
            self._drawn = history
            self._shown.update(self._repr_mimebundle_(), raw=True)


def _title(begin: Opened | None) -> str:
    return begin.title if begin else ""


def _digest(begin: Opened | None) -> str:
    return hashlib.sha256(msgspec.json.encode(begin.specs)).hexdigest() if begin else ""
