"""A workflow that is being composed: nodes as they were typed, and what can be done with them.

A draft never changes: every operation gives another one. Names are never empty and never repeat,
dependencies name nodes of the draft, and nothing goes round; what would break that is refused in
the server's own words. Any other field may be wrong while somebody is typing; `problems` says so.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.values.forms import OUTPUTS, RESULT
from jupyter_colonies.core.graph import check_workflow
from jupyter_colonies.core.spec import Conditions, FunctionSpec
from jupyter_colonies.errors import InvalidWorkflow, NotFound

Json = Any
Steps = tuple[str, ...]
"""The way to a field of a function spec: `("conditions", "cpu")`."""

NAME: Steps = ("nodename",)
PARENTS: Steps = ("conditions", "dependencies")

_NUMBERED = re.compile(r"(.*)_(\d{1,9})", re.DOTALL)


@dataclass(frozen=True)
class DraftNode:
    """A node: its key, which it keeps when it is renamed, and its spec as a spec file has it.

    The spec is not to be changed, and fields that say nothing are missing from it.
    """

    key: str
    spec: Mapping[str, Json]

    @property
    def name(self) -> str:
        """The name that others depend on."""
        return str(self.spec["nodename"])

    @property
    def funcname(self) -> str:
        """The function that is called."""
        return str(self.spec.get("funcname", ""))

    @property
    def executortype(self) -> str:
        """The type of executor that runs it."""
        return str(self.at(("conditions", "executortype")) or "")

    @property
    def parents(self) -> tuple[str, ...]:
        """The names of the nodes it waits for."""
        return tuple(self.at(PARENTS) or ())

    def at(self, steps: Steps) -> Json:
        """What a field holds; None if nothing."""
        value: Json = self.spec
        for step in steps:
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    def with_field(self, steps: Steps, value: Json) -> DraftNode:
        """The node with another value in a field; None leaves the field out."""
        return replace(self, spec=_with(self.spec, steps, value))

    def waiting_for(self, names: Sequence[str]) -> DraftNode:
        """The node with these parents."""
        return self.with_field(PARENTS, list(dict.fromkeys(names)) or None)


@dataclass(frozen=True)
class Draft:
    """The nodes, in the order in which they are submitted; `made` counts the keys given so far."""

    nodes: tuple[DraftNode, ...] = ()
    made: int = 0

    @classmethod
    def of(cls, specs: Iterable[FunctionSpec]) -> Draft:
        """The draft of specs as `specfile.parse_specs` gives them.

        A call without a name gets that of its function. Raises InvalidWorkflow unless they form
        a DAG.
        """
        return cls().with_specs(specs)

    def __getitem__(self, key: str) -> DraftNode:
        for node in self.nodes:
            if node.key == key:
                return node
        raise NotFound(f"The draft has no node with the key '{key}'")

    def __contains__(self, key: str) -> bool:
        return any(node.key == key for node in self.nodes)

    def named(self, name: str) -> DraftNode:
        """The node of a name. Raises NotFound if there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise NotFound(f"The draft has no node '{name}'")

    def check(self) -> None:
        """Raise InvalidWorkflow unless the nodes form a DAG, as those of any draft do."""
        _check([(node.name, node.spec) for node in self.nodes])

    @property
    def plain(self) -> list[dict[str, Json]]:
        """The specs as JSON, a copy, with their fields in the order of the protocol."""
        return [copy.deepcopy(_ordered(node.spec)) for node in self.nodes]

    def free_name(self, wanted: str) -> str:
        """The name itself, or if it is taken one with the next number: `train_2`."""
        taken = {node.name for node in self.nodes}
        name = wanted or "node"
        match = _NUMBERED.fullmatch(name)
        base, number = (match[1], int(match[2])) if match else (name, 1)
        while name in taken:
            number += 1
            name = f"{base}_{number}"
        return name

    def add(self, funcname: str, executortype: str = "", parents: Sequence[str] = ()) -> Draft:
        """A new node, the last one, that calls a function."""
        spec: dict[str, Json] = {"nodename": self.free_name(funcname), "funcname": funcname}
        if executortype:
            spec["conditions"] = {"executortype": executortype}
        added = self._with_node(spec)
        return added.wait_for(added.nodes[-1].key, parents) if parents else added

    def with_specs(self, specs: Iterable[FunctionSpec]) -> Draft:
        """These nodes as well; those whose names are taken get others, and are followed.

        The colony is left out: a draft is submitted where it is composed. Raises InvalidWorkflow
        unless they form a DAG among themselves.
        """
        given = [_named(spec) for spec in specs]
        _check([(str(spec["nodename"]), spec) for spec in given])
        draft, renamed = self, dict[str, str]()
        for spec in given:
            name = draft.free_name(spec["nodename"])
            renamed[spec["nodename"]] = name
            draft = draft._with_node({**spec, "nodename": name})
        if all(before == after for before, after in renamed.items()):
            return draft
        kept = len(self.nodes)
        followed = [_renamed(node, renamed) for node in draft.nodes[kept:]]
        return replace(draft, nodes=(*draft.nodes[:kept], *followed))

    def remove(self, key: str) -> Draft:
        """Without a node; what waited for it waits no longer. Raises NotFound."""
        gone = self[key].name
        nodes = [
            node.waiting_for([each for each in node.parents if each != gone])
            if gone in node.parents
            else node
            for node in self.nodes
            if node.key != key
        ]
        return replace(self, nodes=tuple(nodes))

    def duplicate(self, key: str) -> Draft:
        """With a copy of a node, the last one, that waits for the same. Raises NotFound."""
        node = self[key]
        return self._with_node({**node.spec, "nodename": self.free_name(node.name)})

    def rename(self, key: str, name: str) -> Draft:
        """With another name for a node, whose dependents and users of its result follow.

        Raises NotFound, and InvalidWorkflow for a name that is empty or taken.
        """
        node = self[key]
        if not name:
            raise InvalidWorkflow(
                "Nodename is missing, check function spec for errors: "
                f"the node '{node.name}' needs a name"
            )
        if name == node.name:
            return self
        if any(other.name == name for other in self.nodes):
            raise InvalidWorkflow(f"Duplicate nodename: {name}")
        change = {node.name: name}
        named = self._replaced(node.with_field(NAME, name))
        return replace(named, nodes=tuple(_renamed(each, change) for each in named.nodes))

    def put(self, key: str, steps: Steps, value: Json) -> Draft:
        """With another value in a field of a node; None or something empty leaves it out.

        Raises as `rename` and `wait_for` do for the fields that they are about.
        """
        if steps == NAME:
            return self.rename(key, str(value or ""))
        if steps == PARENTS:
            return self.wait_for(key, value or ())
        empty = value is None or (isinstance(value, str | list | dict) and not value)
        return self._replaced(self[key].with_field(steps, None if empty else value))

    def wait_for(self, key: str, names: Sequence[str]) -> Draft:
        """With a node that waits for the nodes of these names and no others.

        Raises NotFound, and InvalidWorkflow for a name there is none of and for a cycle.
        """
        changed = self._replaced(self[key].waiting_for(names))
        changed.check()
        return changed

    def connect(self, parent: str, child: str) -> Draft:
        """With a child that waits for a parent, both given by key. Raises as `wait_for` does."""
        return self.wait_for(child, [*self[child].parents, self[parent].name])

    def disconnect(self, parent: str, child: str) -> Draft:
        """With a child that does not wait for a parent, both given by key. Raises NotFound."""
        name = self[parent].name
        return self.wait_for(child, [each for each in self[child].parents if each != name])

    def _with_node(self, spec: Mapping[str, Json]) -> Draft:
        made = self.made + 1
        return Draft((*self.nodes, DraftNode(f"n{made}", spec)), made)

    def _replaced(self, changed: DraftNode) -> Draft:
        nodes = tuple(changed if node.key == changed.key else node for node in self.nodes)
        return replace(self, nodes=nodes)


