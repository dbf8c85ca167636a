"""A Python function as something an executor runs."""

from __future__ import annotations

import inspect
import typing
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from jupyter_colonies.core.member import FunctionArgument
from jupyter_colonies.executor.running import RunningProcess

GIVEN = ("inputs", "process")


class CallError(TypeError):
    """The arguments of a process don't fit the function's signature."""


class FunctionRunnable:
    """Calls a function with a process's `args` and `kwargs`, bound to its signature.

    A parameter named `inputs` receives the outputs of the parents, one named `process` the
    `RunningProcess`; the caller does not pass them. A coroutine function runs on an event loop of
    its own.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.signature = inspect.signature(function)
        self._called = self.signature.replace(
            parameters=[p for p in self.signature.parameters.values() if p.name not in GIVEN]
        )

    @property
    def description(self) -> str:
        """The docstring."""
        return inspect.getdoc(self.function) or ""

    @property
    def arguments(self) -> list[FunctionArgument]:
        """The parameters a caller fills, as the server registers them."""
        try:
            hints = typing.get_type_hints(self.function, include_extras=True)
        except (NameError, TypeError):  # an annotation names what does not exist (yet)
            hints = {}
        return [
            _argument(parameter, hints.get(parameter.name, parameter.annotation))
            for parameter in self._called.parameters.values()
        ]

    def __call__(self, process: RunningProcess) -> Any:
        """Run the function. Raises CallError for arguments that don't fit, and what it raises."""
        bound = self._bind(process)
        result = self.function(*bound.args, **bound.kwargs)
        return process.cancellation.run(result) if inspect.iscoroutine(result) else result

    def _bind(self, process: RunningProcess) -> inspect.BoundArguments:
        try:
            called = self._called.bind(*process.args, **process.kwargs)
        except TypeError as error:
            raise CallError(
                f"{process.funcname}{self._called}: {error}; called with args "
                f"{process.args!r} and kwargs {process.kwargs!r}"
            ) from None
        given = {"inputs": process.inputs, "process": process}
        every = called.arguments | given
        return inspect.BoundArguments(
            self.signature,
            OrderedDict((name, every[name]) for name in self.signature.parameters if name in every),
        )


def _argument(parameter: inspect.Parameter, hint: Any) -> FunctionArgument:
    description = ""
    if typing.get_origin(hint) is typing.Annotated:
        description = next((note for note in hint.__metadata__ if isinstance(note, str)), "")
        hint = hint.__origin__
    choices = typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ()
    variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    return FunctionArgument(
        name=str(parameter).partition(":")[0].partition("=")[0].strip(),
        type=_type_text(hint),
        description=description,
        required=parameter.default is parameter.empty and not variadic,
        enum=[str(choice) for choice in choices],
    )


def _type_text(hint: Any) -> str:
    if hint is inspect.Parameter.empty or hint is Any:
        return "any"
    if typing.get_origin(hint) is typing.Literal:
        return type(typing.get_args(hint)[0]).__name__
    if typing.get_origin(hint) is None and isinstance(hint, type):
        return hint.__name__
    return hint if isinstance(hint, str) else inspect.formatannotation(hint)
