"""What the executors of a colony offer: functions with their arguments, and who has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from jupyter_colonies.client.compose.signature import CallError, Signature
from jupyter_colonies.client.values.forms import REFERENCES
from jupyter_colonies.core.member import Executor, ExecutorState, Function, FunctionArgument

ANY = "*"
"""What executors register that run every function of their type."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A function that executors of one type registered with the same arguments."""

    funcname: str
    executortype: str
    description: str = ""
    arguments: tuple[FunctionArgument, ...] = ()
    executors: list[str] = field(default_factory=list)

    @property
    def signature(self) -> str:
        """How it is called: `add(a: int, b: int = …)`."""
        return f"{self.funcname}({', '.join(map(_shown, self.arguments))})"

    def fault(self, spec: Mapping[str, Any]) -> str:
        """What its executors would say of the arguments of a function spec; empty if nothing.

        Nothing is known where no argument was registered, or one that Python has no name for.
        """
        args, kwargs = spec.get("args") or [], spec.get("kwargs") or {}
        if not self.arguments or not isinstance(args, list) or not isinstance(kwargs, dict):
            return ""
        if not all(each.name.lstrip("*").isidentifier() for each in self.arguments):
            return ""
        try:
            Signature.registered(self.funcname, self.arguments).check(args, kwargs, _is_reference)
        except (CallError, ValueError) as error:
            return str(error) if isinstance(error, CallError) else ""
        return ""


def offers(functions: Iterable[Function], executors: Iterable[Executor]) -> list[Offer]:
    """What approved executors registered, by name of the function and then by type."""
    alive = {each.executorname for each in executors if each.state == ExecutorState.APPROVED}
    found: dict[tuple[Any, ...], Offer] = {}
    for each in functions:
        if each.executorname not in alive or each.funcname == ANY:
            continue
        arguments = tuple(each.args or ())
        description = each.description or ""
        key = (each.funcname, each.executortype, msgspec.json.encode(arguments), description)
        offer = found.setdefault(
            key,
            Offer(
                funcname=each.funcname,
                executortype=each.executortype,
                description=description,
                arguments=arguments,
            ),
        )
        if each.executorname not in offer.executors:
            offer.executors.append(each.executorname)
    return [found[key] for key in sorted(found)]


def matching(known: Sequence[Offer], funcname: str, executortype: str) -> list[Offer]:
    """The offers a call is for: those of its type, of every type if none is said."""
    return [
        each
        for each in known
        if each.funcname == funcname and executortype in ("", each.executortype)
    ]


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and not REFERENCES.isdisjoint(value)


def _shown(argument: FunctionArgument) -> str:
    kind = f": {argument.type}" if argument.type not in ("", "any") else ""
    optional = "" if argument.required or argument.name.startswith("*") else " = …"
    return f"{argument.name}{kind}{optional}"
