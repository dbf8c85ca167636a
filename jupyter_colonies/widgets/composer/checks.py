"""Everything that is wrong with a draft, in the words of client, server and executors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from jupyter_colonies.client.compose.draft import Draft, DraftNode
from jupyter_colonies.client.compose.offers import Offer, matching
from jupyter_colonies.client.compose.problems import Problem, problems
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.errors import ColoniesError
from jupyter_colonies.executor.outcome import RunFailed
from jupyter_colonies.executor.programs.call import ARGUMENTS, call_of
from jupyter_colonies.widgets.composer.fields import ARGUMENT

_COMMAND = {each.name for each in ARGUMENTS}
_KWARG = re.compile(r"The kwarg '([^']+)'")
_AT = re.compile(r"functionspecs\[(\d+)\]")


def wrong(draft: Draft, known: Sequence[Offer]) -> list[Problem]:
    """What is wrong with a draft, as far as it is known before it is submitted."""
    found = problems(draft, known)
    keys = {each.key for each in found if each.refused}
    order = {node.key: at for at, node in enumerate(draft.nodes)}
    found += _commands(draft, known, without=keys)
    return sorted(found, key=lambda problem: order[problem.key])


def refusal(error: ColoniesError, draft: Draft) -> Problem:
    """What a server refused a draft with, at the node that its text names if it names one."""
    if at := _AT.search(error.message):
        position = int(at[1])
        if position < len(draft.nodes):
            return Problem(draft.nodes[position].key, (), error.message)
    named = [
        node for node in draft.nodes
        if re.search(rf"(?:'|: ){re.escape(node.name)}(?:'|$)", error.message)
    ]  # fmt: skip
    return Problem(named[0].key if named else "", (), error.message)


def _commands(draft: Draft, known: Sequence[Offer], without: set[str]) -> Iterator[Problem]:
    """What executors of shell commands and containers would say of their calls."""
    for node in draft.nodes:
        if node.key in without or not _is_command(node, known):
            continue
        try:
            call_of(msgspec.convert(node.spec, FunctionSpec), "")
        except RunFailed as error:
            text = str(error)
            kwarg = _KWARG.search(text)
            field = (ARGUMENT, kwarg[1]) if kwarg else ()
            yield Problem(node.key, field, text, refused=False)


def _is_command(node: DraftNode, known: Sequence[Offer]) -> bool:
    return any(
        {each.name for each in offer.arguments} == _COMMAND
        for offer in matching(known, node.funcname, node.executortype)
    )
