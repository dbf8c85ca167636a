"""A node of a workflow that is being built, and its results before there are any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from jupyter_colonies.client.values.forms import OUTPUTS, RESULT
from jupyter_colonies.client.values.packing import Packed
from jupyter_colonies.core.spec import FunctionSpec

if TYPE_CHECKING:
    from jupyter_colonies.client.compose.workflow import Workflow


class Pending:
    """A result, or a part of one, that is known once its node has run.

    Give it to another task as an argument. An index is a part of it: `pair[0]`, `found["name"]`.
    """

    def __init__(self, node: Node, key: str, steps: tuple[str | int, ...] = ()) -> None:
        self.node = node
        self._key = key
        self._steps = steps

    def __getitem__(self, step: str | int) -> Pending:
        if not isinstance(step, str | int):
            raise TypeError(f"a part of a result is a number or a text, not {step!r}")
        return Pending(self.node, self._key, (*self._steps, step))

    def __repr__(self) -> str:
        steps = "".join(f"[{step!r}]" for step in self._steps)
        return f"<{self.node.nodename}{steps}, not known yet>"

    def __iter__(self) -> Iterator[Any]:
        self._refuse("how many items it has")

    def __len__(self) -> int:  # noqa: PLE0303 - it has none
        self._refuse("how long it is")

    def __bool__(self) -> bool:  # noqa: PLE0304 - as above
        self._refuse("whether it is true")

    def placeholder(self) -> dict[str, Any]:
        """What stands for it among the arguments of a function spec."""
        steps = {"at": list(self._steps)} if self._steps else {}
        return {self._key: self.node.nodename, **steps}

    def _refuse(self, what: str) -> NoReturn:
        raise TypeError(
            f"the result of node '{self.node.nodename}' is not known before the workflow runs, so "
            f"nor is {what}: give it to another task as an argument"
        )


class Node(Pending):
    """One node of a workflow that is being built; as an argument it stands for its result.

    That is the one value a task returns; of any other node it is the list of its outputs.
    """

    def __init__(self, workflow: Workflow, spec: FunctionSpec) -> None:
        super().__init__(self, OUTPUTS)
        self._workflow = workflow
        self.spec = spec
        self.hint: Any = list
        self.packed: list[Packed] = []

    @property
    def nodename(self) -> str:
        """The name other nodes depend on."""
        return self.spec.nodename

    @property
    def outputs(self) -> Pending:
        """The list of all its outputs, as `RunNode.output` gives it."""
        return Pending(self, OUTPUTS)

    def after(self, *others: Pending | str) -> Node:
        """Let this node wait for others as well; their outputs are its input, in this order."""
        names = [self._workflow._name_of(other) for other in others]  # noqa: SLF001 - its builder
        conditions = self.spec.conditions
        conditions.dependencies = [*(conditions.dependencies or []), *names]
        return self

    def conclude(self, hint: Any, packed: list[Packed]) -> None:
        """Make it the call of a task, which has one result, of the type `hint`."""
        self._key = RESULT
        self.hint = hint
        self.packed = packed

    def belongs_to(self, workflow: Workflow) -> bool:
        """Whether it was made in that workflow."""
        return self._workflow is workflow

    def __repr__(self) -> str:
        return f"<Node {self.nodename}>"
