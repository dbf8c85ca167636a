"""Reading function specs from JSON and YAML: files, notebook cells and plain Python values.

Unknown keys are ignored, as the server ignores them; a wrong type is refused with the file, the
line and the key.
"""

from __future__ import annotations

import difflib
import json
import types
import typing
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import yaml

from jupyter_colonies.core.decoding import decode
from jupyter_colonies.core.graph import check_workflow
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec
from jupyter_colonies.errors import InvalidSpec, InvalidWorkflow

Steps = tuple[str | int, ...]
Locate = Callable[[Steps], int]

_TYPES = {str: "a string", bool: "true or false", int: "a whole number", float: "a number"}
_ITEMS = {str: "strings", int: "whole numbers"}


def read_specs(source: str | Path) -> list[FunctionSpec] | FunctionSpec:
    """The specs in a file: a list for a workflow, one for a single process.

    Raises InvalidSpec and InvalidWorkflow as `parse_specs` does, and InvalidSpec if there is no
    such file.
    """
    path = Path(source).expanduser()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InvalidSpec(_missing(path)) from None
    except UnicodeDecodeError:
        raise InvalidSpec(f"{path}: the file is not text in UTF-8") from None
    except OSError as error:
        raise InvalidSpec(f"{path}: the file can't be read: {error.strerror}") from None
    return parse_specs(text, str(source))


def read_workflow_text(source: str | Path, colonyname: str) -> str:
    """The workflow in a file as the JSON text that crons and generators keep.

    Raises what `read_specs` does, and InvalidSpec for a file that holds a single function spec.
    """
    specs = read_specs(source)
    if not isinstance(specs, list):
        raise InvalidSpec(f"{source}: this is one function spec: put it into a list, [ … ]")
    workflow = WorkflowSpec(colonyname=colonyname, functionspecs=specs)
    return msgspec.json.encode(workflow).decode()


def parse_specs(text: str, name: str) -> list[FunctionSpec] | FunctionSpec:
    """The specs in a text, JSON or YAML; `name` stands for it in messages.

    Raises InvalidSpec for a text or a type that is wrong, and InvalidWorkflow for a list that is
    no DAG; both name the line.
    """
    suffix = Path(name).suffix.lower()
    is_json = suffix == ".json" or text.lstrip()[:1] in ("[", "{")
    if is_json and suffix not in (".yaml", ".yml"):
        value, locate = _from_json(text, name)
    else:
        value, locate = _from_yaml(text, name)
    return _specs(value, name, locate)


def specs_of(value: Any, name: str = "the spec") -> list[FunctionSpec] | FunctionSpec:
    """The specs in a Python value that looks like such a file. Raises as `parse_specs` does."""
    return _specs(value, name, None)


def _specs(value: Any, name: str, locate: Locate | None) -> list[FunctionSpec] | FunctionSpec:
    if isinstance(value, dict) and "functionspecs" in value and "funcname" not in value:
        value = value["functionspecs"]
        inner = locate
        locate = inner and (lambda steps: inner(("functionspecs", *steps)))
    if isinstance(value, list):
        if not value:
            raise InvalidSpec(f"{name}: the list of function specs is empty")
        specs = [_spec(each, (at,), name, locate) for at, each in enumerate(value)]
        try:
            check_workflow(specs)
        except InvalidWorkflow as error:
            raise InvalidWorkflow(
                f"{_place(name, error.at, locate)}: {error.message}", error.at
            ) from None
        return specs
    return _spec(value, (), name, locate)


def _spec(value: Any, steps: Steps, name: str, locate: Locate | None) -> FunctionSpec:
    if isinstance(value, FunctionSpec):
        return value
    for at, problem in faults(value):
        _refuse(name, (*steps, *at), problem, locate)
    return decode(msgspec.json.encode(value), FunctionSpec)


def faults(value: Any) -> Iterator[tuple[Steps, str]]:
    """Every place where a Python value is no function spec, and what is wrong there.

    The place is empty for what is wrong with the whole. What is in order can be sent.
    """
    found = False
    for fault in _faults(value, FunctionSpec, ()):
        found = True
        yield fault
    if found:
        return
    if not value.get("funcname"):
        yield ("funcname",), "a function name is missing"
        return
    try:
        decode(msgspec.json.encode(value), FunctionSpec)
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError) as error:
        yield (), f"can't be sent as JSON: {error}"


def _refuse(name: str, steps: Steps, problem: str, locate: Locate | None) -> NoReturn:
    key = _dotted(steps[1:] if steps and isinstance(steps[0], int) else steps)
    raise InvalidSpec(f"{_place(name, steps, locate)}: {key + ': ' if key else ''}{problem}")


def _place(name: str, steps: Steps, locate: Locate | None) -> str:
    if locate is not None:
        return f"{name}, line {locate(steps)}"
    if steps and isinstance(steps[0], int):
        return f"{name}, function spec {steps[0] + 1}"
    return name


def _dotted(steps: Steps) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")


