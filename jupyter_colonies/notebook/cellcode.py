"""The code of a notebook cell as something an executor runs."""

from __future__ import annotations

import ast
import inspect
import itertools
import linecache
import marshal
from collections.abc import Callable, Collection, Mapping
from types import CodeType
from typing import Any

from jupyter_colonies.executor.functions.names import used
from jupyter_colonies.executor.running import RunningProcess

_OUTPUT = "<output>"  # no identifier, so no name of the user's can be the same
_GIVEN = ("args", "kwargs", "inputs")
_ANYTHING = {"eval", "exec", "locals", "globals", "vars", "get_ipython"}  # use names in texts
_numbers = itertools.count(1)


class CellRunnable:
    """Runs a cell's code for each process, with `args`, `kwargs`, `inputs` and `process`.

    Each run starts from its own copy of the notebook's names: it sees what is defined anywhere
    in the notebook, in functions and comprehensions too, and what it assigns, defines or imports
    is gone when it ends. Runs at the same time therefore never see each other's `args`. An object
    of the notebook that a run changes in place, such as a list it appends to, is the notebook's
    own. `await` works at the top level, on an event loop of the run's own. The value of the last
    expression is the result.

    first_line: what stands above the code in the cell, so that line numbers are those the
    user sees. Raises SyntaxError.
    """

    def __init__(
        self,
        code: str,
        names: Mapping[str, Any],
        *,
        title: str,
        first_line: str = "",
        transform: Callable[[str], str] = str,
    ) -> None:
        self.namespace = names
        self.filename = f"<{title}, version {next(_numbers)}>"
        text = f"{first_line}\n{code}"
        # A traceback finds its source lines here; an entry without a time never goes stale.
        linecache.cache[self.filename] = (
            len(text), None, [f"{line}\n" for line in text.splitlines()], self.filename,
        )  # fmt: skip
        blank = len(code) - len(code.lstrip("\n"))  # the transformation takes them away
        self.code = _compiled(transform(code.lstrip("\n")), self.filename, above=1 + blank)

    def __getstate__(self) -> dict[str, Any]:
        """For another process: with the names of the notebook that the code uses, and no others."""
        return {
            "filename": self.filename,
            "lines": linecache.getlines(self.filename),
            "code": marshal.dumps(self.code),
            "namespace": used(self.code, self.namespace),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Arrive in another process."""
        self.filename = state["filename"]
        linecache.cache[self.filename] = (0, None, state["lines"], self.filename)
        self.code = marshal.loads(state["code"])  # noqa: S302 - our kernel's
        self.namespace = state["namespace"]

    def __call__(self, process: RunningProcess) -> Any:
        """Run the cell and return the value of its last expression."""
        given = {name: getattr(process, name) for name in self._asked_for()} | {"process": process}
        names = {**self.namespace, **given, _OUTPUT: None}
        if self.code.co_flags & inspect.CO_COROUTINE:
            process.cancellation.run(eval(self.code, names))  # noqa: S307 - running it is what was asked for
        else:
            exec(self.code, names)  # noqa: S102 - as above
        return names[_OUTPUT]

    def _asked_for(self) -> Collection[str]:
        """Which of the values of the process the code may use: the others are not fetched."""
        found = used(self.code, dict.fromkeys((*_GIVEN, *_ANYTHING)))
        return _GIVEN if not _ANYTHING.isdisjoint(found) else found


def tree_of(code: str, filename: str, *, above: int) -> ast.Module:
    """The code of a cell in which so many lines stand above it. Raises SyntaxError."""
    try:
        tree = ast.parse(code, filename)
    except SyntaxError as error:
        error.lineno = (error.lineno or 1) + above
        error.end_lineno = (error.end_lineno or 1) + above
        raise
    ast.increment_lineno(tree, above)
    return tree


def _compiled(code: str, filename: str, *, above: int) -> CodeType:
    tree = tree_of(code, filename, above=above)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        target = ast.copy_location(ast.Name(_OUTPUT, ast.Store()), last)
        tree.body[-1] = ast.copy_location(ast.Assign([target], last.value), last)
    compiled: CodeType = compile(
        tree, filename, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
    )
    return compiled
