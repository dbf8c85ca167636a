"""`show …`: anything by its id or name, without saying what it is."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

import click

from jupyter_colonies.client.client import Client
from jupyter_colonies.commands import portrait
from jupyter_colonies.commands.block import Block
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Verb, pass_session
from jupyter_colonies.core.cron import Cron
from jupyter_colonies.core.generator import Generator
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.identity import is_id
from jupyter_colonies.core.member import Executor
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.errors import AccessDenied, InvalidRequest, NotFound, ServerRefused

Kind = Literal["workflow", "process", "executor", "function", "cron", "generator", "colony"]
T = TypeVar("T")

SHORTEST = 6
"""Letters of an id from which on its beginning is enough."""

RECENT = 100
"""How many of each state are searched for an id that begins so."""

LISTED = 10_000


class Thing(NamedTuple):
    """Something that was found: what it is, its id or name, and it itself."""

    kind: Kind
    id: str
    value: Any
    blocks: list[Block]


async def find(client: Client, colonyname: str, word: str) -> list[Thing]:
    """What an id, the beginning of one or a name means in a colony; several things may be it.

    A coroutine. Raises NotFound, and AccessDenied if that is why nothing can be found.
    """
    found = await _by_id(client, colonyname, word) if _looks_like_id(word) else []
    found = found or await _by_name(client, colonyname, word)
    if not found:
        raise NotFound(
            f"Nothing in colony {colonyname} is called '{word}': no workflow, process, cron, "
            "generator or executor has that id, and no executor, function, cron or generator "
            "that name"
        )
    return found


@click.command("show", cls=Verb)
@click.argument("word", metavar="ID")
@pass_session
def show(session: Session, word: str) -> list[Block]:
    """Show anything by its id or name, whatever it is.

    Workflows, processes, executors, functions, crons, generators and the colony. The first letters
    of the id of a recent workflow or process are enough.
    """
    found = session.ask(find(session.member, session.colonyname, word))
    blocks = [block for thing in found for block in thing.blocks]
    return session.either({thing.kind: thing.value for thing in found}, blocks)


def _looks_like_id(word: str) -> bool:
    return is_id(word) or (
        SHORTEST <= len(word) < 64 and all(each in "0123456789abcdef" for each in word)
    )


async def _by_id(client: Client, colonyname: str, word: str) -> list[Thing]:
    if not is_id(word):
        return await _by_beginning(client, colonyname, word)
    graph = await _maybe(client.get_process_graph(processgraphid=word))
    if graph is not None:
        return [await _workflow(client, graph)]
    process = await _maybe(client.get_process(processid=word))
    if process is not None:
        return [_process(process)]
    cron = await _maybe(client.get_cron(cronid=word))
    if cron is not None:
        return [_cron(cron)]
    generator = await _maybe(client.get_generator(generatorid=word))
    if generator is not None:
        return [_generator(generator)]
    executors = await _maybe(client.get_executors(colonyname=colonyname))
    return [await _executor(client, each) for each in executors or () if each.executorid == word]


async def _by_beginning(client: Client, colonyname: str, word: str) -> list[Thing]:
    """The workflows and processes among the newest of each state whose ids begin so."""
    found: list[Thing] = []
    for state in State:
        graphs = await client.get_process_graphs(
            colonyname=colonyname, count=RECENT, state=int(state)
        )
        found += [
            await _workflow(client, each) for each in graphs if each.processgraphid.startswith(word)
        ]
    for state in State if not found else ():
        processes = await client.get_processes(
            colonyname=colonyname, count=RECENT, state=int(state)
        )
        found += [_process(each) for each in processes if each.processid.startswith(word)]
    return found


async def _by_name(client: Client, colonyname: str, word: str) -> list[Thing]:
    found: list[Thing] = []
    if word == colonyname:
        statistics = await client.get_colony_statistics(colonyname=word)
        executors = await client.get_executors(colonyname=word)
        blocks = portrait.colony(word, statistics, executors)
        found.append(Thing("colony", word, statistics, blocks))
    executor = await _maybe(client.get_executor(colonyname=colonyname, executorname=word))
    if executor is not None:
        found.append(await _executor(client, executor))
    functions = await _maybe(client.get_functions(colonyname=colonyname, executorname=""))
    named = [each for each in functions or () if each.funcname == word]
    if named:
        found.append(Thing("function", word, named, portrait.function(named)))
    crons = await _maybe(client.get_crons(colonyname=colonyname, count=LISTED))
    found += [_cron(each) for each in crons or () if each.name == word]
    generators = await _maybe(client.get_generators(colonyname=colonyname, count=LISTED))
    found += [_generator(each) for each in generators or () if each.name == word]
    return found


async def _maybe(asked: Awaitable[T]) -> T | None:
    """What is there, or None if nothing is. Raises AccessDenied."""
    try:
        return await asked
    except AccessDenied:
        raise
    except (NotFound, InvalidRequest, ServerRefused):
        return None


async def _workflow(client: Client, graph: ProcessGraph) -> Thing:
    ids = graph.processids or []
    try:
        processes: Sequence[Process] = await client.get_processes(
            colonyname=graph.colonyname, processgraphid=graph.processgraphid, state=-1
        )
    except (InvalidRequest, ServerRefused):
        # The original server has no list of one workflow's processes (part 02, section 10.1).
        processes = [await client.get_process(processid=each) for each in ids]
    blocks = portrait.workflow(graph, processes)
    return Thing("workflow", graph.processgraphid, graph, blocks)


def _process(found: Process) -> Thing:
    return Thing("process", found.processid, found, portrait.process(found))


async def _executor(client: Client, found: Executor) -> Thing:
    functions = await client.get_functions(
        colonyname=found.colonyname, executorname=found.executorname
    )
    return Thing("executor", found.executorname, found, portrait.executor(found, functions))


def _cron(found: Cron) -> Thing:
    return Thing("cron", found.cronid, found, portrait.cron(found))


def _generator(found: Generator) -> Thing:
    return Thing("generator", found.generatorid, found, portrait.generator(found))
