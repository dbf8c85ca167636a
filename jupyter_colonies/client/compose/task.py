"""A task: a Python function that becomes a node when it is called inside of a workflow."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from jupyter_colonies.client.compose.node import Node, Pending
from jupyter_colonies.client.compose.signature import CallError, Signature
from jupyter_colonies.client.compose.workflow import Workflow, building, check_fields

_PLAIN = (bool, int, float, str, bytes, list, dict)

After = Pending | str | Sequence[Pending | str]


class Task:
    """A function that can be a node of a workflow, with what each of its nodes gets.

    Called inside `with workflow(…)` it adds a node and returns it; anywhere else it runs the
    function, as if it were no task.
    """

    def __init__(
        self, function: Callable[..., Any], *, funcname: str = "", fields: Mapping[str, Any] = {}
    ) -> None:
        self.function = function
        self.signature = Signature(function, funcname)
        self.funcname = self.signature.funcname
        self.fields = dict(fields)
        functools.update_wrapper(self, function)

    def __repr__(self) -> str:
        return f"<Task {self.signature}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        # A module's own task is pickled by name, as its functions are; a notebook's with its code.
        module, name = self.__module__, str(getattr(self, "__name__", ""))
        if module != "__main__" and getattr(sys.modules.get(module), name, None) is self:
            return name
        return _task, (self.function, self.funcname, self.fields)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add a node to the workflow that is being built; without one, run the function.

        Inside of a workflow `after=` names nodes to wait for without using their results, unless
        the function has a parameter of that name. Raises CallError (a TypeError) for arguments
        that don't fit the signature, InvalidWorkflow, and NotJson.
        """
        workflow = building()
        if workflow is None:
            return self.function(*args, **kwargs)
        after = () if "after" in self.signature.called.parameters else kwargs.pop("after", ())
        return self._node(workflow, args, kwargs, after=after)

    def map(self, *items: Iterable[Any], **kwargs: Any) -> list[Any]:
        """One node for each item, as a list; without a workflow, the list of the results.

        With several lists of the same length their first items go together, then their second
        ones and so on. `kwargs` are the same for all, `after=` too. The lists have to be known:
        what only a run can tell can't be mapped over.
        """
        rows = _rows(self.funcname, items)
        workflow = building()
        if workflow is None:
            return [self.function(*row, **kwargs) for row in rows]
        after = () if "after" in self.signature.called.parameters else kwargs.pop("after", ())
        for row in rows:  # all of them before the first node is made
            self.signature.check(row, kwargs, _is_pending)
        return [self._node(workflow, row, kwargs, after=after, numbered=True) for row in rows]

    def options(self, *, name: str = "", executor: str = "", **fields: Any) -> Task:
        """The same task, whose nodes get something else: `square.options(priority=2)(3)`.

        name: what nodes are called, with numbers where there are several. executor: the name of
        the only executor that may run it. The rest are fields of a function spec and of its
        conditions, such as `executortype`, `label`, `priority`, `maxexectime` and `maxwaittime`
        (seconds), `maxretries`, `env`, `cpu`, `mem`. Raises TypeError for a field there is none of.
        """
        check_fields(fields)
        named = {"nodename": name} if name else {}
        chosen = {"executornames": [executor]} if executor else {}
        made = type(self)(
            self.function,
            funcname=self.funcname,
            fields={**self.fields, **fields, **chosen, **named},
        )
        made.signature = self.signature
        return made

    def _node(
        self,
        workflow: Workflow,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        *,
        after: After,
        numbered: bool = False,
    ) -> Node:
        self.signature.check(args, kwargs, _is_pending)
        self._check_results(args, kwargs)
        fields = dict(self.fields)
        name = fields.pop("nodename", self.funcname)
        return workflow.call(
            self.funcname,
            args,
            kwargs,
            nodename=workflow.free_name(name, numbered=numbered),
            hint=self.signature.returns,
            after=after,
            **fields,
        )

    def _check_results(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Raise CallError where a task that returns one plain type is given for another one."""
        bound = self.signature.bind(args, kwargs).arguments
        for name, value in bound.items():
            wanted = self.signature.hints.get(name)
            if not isinstance(value, Node) or wanted not in _PLAIN or value.hint not in _PLAIN:
                continue
            if self.signature.called.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL:
                continue
            if not issubclass(value.hint, wanted) and (value.hint, wanted) != (int, float):
                raise CallError(
                    f"{self.signature}: {name} has to be {wanted.__name__}, and node "
                    f"'{value.nodename}' returns {value.hint.__name__}"
                )


def _rows(funcname: str, items: Sequence[Iterable[Any]]) -> list[tuple[Any, ...]]:
    if not items:
        raise CallError(f"{funcname}.map() needs a list to map over")
    for each in items:
        if isinstance(each, Pending):
            raise CallError(
                f"{funcname}.map() needs a list that is known now, and {each!r} is not: map over "
                "the list inside of a task, or let a task submit a workflow once it is known"
            )
    try:
        return list(zip(*items, strict=True))
    except ValueError:
        raise CallError(f"{funcname}.map(): the lists differ in length") from None


def _is_pending(value: Any) -> bool:
    return isinstance(value, Pending)


def _task(function: Callable[..., Any], funcname: str, fields: Mapping[str, Any]) -> Task:
    return Task(function, funcname=funcname, fields=fields)
