"""Writes `methods/`: a typed method for every message of the registry.

Run it as `python -m jupyter_colonies.client.generate` after a message was added or changed.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import textwrap
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from jupyter_colonies.core import messages
from jupyter_colonies.core.messages import Message, Request

TARGET = Path(__file__).with_name("methods")

_HEAD = '''{waiver}"""{title}; written by `client.generate`, do not edit."""

from __future__ import annotations

{imports}


class {name}(Operations):
    """{title}."""
'''
_WAIVER = "# ruff: noqa: ASYNC109 - `timeout` is the protocol's own parameter\n"
_ALL = '''"""One method per message of the protocol; written by `client.generate`, do not edit."""

{imports}


class Methods(
{bases}):
    """The protocol's operations as methods; `Client` gives them a server."""
'''


def sources() -> dict[str, str]:
    """The text of every generated module, by file name."""
    names = {module: f"{module.capitalize()}Methods" for module, _, _ in _declared()}
    texts = {f"{module}.py": _module(module, name) for module, name in names.items()}
    package = "jupyter_colonies.client.methods"
    imports = "\n".join(f"from {package}.{module} import {name}" for module, name in names.items())
    bases = "".join(f"    {name},\n" for name in names.values())
    return texts | {"__init__.py": _ALL.format(imports=imports, bases=bases)}


def _module(module: str, name: str) -> str:
    needed: set[tuple[str, str]] = {("jupyter_colonies.client.operations", "Operations")}
    methods = "".join(
        _method(home, constant, message, needed)
        for home, constant, message in _declared()
        if home == module
    )
    if "AsyncGenerator" in methods:
        needed.add(("collections.abc", "AsyncGenerator"))
    if "Any" in methods:
        needed.add(("typing", "Any"))
    if "Request()" in methods:
        needed.add((messages.__name__, "Request"))
    waits = any(
        "timeout" in message.request.__struct_fields__
        for home, _, message in _declared()
        if home == module and not message.streams
    )
    waiver = _WAIVER if waits else ""
    title = f"Methods for the messages in `{module}`"
    return _HEAD.format(waiver=waiver, title=title, imports=_imports(needed), name=name) + methods


def _declared() -> Iterator[tuple[str, str, Message[Any, Any]]]:
    """Module, constant and message of every declaration, in the order of the modules.

    A module none of whose messages is in the registry holds what is never sent.
    """
    for found in sorted(pkgutil.iter_modules(messages.__path__), key=lambda each: each.name):
        module = importlib.import_module(f"{messages.__name__}.{found.name}")
        declared = {name: each for name, each in vars(module).items() if isinstance(each, Message)}
        if any(each.type in messages.REGISTRY for each in declared.values()):
            for name, message in declared.items():
                yield found.name, name, message


def _method(
    module: str, constant: str, message: Message[Any, Any], needed: set[tuple[str, str]]
) -> str:
    needed.add(("jupyter_colonies.core.messages", module))
    reply = _spelled(message.reply, needed)
    hints = typing.get_type_hints(message.request)
    fields = [f for f in msgspec.structs.fields(message.request) if f.name != "msgtype"]
    parameters = "".join(
        f"        {field.name}: {_spelled(hints[field.name], needed)} = {_default(field)},\n"
        for field in fields
    )
    signature = f"(\n        self,\n        *,\n{parameters}    )" if fields else "(self)"
    if message.request is Request:
        request = "Request()"
    elif fields:
        given = "".join(f"                {f.name}={f.name},\n" for f in fields)
        request = f"{_spelled(message.request, needed)}(\n{given}            )"
    else:
        request = f"{_spelled(message.request, needed)}()"
    target = f"{module}.{constant}"
    arguments = (
        f"(\n            {target},\n            {request},\n        )"
        if fields
        else f"({target}, {request})"
    )
    if message.streams:
        head = f"    def {message.method}{signature} -> AsyncGenerator[{reply}, None]:\n"
        body = f"        return self.stream{arguments}\n"
    else:
        head = f"    async def {message.method}{signature} -> {reply}:\n"
        body = f"        reply: {reply} = await self.call{arguments}\n        return reply\n"
    return f"\n{head}{_docstring(message)}{body}"


def _docstring(message: Message[Any, Any]) -> str:
    meaning = inspect.getdoc(message.request) or ""
    if message.request is Request:
        meaning = "A request without arguments."
    origin = f"Sent as `{message.type}`; for {message.role.value}."
    if message.extension:
        origin += " An extension of the protocol."
    title = message.method.replace("_", " ").capitalize()
    lines = [f'"""{title}.', "", *meaning.split("\n"), "", *textwrap.wrap(origin, 90), '"""']
    return textwrap.indent("\n".join(lines) + "\n", " " * 8)


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is msgspec.NODEFAULT:
        raise TypeError(f"request field {field.name} has no plain default")
    return f'"{field.default}"' if isinstance(field.default, str) else repr(field.default)


def _spelled(kind: Any, needed: set[tuple[str, str]]) -> str:
    """A type as source text; notes what has to be imported for it."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return " | ".join(_spelled(each, needed) for each in arguments)
    if origin is not None:
        inner = ", ".join(_spelled(each, needed) for each in arguments)
        return f"{origin.__name__}[{inner}]"
    if kind is type(None):
        return "None"
    home, name = str(kind.__module__), str(kind.__name__)
    package, _, module = home.rpartition(".")
    if package == messages.__name__ and module != "registry":
        needed.add((package, module))
        return f"{module}.{name}"
    if home != "builtins":
        needed.add((package if package == messages.__name__ else home, name))
    return name


def _imports(needed: set[tuple[str, str]]) -> str:
    """Import lines in the order the formatter asks for."""
    by_module: dict[str, list[str]] = {}
    for module, name in needed:
        by_module.setdefault(module, []).append(name)
    standard = sorted(module for module in by_module if not module.startswith("jupyter_"))
    lines = [
        f"from {module} import {', '.join(sorted(by_module.pop(module)))}" for module in standard
    ]
    lines += [""] if standard else []
    for module in sorted(by_module):
        # Classes before modules, as the import sorter places them.
        names = sorted(by_module[module], key=lambda name: (name.islower(), name))
        line = f"from {module} import {', '.join(names)}"
        if len(line) > 100:
            line = f"from {module} import (\n" + "".join(f"    {n},\n" for n in names) + ")"
        lines.append(line)
    return "\n".join(lines)


def write() -> None:
    """Write every generated module, and remove those that are generated no longer."""
    TARGET.mkdir(exist_ok=True)
    texts = sources()
    for path in TARGET.glob("*.py"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (TARGET / name).write_text(text)


if __name__ == "__main__":
    write()