def references(value: Json) -> set[str]:
    """The names of the nodes whose results a JSON value has placeholders for."""
    if isinstance(value, list):
        return {name for each in value for name in references(each)}
    if not isinstance(value, Mapping):
        return set()
    named = {value[key] for key in (RESULT, OUTPUTS) if isinstance(value.get(key), str)}
    return named | {name for each in value.values() for name in references(each)}


def _ordered(spec: Mapping[str, Json]) -> dict[str, Json]:
    found = {key: spec[key] for key in FunctionSpec.__struct_fields__ if key in spec}
    if isinstance(conditions := spec.get("conditions"), Mapping):
        keys = Conditions.__struct_fields__
        found["conditions"] = {key: conditions[key] for key in keys if key in conditions}
    return found


def _named(spec: FunctionSpec) -> dict[str, Json]:
    conditions = msgspec.structs.replace(spec.conditions, colonyname="")
    named = msgspec.structs.replace(
        spec, nodename=spec.nodename or spec.funcname or "node", conditions=conditions
    )
    (plain,) = Workflow.from_specs([named]).to_plain()
    found = plain | {"conditions": _said(plain.get("conditions") or {})}
    for part in ("gpu",), ("fs",):
        holder = found["conditions"] if part == ("gpu",) else found
        holder[part[0]] = {key: each for key, each in (holder.get(part[0]) or {}).items() if each}
    found["conditions"] = _said(found["conditions"])
    return _said(found)


def _said(value: Mapping[str, Json]) -> dict[str, Json]:
    """Without the fields that say nothing."""
    return {key: each for key, each in value.items() if each not in (None, "", [], {})}


def _check(nodes: Sequence[tuple[str, Mapping[str, Json]]]) -> None:
    """Raise InvalidWorkflow, in the server's words, unless names and dependencies form a DAG."""
    if nodes:
        check_workflow(
            [
                FunctionSpec(
                    nodename=name,
                    funcname=str(spec.get("funcname", "")),
                    conditions=Conditions(
                        dependencies=list((spec.get("conditions") or {}).get("dependencies") or ())
                    ),
                )
                for name, spec in nodes
            ]
        )


def _renamed(node: DraftNode, names: Mapping[str, str]) -> DraftNode:
    """A node that names others as they are called now."""
    parents = [names.get(each, each) for each in node.parents]
    if parents != list(node.parents):
        node = node.waiting_for(parents)
    for field in ("args", "kwargs"):
        value = node.spec.get(field)
        if references(value) & names.keys():
            node = node.with_field((field,), _redirected(value, names))
    return node


def _redirected(value: Json, names: Mapping[str, str]) -> Json:
    if isinstance(value, list):
        return [_redirected(each, names) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {
        key: names.get(each, each)
        if key in (RESULT, OUTPUTS) and isinstance(each, str)
        else _redirected(each, names)
        for key, each in value.items()
    }


def _with(value: Mapping[str, Json], steps: Steps, new: Json) -> dict[str, Json]:
    first, *rest = steps
    if rest:
        inner = value.get(first)
        new = _with(inner if isinstance(inner, Mapping) else {}, tuple(rest), new) or None
    if new is None:
        return {key: each for key, each in value.items() if key != first}
    return {**value, first: new}
