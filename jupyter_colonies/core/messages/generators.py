"""Generators (protocol part 02, section 9)."""

from __future__ import annotations

from jupyter_colonies.core.decoding import Integer
from jupyter_colonies.core.generator import Generator
from jupyter_colonies.core.messages.registry import Empty, Message, Request, Subject, declare
from jupyter_colonies.core.policy import Role
from jupyter_colonies.errors import UnknownObject


class AddGenerator(Request):
    """Start a workflow whenever enough has been packed."""

    generator: Generator | None = None


class OneGenerator(Request):
    """A request about one generator."""

    generatorid: str = ""


class NamedGenerator(Request):
    """A request about a generator by name."""

    colonyname: str = ""
    generatorname: str = ""


class PackGenerator(Request):
    """Queue one argument."""

    generatorid: str = ""
    arg: str = ""


class SwitchGenerator(Request):
    """Let a generator start workflows by itself, or not until this is said again."""

    generatorid: str = ""
    enabled: bool = False


class ListGenerators(Request):
    """The first generators of a colony, in the order they were added."""

    colonyname: str = ""
    count: Integer = 0


def _generator(does: str, kind: str = "generator") -> Subject:
    return Subject(
        kind=kind,
        field="generatorid",
        missing=UnknownObject(
            f"Failed to {does} generator, generator is nil: there is no generator '{{}}'"
        ),
    )


ADD_GENERATOR = declare(
    Message(
        "addgeneratormsg",
        "add_generator",
        AddGenerator,
        Generator,
        does="add generator",
        role=Role.MEMBER,
        colony="generator.colonyname",
        needs=("generator", "Failed to add generator, msg.Generator is nil"),
    )
)
GET_GENERATOR = declare(
    Message(
        "getgeneratormsg",
        "get_generator",
        OneGenerator,
        Generator,
        does="get generator",
        role=Role.MEMBER,
        reads=True,
        subject=_generator("get"),
    )
)
RESOLVE_GENERATOR = declare(
    Message(
        "resolvegeneratormsg",
        "resolve_generator",
        NamedGenerator,
        Generator,
        does="resolve generator",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
GET_GENERATORS = declare(
    Message(
        "getgeneratorsmsg",
        "get_generators",
        ListGenerators,
        list[Generator],
        does="get generators",
        role=Role.MEMBER,
        colony="colonyname",
        reads=True,
    )
)
PACK_GENERATOR = declare(
    Message(
        "packgeneratormsg",
        "pack_generator",
        PackGenerator,
        Empty,
        does="inc generator",
        role=Role.MEMBER,
        subject=_generator("increment", "generator to pack"),
    )
)
SWITCH_GENERATOR = declare(
    Message(
        "switchgeneratormsg",
        "switch_generator",
        SwitchGenerator,
        Generator,
        does="switch generator",
        role=Role.MEMBER,
        subject=_generator("switch"),
        extension=True,
    )
)
RUN_GENERATOR = declare(
    Message(
        "rungeneratormsg",
        "run_generator",
        OneGenerator,
        Generator,
        does="run generator",
        role=Role.MEMBER,
        subject=_generator("run"),
        extension=True,
    )
)
REMOVE_GENERATOR = declare(
    Message(
        "removegeneratormsg",
        "remove_generator",
        OneGenerator,
        Empty,
        does="remove generator",
        role=Role.MEMBER,
        subject=_generator("remove"),
    )
)
