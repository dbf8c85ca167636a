"""What the result of a function depends on, apart from its arguments: its source and all it uses.

Names are followed from the code: functions and classes of the notebook and of the user's own
modules with what they use in turn, other values by their digest. Installed packages count by the
versions that are named; what they import is not looked at.
"""

from __future__ import annotations

import ast
import dis
import functools
import hashlib
import importlib.metadata
import inspect
import sys
import sysconfig
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import msgspec

from jupyter_colonies.client.compose.task import Task
from jupyter_colonies.client.values.forms import NotJson, encoded, type_name
from jupyter_colonies.client.values.packing import pack

_LOADS = {"LOAD_GLOBAL", "LOAD_NAME"}
_LIBRARIES = tuple(
    str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib", "purelib",
                                                               "platlib")
)  # fmt: skip
NOTEBOOK = "__main__"
CELL_TEXT = "__colonies_source__"
"""The attribute of a function that was made of a cell in which the cell's text is."""
_OURS = __name__.partition(".")[0]


def fingerprint(function: Callable[..., Any], packages: Sequence[str] = ()) -> dict[str, str]:
    """Each part by the name that people read, and its digest.

    Raises importlib.metadata.PackageNotFoundError for a package that is not installed.
    """
    found = _Fingerprint()
    found.follow(function, "source of the task")
    versions = {f"version of {each}": importlib.metadata.version(each) for each in packages}
    return found.parts | versions


def digest_of(value: Any) -> str:
    """The digest of a value; of its type alone where it has no form in which it could be kept."""
    try:
        plain = encoded(value, lambda other, place: pack(other, place, "").sha256)
        return _digest(msgspec.json.encode(plain))
    except NotJson:
        return f"a {type_name(value)}"


class _Fingerprint:
    def __init__(self) -> None:
        self.parts: dict[str, str] = {}
        self._seen: set[Any] = set()

    def follow(self, function: Any, name: str) -> None:
        """Add a function and what it uses."""
        function = inspect.unwrap(function)
        self._seen.add(function)
        same = sum(each.startswith(name) for each in self.parts)
        self.parts[f"{name} ({same + 1})" if same else name] = _digest(_source(function).encode())
        self._add_uses(function)

    def _add_uses(self, function: Any) -> None:
        module = getattr(function, "__module__", NOTEBOOK)
        for name, value in _uses(function):
            self._add(name if module == NOTEBOOK else f"{module}.{name}", value)

    def _add(self, name: str, value: Any) -> None:
        if isinstance(value, Task):
            value = value.function
        if isinstance(value, functools.partial):
            self.parts[f"arguments of `{name}`"] = digest_of([value.args, value.keywords])
            value = value.func
        if isinstance(value, ModuleType):
            if _is_own(value.__name__):
                self.parts[f"module `{name}`"] = _digest(_text_of(value))
        elif isinstance(value, type):
            self._add_class(name, value)
        elif isinstance(function := inspect.unwrap(value), FunctionType):
            if _is_own(function.__module__) and function not in self._seen:
                self.follow(function, f"source of helper `{_full_name(function)}`")
        elif not callable(value) or _is_own(type(value).__module__):
            self.parts[f"value of `{name}`"] = digest_of(value)

    def _add_class(self, name: str, kind: type) -> None:
        if not _is_own(kind.__module__) or kind in self._seen:
            return
        self._seen.add(kind)
        texts = [base.__qualname__ for base in kind.__bases__]
        for key, value in sorted(vars(kind).items()):
            inner = getattr(value, "__func__", getattr(value, "fget", value))
            if isinstance(inner, FunctionType):
                texts.append(f"{key}:{_source(inner)}")
                self._add_uses(inner)
            elif key == "__annotations__" or not key.startswith("__"):
                texts.append(f"{key}={value!r}" if key.startswith("__") else digest_of(value))
        self.parts[f"source of class `{name}`"] = _digest("\n".join(texts).encode())
        for base in kind.__bases__:
            self._add(base.__qualname__, base)


def _full_name(function: FunctionType) -> str:
    module, name = function.__module__, function.__name__
    return name if module == NOTEBOOK else f"{module}.{name}"


def _uses(function: Any) -> Iterator[tuple[str, Any]]:
    """The global names a function uses, and those of the functions around it, with their values."""
    if not isinstance(function, FunctionType):
        return
    names = dict.fromkeys(_globals(function.__code__))
    space: Mapping[str, Any] = function.__globals__
    yield from ((name, space[name]) for name in names if name in space)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # it is not set yet
            continue


def _globals(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in _LOADS:
            yield str(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals(constant)


def _source(function: Any) -> str:
    if text := getattr(function, CELL_TEXT, ""):
        return str(text)
    code = getattr(function, "__code__", None)
    return repr(function) if code is None else _text_of_code(code) + repr(function.__defaults__)


@functools.lru_cache(maxsize=1000)
def _text_of_code(code: CodeType) -> str:
    """The text of a function without comments and decorators; its code where there is no text."""
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(code))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return _code(code)
    if not isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        return _code(code)
    tree.decorator_list = []
    return ast.unparse(tree)


def _code(code: CodeType) -> str:
    constants = [
        _code(each) if isinstance(each, CodeType) else repr(each) for each in code.co_consts
    ]
    return f"{code.co_code.hex()} {constants} {code.co_names} {code.co_varnames}"


def _is_own(module: str) -> bool:
    """Whether a module is the notebook or one of the user's, and not an installed package."""
    if module == NOTEBOOK:
        return True
    if module.partition(".")[0] in (_OURS, *sys.builtin_module_names):
        return False
    file = getattr(sys.modules.get(module), "__file__", None)
    return file is not None and not str(Path(file).resolve()).startswith(_LIBRARIES)


def _text_of(module: ModuleType) -> bytes:
    try:
        return Path(str(module.__file__)).read_bytes()
    except OSError:
        return module.__name__.encode()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
