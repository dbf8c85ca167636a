"""Building a workflow in Python: nodes, and what each of them waits for."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any, Protocol, Self

import msgspec
import yaml

from jupyter_colonies.client.compose.arguments import placed, written
from jupyter_colonies.client.compose.node import Node, Pending
from jupyter_colonies.client.compose.specfile import specs_of
from jupyter_colonies.client.values.packing import Packed
from jupyter_colonies.core.graph import check_workflow
from jupyter_colonies.core.runname import LONGEST
from jupyter_colonies.core.spec import Conditions, FunctionSpec, WorkflowSpec
from jupyter_colonies.errors import InvalidSpec, InvalidWorkflow

if TYPE_CHECKING:
    from jupyter_colonies.client.colony import Colony
    from jupyter_colonies.client.runs.run import Run

_SET_OTHERWISE = {"nodename", "funcname", "args", "kwargs", "conditions", "dependencies"}
_CONDITIONS = set(Conditions.__struct_fields__) - _SET_OTHERWISE - {"colonyname"}
_FIELDS = set(FunctionSpec.__struct_fields__) - _SET_OTHERWISE


def check_fields(fields: Iterable[str]) -> None:
    """Raise TypeError for a name that is no field of a function spec or of its conditions."""
    for key in fields:
        if key not in _FIELDS | _CONDITIONS:
            close = difflib.get_close_matches(key, _FIELDS | _CONDITIONS, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise TypeError(f"a node has no field {key!r}{hint}")


class Grows(Protocol):
    """A running process, which may get processes below it."""

    def add_workflow(self, workflow: Workflow, /) -> Any:
        """Add the nodes of a workflow."""


class Workflow:
    """Function specs that form a DAG.

    Tasks that are called inside a `with` block become nodes, results of one may be arguments of
    another. Any other function of the colony becomes a node with `node`::

        with Workflow("words") as wf:
            counts = count.map(load("poem.txt"))
            add_up(counts)
        run = wf.submit()

    `executortype` is what nodes get that do not say theirs. With `submit=True` the workflow is
    submitted when the block ends without an exception, and `run` is what became of it; otherwise
    nothing is sent before `submit` is called.
    """

    def __init__(
        self,
        name: str = "",
        *,
        executortype: str = "",
        submit: bool = False,
        connect: Callable[[], Colony] | None = None,
    ) -> None:
        self.name = name
        self.executortype = executortype
        self.nodes: dict[str, Node] = {}
        self.run: Run | None = None
        self._submits = submit
        self._connect = connect
        self._counts: dict[str, int] = {}
        self._entered: list[Token[Workflow | None]] = []

    def __repr__(self) -> str:
        return f"<Workflow {self.name}: {', '.join(self.nodes) or 'no nodes yet'}>"

    def __getitem__(self, nodename: str) -> Node:
        return self.nodes[nodename]

    def __enter__(self) -> Self:
        self._entered.append(_building.set(self))
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        _building.reset(self._entered.pop())
        if kind is None and self._submits and not self._entered:
            self.submit()

    def submit(self, *, below: Grows | None = None) -> Any:
        """Submit the workflow and return its run.

        Inside of a running task this makes a run of its own; with `below`, the task's `process`,
        the nodes become processes of the running workflow, see `RunningProcess.add_workflow`.
        Raises InvalidWorkflow, and what `Colony.submit` raises.
        """
        if below is not None:
            return below.add_workflow(self)
        self.run = self._colony().submit(self)
        return self.run

    def node(
        self,
        nodename: str,
        funcname: str | None = None,
        *args: Any,
        after: Pending | str | Sequence[Pending | str] = (),
        executortype: str = "",
        kwargs: dict[str, Any] | None = None,
        **spec: Any,
    ) -> Node:
        """Add a node that calls a function; without `funcname` it is called like the node.

        `args` and `kwargs` are anything JSON can hold, and results of other nodes, which executors
        of this package put in their place. `after` names the nodes it waits for. The
        rest are fields of a function spec and its conditions, such as `priority`, `maxwaittime`,
        `maxexectime` (seconds), `maxretries`, `label`, `env`, `executornames`, `cpu` and `mem`.

        Raises TypeError for a field there is none of, InvalidSpec for a value of a wrong type and
        InvalidWorkflow for a name that is taken or a node of another workflow.
        """
        check_fields(spec)
        if nodename in self.nodes:
            raise InvalidWorkflow(f"The workflow has a node '{nodename}' already")
        used: dict[str, Node] = {}
        value = {
            **{key: each for key, each in spec.items() if key in _FIELDS},
            "nodename": nodename,
            "funcname": funcname or nodename,
            "args": placed(list(args), used),
            "kwargs": placed(kwargs or {}, used),
            "conditions": {
                **{key: each for key, each in spec.items() if key in _CONDITIONS},
                "executortype": executortype or self.executortype,
                "dependencies": self._names_of([*used.values()], after),
            },
        }
        read = specs_of(value, f"node '{nodename}'")
        assert isinstance(read, FunctionSpec)
        return self._add(Node(self, read))

    def call(
        self,
        funcname: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        *,
        nodename: str = "",
        hint: Any = Any,
        after: Pending | str | Sequence[Pending | str] = (),
        **spec: Any,
    ) -> Node:
        """Add a node that calls a function with values of any kind and results of other nodes.

        It waits for the nodes whose results it uses and then for those of `after`. Without a
        `nodename` it is called like the function, with a number behind it if need be. `hint` is
        the annotation of what the function returns. Raises as `node` does, and NotJson.
        """
        call = written(args, kwargs)
        name = nodename or self.free_name(funcname)
        node = self.node(name, funcname, after=self._names_of(call.used, after), **spec)
        node.spec = msgspec.structs.replace(node.spec, args=call.args, kwargs=call.kwargs)
        node.conclude(hint, call.packed)
        return node

    def free_name(self, base: str, *, numbered: bool = False) -> str:
        """A name no node has: `base`, then `base[1]` and so on; from `base[0]` if `numbered`."""
        count = self._counts.get(base, 0)
        name = base if count == 0 and not numbered else f"{base}[{count}]"
        while name in self.nodes:
            count += 1
            name = f"{base}[{count}]"
        self._counts[base] = count + 1
        return name

    def to_spec(self, colonyname: str) -> WorkflowSpec:
        """The workflow as it is submitted. Raises InvalidWorkflow unless it is a DAG."""
        specs = self._specs()
        check_workflow(specs)
        name = self.name[:LONGEST] or msgspec.UNSET
        return WorkflowSpec(colonyname=colonyname, functionspecs=specs, name=name)

    def to_json(self) -> str:
        """The workflow as a spec file holds it: a list of function specs without defaults.

        Arguments that are kept as files are named by reference; `Colony.keep` stores them.
        """
        return as_json(self.to_plain())

    def to_yaml(self) -> str:
        """The same as YAML."""
        return as_yaml(self.to_plain())

    def to_plain(self) -> list[dict[str, Any]]:
        """The same as Python values."""
        return [_without_defaults(msgspec.to_builtins(spec), _BLANK) for spec in self._specs()]

    @property
    def packed(self) -> list[Packed]:
        """Arguments that are to be stored as files before the workflow can run."""
        return [each for node in self.nodes.values() for each in node.packed]

    @classmethod
    def from_specs(cls, specs: Iterable[FunctionSpec], name: str = "") -> Workflow:
        """A workflow of specs as `specfile.read_specs` gives them.

        Raises InvalidWorkflow for a missing or repeated node name.
        """
        workflow = cls(name)
        for spec in specs:
            if not spec.nodename:
                raise InvalidWorkflow(f"A call of '{spec.funcname}' has no nodename")
            if spec.nodename in workflow.nodes:
                raise InvalidWorkflow(f"Duplicate nodename: {spec.nodename}")
            workflow._add(Node(workflow, _copied(spec)))
        return workflow

    def _add(self, node: Node) -> Node:
        self.nodes[node.nodename] = node
        return node

    def _colony(self) -> Colony:
        if self._connect is not None:
            return self._connect()
        from jupyter_colonies.client.colony import current  # noqa: PLC0415 - it imports this

        return current()

    def _specs(self) -> list[FunctionSpec]:
        return [_copied(node.spec) for node in self.nodes.values()]

    def _names_of(
        self, used: Sequence[Pending], after: Pending | str | Sequence[Pending | str]
    ) -> list[str]:
        others = [after] if isinstance(after, Pending | str) else after
        return list(dict.fromkeys(self._name_of(other) for other in (*used, *others)))

    def _name_of(self, other: Pending | str) -> str:
        if isinstance(other, str):
            return other
        if not isinstance(other, Pending):
            raise InvalidSpec(f"A node waits for nodes or their names, not for {other!r}")
        if not other.node.belongs_to(self):
            raise InvalidWorkflow(f"Node '{other.node.nodename}' belongs to another workflow")
        return other.node.nodename


def as_json(specs: Sequence[Mapping[str, Any]]) -> str:
    """Function specs as the text of a JSON file."""
    return msgspec.json.format(msgspec.json.encode(specs), indent=4).decode()


def as_yaml(specs: Sequence[Mapping[str, Any]]) -> str:
    """Function specs as the text of a YAML file."""
    text: str = yaml.dump(specs, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return text


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML takes for the end of a line and would fold into a blank."""


def _quoted(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    breaks = not _BREAKS.isdisjoint(text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if breaks else None)


_BREAKS = frozenset("\r\x85\u2028\u2029")
_Dumper.add_representer(str, _quoted)

_building: ContextVar[Workflow | None] = ContextVar("jupyter_colonies_workflow", default=None)


def building() -> Workflow | None:
    """The workflow whose `with` block is being run."""
    return _building.get()


def outside() -> None:
    """Let tasks be plain functions from here on, as they are inside of a run."""
    _building.set(None)


_BLANK: dict[str, Any] = msgspec.to_builtins(FunctionSpec())


def _copied(spec: FunctionSpec) -> FunctionSpec:
    conditions = msgspec.structs.replace(
        spec.conditions, dependencies=list(spec.conditions.dependencies or [])
    )
    return msgspec.structs.replace(spec, conditions=conditions)


def _without_defaults(value: dict[str, Any], blank: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, each in value.items():
        usual = blank.get(key)
        if isinstance(each, dict) and isinstance(usual, dict) and usual:
            kept[key] = _without_defaults(each, usual)
        elif each != usual:
            kept[key] = each
    return kept
