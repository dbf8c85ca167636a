"""What is wrong with a draft, field by field, in the words of who would refuse it.

The server's and the client's rules are those that are applied when a workflow is submitted; what
executors would say of arguments is known from what they registered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from jupyter_colonies.client.compose.arguments import unwaited
from jupyter_colonies.client.compose.draft import Draft, DraftNode, references
from jupyter_colonies.client.compose.offers import Offer, matching
from jupyter_colonies.client.compose.specfile import faults
from jupyter_colonies.core import quantity
from jupyter_colonies.core.mounts import mounts_of
from jupyter_colonies.core.spec import FunctionSpec, Gpu, check_priority
from jupyter_colonies.errors import ColoniesError

Field = tuple[str, ...]

_PATH = re.compile(r"at `\$\.?([^`]*)`")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field of a node; the field is empty for the node as a whole.

    With `refused` the workflow can't be submitted; without, it can, and the process would fail.
    """

    key: str
    field: Field
    message: str
    refused: bool = True


def problems(draft: Draft, known: Sequence[Offer] = ()) -> list[Problem]:
    """Everything that is wrong, in the order of the nodes; `known` are the offers of executors."""
    return [problem for node in draft.nodes for problem in _of_node(node, known)]


def _of_node(node: DraftNode, known: Sequence[Offer]) -> Iterator[Problem]:
    found = False
    for steps, text in faults(node.spec):
        found = True
        yield Problem(node.key, _field(steps, text), text)
    if found:
        return
    spec = msgspec.convert(node.spec, FunctionSpec)
    for field, error in _refusals(spec):
        yield Problem(node.key, field, error.message)
    for field, error in _mounting(spec):
        yield Problem(node.key, field, error.message, refused=False)
    for name in sorted(references([spec.args, spec.kwargs]) - set(node.parents)):
        yield Problem(node.key, ("kwargs",), unwaited(name, node.parents), refused=False)
    meant = matching(known, node.funcname, node.executortype)
    texts = [offer.fault(node.spec) for offer in meant]
    if texts and all(texts):
        yield Problem(node.key, _argument(texts[0], meant[0]), texts[0], refused=False)


def _refusals(spec: FunctionSpec) -> Iterator[tuple[Field, ColoniesError]]:
    conditions = spec.conditions
    gpu = conditions.gpu or Gpu()
    checks: list[tuple[Field, Callable[..., object], Any]] = [
        (("priority",), check_priority, spec),
        (("conditions", "cpu"), quantity.cpu_millicores, conditions.cpu),
        (("conditions", "mem"), quantity.memory_bytes, conditions.mem),
        (("conditions", "storage"), quantity.memory_bytes, conditions.storage),
        (("conditions", "gpu", "mem"), quantity.memory_bytes, gpu.mem),
    ]
    for field, check, value in checks:
        try:
            check(value)
        except ColoniesError as error:
            yield field, error


def _mounting(spec: FunctionSpec) -> Iterator[tuple[Field, ColoniesError]]:
    try:
        mounts_of(spec.fs, "")
    except ColoniesError as error:
        yield ("fs", "snapshots" if "fs.snapshots" in error.message else "dirs"), error


def _argument(text: str, offer: Offer) -> Field:
    """The argument that a text of `Signature` is about."""
    said = text.partition("): ")[2]
    for each in offer.arguments:
        if re.match(rf"\*?{re.escape(each.name.lstrip('*'))}\b", said) or f"'{each.name}'" in said:
            return ("argument", each.name)
    return ("kwargs",)


def _field(steps: Sequence[str | int], text: str) -> Field:
    """The field of the form for a place in a spec, or for one that msgspec's text names."""
    if not steps and (match := _PATH.search(text)):
        steps = [each for each in re.split(r"[.\[\]]+", match[1]) if each and each != "..."]
    kept: list[str] = []
    for step in steps[:3]:
        if isinstance(step, int) or step.isdigit():
            break
        kept.append(step)
        if kept[0] in ("kwargs", "env", "args") or kept[:2] == ["fs", step]:
            break
    return tuple(kept)
