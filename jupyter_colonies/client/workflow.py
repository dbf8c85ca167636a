"""Building a workflow in Python: nodes, and what each of them waits for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from jupyter_colonies.client.specfile import specs_of
from jupyter_colonies.core.graph import check_workflow
from jupyter_colonies.core.spec import Conditions, FunctionSpec, WorkflowSpec
from jupyter_colonies.errors import InvalidSpec, InvalidWorkflow

_SET_OTHERWISE = {"nodename", "funcname", "args", "kwargs", "conditions", "dependencies"}
_CONDITIONS = set(Conditions.__struct_fields__) - _SET_OTHERWISE - {"colonyname"}
_FIELDS = set(FunctionSpec.__struct_fields__) - _SET_OTHERWISE


class Node:
    """One node of a workflow that is being built."""

    def __init__(self, workflow: Workflow, spec: FunctionSpec) -> None:
        self._workflow = workflow
        self.spec = spec

    @property
    def nodename(self) -> str:
        """The name other nodes depend on."""
        return self.spec.nodename

    def after(self, *others: Node | str) -> Node:
        """Let this node wait for others as well; their outputs are its input, in this order."""
        names = [self._workflow._name_of(other) for other in others]  # noqa: SLF001 - its builder
        conditions = self.spec.conditions
        conditions.dependencies = [*(conditions.dependencies or []), *names]
        return self

    def __repr__(self) -> str:
        return f"<Node {self.nodename}>"


class Workflow:
    """Function specs that form a DAG.

    `executortype` is what nodes get that do not say theirs::

        workflow = Workflow("sum", executortype="wf-executor")
        gen = workflow.node("gen_node", "gen")
        workflow.node("sum_node", "sum", after=gen)
    """

    def __init__(self, name: str = "", *, executortype: str = "") -> None:
        self.name = name
        self.executortype = executortype
        self.nodes: dict[str, Node] = {}

    def __repr__(self) -> str:
        return f"<Workflow {self.name}: {', '.join(self.nodes) or 'no nodes yet'}>"

    def __getitem__(self, nodename: str) -> Node:
        return self.nodes[nodename]

    def node(
        self,
        nodename: str,
        funcname: str | None = None,
        *args: Any,
        after: Node | str | Sequence[Node | str] = (),
        executortype: str = "",
        kwargs: dict[str, Any] | None = None,
        **spec: Any,
    ) -> Node:
        """Add a node that calls a function; without `funcname` it is called like the node.

        `args` and `kwargs` are anything JSON can hold. `after` names the nodes it waits for. The
        rest are fields of a function spec and its conditions, such as `priority`, `maxwaittime`,
        `maxexectime` (seconds), `maxretries`, `label`, `env`, `executornames`, `cpu` and `mem`.

        Raises TypeError for a field there is none of, InvalidSpec for a value of a wrong type and
        InvalidWorkflow for a name that is taken or a node of another workflow.
        """
        for key in spec:
            if key not in _FIELDS | _CONDITIONS:
                close = difflib.get_close_matches(key, _FIELDS | _CONDITIONS, n=1)
                hint = f"; did you mean {close[0]}?" if close else ""
                raise TypeError(f"a node has no field {key!r}{hint}")
        if nodename in self.nodes:
            raise InvalidWorkflow(f"The workflow has a node '{nodename}' already")
        others = [after] if isinstance(after, Node | str) else after
        value = {
            **{key: each for key, each in spec.items() if key in _FIELDS},
            "nodename": nodename,
            "funcname": funcname or nodename,
            "args": list(args),
            "kwargs": kwargs or {},
            "conditions": {
                **{key: each for key, each in spec.items() if key in _CONDITIONS},
                "executortype": executortype or self.executortype,
                "dependencies": [self._name_of(other) for other in others],
            },
        }
        read = specs_of(value, f"node '{nodename}'")
        assert isinstance(read, FunctionSpec)
        return self._add(read)

    def to_spec(self, colonyname: str) -> WorkflowSpec:
        """The workflow as it is submitted. Raises InvalidWorkflow unless it is a DAG."""
        specs = self._specs()
        check_workflow(specs)
        return WorkflowSpec(colonyname=colonyname, functionspecs=specs)

    def to_json(self) -> str:
        """The workflow as a spec file holds it: a list of function specs without defaults."""
        plain = [_without_defaults(msgspec.to_builtins(spec), _BLANK) for spec in self._specs()]
        return msgspec.json.format(msgspec.json.encode(plain), indent=4).decode()

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
            workflow._add(_copied(spec))
        return workflow

    def _add(self, spec: FunctionSpec) -> Node:
        node = self.nodes[spec.nodename] = Node(self, spec)
        return node

    def _specs(self) -> list[FunctionSpec]:
        return [_copied(node.spec) for node in self.nodes.values()]

    def _name_of(self, other: Node | str) -> str:
        if isinstance(other, str):
            return other
        if not isinstance(other, Node):
            raise InvalidSpec(f"A node waits for nodes or their names, not for {other!r}")
        if other._workflow is not self:  # noqa: SLF001 - its builder
            raise InvalidWorkflow(f"Node '{other.nodename}' belongs to another workflow")
        return other.nodename


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