def _faults(value: Any, kind: Any, steps: Steps) -> Iterator[tuple[Steps, str]]:
    """Every place where a value has a type its field can't take, null excepted."""
    kind = _plain(kind)
    if kind is Any or (value is None and steps):
        return
    if not _fits(value, kind):
        yield steps, f"expected {_wanted(kind)}, got {_said(value)}"
        return
    for key, each, inner in _parts(value, kind):
        if isinstance(value, dict) and not isinstance(key, str):
            yield steps, f"expected strings as keys, got {_said(key)}"
        yield from _faults(each, inner, (*steps, key))


def _parts(value: Any, kind: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Key, value and type of everything inside a value."""
    if _is_struct(kind):
        for name, hint in _hints(kind).items():
            if name in value:
                yield name, value[name], hint
    elif isinstance(value, list | dict):
        inner = typing.get_args(kind)[-1]
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield key, each, inner


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _fits(value: Any, kind: Any) -> bool:
    if kind is int:
        whole = isinstance(value, float) and value.is_integer()
        return whole or (isinstance(value, int) and not isinstance(value, bool))
    return isinstance(value, dict if _is_struct(kind) else typing.get_origin(kind) or kind)


@cache
def _hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _plain(kind: Any) -> Any:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        rest = [k for k in typing.get_args(kind) if k not in (type(None), msgspec.UnsetType)]
        return rest[0]
    return kind


def _wanted(kind: Any) -> str:
    origin = typing.get_origin(kind)
    if origin in (list, dict):
        items = _ITEMS.get(typing.get_args(kind)[-1], "")
        return ("a list" if origin is list else "an object") + (f" of {items}" if items else "")
    return _TYPES.get(kind, "an object with the fields of a spec")


def _said(value: Any) -> str:
    """A value as an error text names it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the string {value!r}" if len(value) <= 40 else "a string"
    kinds: dict[type, str] = {list: "a list", tuple: "a list", dict: "an object"}
    return kinds.get(type(value), type(value).__name__)


def _from_json(text: str, name: str) -> tuple[Any, Locate]:
    def refuse(constant: str) -> NoReturn:
        raise InvalidSpec(f"{name}: {constant} is not a value of JSON")

    try:
        value = json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise InvalidSpec(
            f"{name}, line {error.lineno}: this is not valid JSON: {error.msg} "
            f"(column {error.colno})"
        ) from None
    except RecursionError:
        raise InvalidSpec(f"{name}: the JSON is nested too deeply") from None
    return value, lambda steps: _json_line(text, steps)


def _json_line(text: str, steps: Steps) -> int:
    """Line of a place in a valid JSON text, or of the innermost thing around it that exists."""
    decoder = json.JSONDecoder()
    start = _next(text, 0)
    for step in steps:
        found = None
        for key, at, value in _json_members(text, start, decoder):
            if key == step:
                found = at, value
        if found is None:
            break
        at, start = found
        if step is steps[-1]:
            start = at
    return text.count("\n", 0, start) + 1


def _json_members(
    text: str, start: int, decoder: json.JSONDecoder
) -> Iterator[tuple[str | int, int, int]]:
    """Key or index, where it begins and where its value begins, of an object or a list."""
    if text[start] not in "[{":
        return
    at, index = _next(text, start + 1), 0
    while text[at] not in "]}":
        key: str | int = index
        value = at
        if text[start] == "{":
            key, end = decoder.raw_decode(text, at)
            value = _next(text, _next(text, end) + 1)
        yield key, at, value
        _, end = decoder.raw_decode(text, value)
        at = _next(text, end)
        if text[at] == ",":
            at, index = _next(text, at + 1), index + 1


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


class _YamlLoader(yaml.SafeLoader):
    """YAML as JSON would say it: a date stays a string."""


_YamlLoader.yaml_implicit_resolvers = {
    first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _from_yaml(text: str, name: str) -> tuple[Any, Locate]:
    try:
        root = yaml.compose(text, _YamlLoader)
        value = yaml.load(text, _YamlLoader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise InvalidSpec(f"{name}{line}: this is not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidSpec(f"{name}: this is not valid YAML: {error}") from None
    if value is None:
        raise InvalidSpec(f"{name}: there is nothing in it; function specs are expected")
    return value, lambda steps: _yaml_line(root, steps)


def _yaml_line(node: Any, steps: Steps) -> int:
    place = node
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if step not in pairs:
                break
            place, node = pairs[step]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            place = node = node.value[step]
        else:
            break
    return int(place.start_mark.line) + 1


def _missing(path: Path) -> str:
    folder = path.parent.absolute()
    if not folder.is_dir():
        return f"There is no file '{path}': the folder {folder} does not exist"
    others = [each.name for each in folder.iterdir() if each.is_file()]
    close = difflib.get_close_matches(path.name, others, n=3)
    hint = f"; did you mean {' or '.join(repr(each) for each in close)}?" if close else ""
    return f"There is no file '{path.name}' in {folder}{hint}"
