"""Objects of the protocol in JSON and YAML files that a command is given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
import yaml

from jupyter_colonies.core.decoding import decode
from jupyter_colonies.errors import InvalidSpec

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

_YAML = (".yaml", ".yml")


def spec_option(what: str, *, required: bool = True) -> Callable[[F], F]:
    """The option `--spec` of a command that reads a file."""
    return click.option(
        "--spec",
        required=required,
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help=f"JSON or YAML file with {what}.",
    )


def read(file: Path, kind: type[T], what: str) -> T:
    """Read one object. Raises InvalidSpec that names the file and the field at fault."""
    try:
        data = file.expanduser().read_bytes()
        if file.suffix.lower() in _YAML:
            data = msgspec.json.encode(yaml.safe_load(data))
        return decode(data, kind)
    except OSError as error:
        raise InvalidSpec(f"{file}: {error.strerror}") from None
    except (msgspec.MsgspecError, yaml.YAMLError, ValueError, TypeError) as error:
        raise InvalidSpec(f"{file}: not {what}: {error}") from None
