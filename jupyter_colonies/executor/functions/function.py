"""A Python function as something an executor runs."""

from __future__ import annotations

import inspect
import linecache
import typing
from collections import OrderedDict
from collections.abc import Callable
from types import CodeType
from typing import Any

from jupyter_colonies.client.compose.signature import CallError, Signature
from jupyter_colonies.client.compose.workflow import outside
from jupyter_colonies.core.member import FunctionArgument
from jupyter_colonies.executor.functions.results import Single
from jupyter_colonies.executor.running import RunningProcess

_NO_CODE = compile("", "<no code>", "exec")


class FunctionRunnable:
    """Calls a function with a process's `args` and `kwargs`, bound to its signature.

    A parameter named `inputs` receives the outputs of the parents, one named `process` the
    `RunningProcess`; the caller does not pass them. A coroutine function runs on an event loop of
    its own.
    """

    def __init__(self, function: Callable[..., Any], funcname: str = "") -> None:
        self.function = function
        self.signature = Signature(function, funcname)

    @property
    def code(self) -> CodeType:
        """What is run, as far as it is Python."""
        plain = inspect.unwrap(self.function)
        code: CodeType = getattr(plain, "__code__", _NO_CODE)
        return code

    @property
    def namespace(self) -> dict[str, Any]:
        """Where the function looks for global names."""
        return getattr(inspect.unwrap(self.function), "__globals__", {})

    def __getstate__(self) -> dict[str, Any]:
        """For another process, which can't read the source of a notebook's function itself."""
        filename = self.code.co_filename
        return {**self.__dict__, "source": (filename, linecache.getlines(filename))}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Arrive in another process."""
        filename, lines = state.pop("source")
        linecache.cache.setdefault(filename, (0, None, lines, filename))
        self.__dict__.update(state)

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
            for parameter in self.signature.called.parameters.values()
        ]

    def __call__(self, process: RunningProcess) -> Any:
        """Run the function. Raises CallError for arguments that don't fit, and what it raises."""
        return self._call(self._bind(process), process)

    def _bind(self, process: RunningProcess) -> inspect.BoundArguments:
        try:
            return self.signature.bind(process.args, process.kwargs)
        except CallError as error:
            raise CallError(
                f"{error}; called with args {process.args!r:.500} "
                f"and kwargs {process.kwargs!r:.500}"
            ) from None

    def _call(self, called: inspect.BoundArguments, process: RunningProcess) -> Any:
        whole = self.signature.whole
        given: dict[str, Any] = {"process": process}
        if "inputs" in whole.parameters:
            given["inputs"] = process.inputs
        every = called.arguments | given
        bound = inspect.BoundArguments(
            whole, OrderedDict((name, every[name]) for name in whole.parameters if name in every)
        )
        result = self.function(*bound.args, **bound.kwargs)
        return process.cancellation.run(result) if inspect.iscoroutine(result) else result


class TaskRunnable(FunctionRunnable):
    """Calls the function of a task, whose one output is what it returns.

    Arguments that came as JSON are given in the types of their annotations. Tasks that the
    function calls are plain functions.
    """

    def __call__(self, process: RunningProcess) -> Single:
        """Run the function. Raises CallError for arguments that don't fit, and what it raises."""
        outside()
        return Single(self._call(self.signature.converted(self._bind(process)), process))


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
