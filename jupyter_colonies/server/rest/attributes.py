"""Attributes: keys and texts attached to processes."""

from __future__ import annotations

from typing import Annotated

import msgspec

from jupyter_colonies.core.decoding import Integer
from jupyter_colonies.core.messages import processes as messages
from jupyter_colonies.core.messages.processes import MOST_TEXTS
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.process import Attribute, AttributeType, Process
from jupyter_colonies.server.rest import processes
from jupyter_colonies.server.rest.declaration import Reply, Visit, address, declare

ALL = processes.ONE + "/attributes"

Texts = Annotated[dict[str, str], msgspec.Meta(min_length=1, max_length=MOST_TEXTS)]


class NewAttribute(msgspec.Struct, kw_only=True):
    """Body of an attribute that can be set once: 0 in, 1 out, 2 err or 3 env is its type."""

    key: str
    value: str
    attributetype: Integer = int(AttributeType.OUT)


class Changes(msgspec.Struct, kw_only=True):
    """Body of texts by their keys, which take the place of those with the same keys."""

    texts: Texts


@declare("GET", ALL, who=Role.MEMBER, replies={200: list[Attribute]}, tagged=True)
async def list_attributes(visit: Visit, processid: str) -> Reply:
    """All attributes of a process."""
    process: Process = await visit.ask(messages.GET_PROCESS, processid=processid)
    return Reply(200, process.attributes or [])


@declare("POST", ALL, who=processes.HOLDER, replies={201: Attribute})
async def add_attribute(visit: Visit, processid: str, *, body: NewAttribute) -> Reply:
    """Attach a text to a running process, once for each key and type."""
    holder = await visit.visitor.holder(processid)
    attribute = Attribute(
        targetid=processid, key=body.key, value=body.value, attributetype=body.attributetype
    )
    added: Attribute = await visit.ask(messages.ADD_ATTRIBUTE, holder, attribute=attribute)
    return Reply(201, added, address("attributes", added.attributeid))


@declare("PATCH", ALL, who=processes.HOLDER, replies={204: None})
async def set_attributes(visit: Visit, processid: str, *, body: Changes) -> Reply:
    """Attach texts to a running process, in place of those with the same keys."""
    holder = await visit.visitor.holder(processid)
    await visit.ask(messages.SET_ATTRIBUTES, holder, processid=processid, texts=body.texts)
    return Reply(204)


@declare("GET", "attributes/{attributeid}", who=Role.MEMBER, replies={200: Attribute}, tagged=True)
async def get_attribute(visit: Visit, attributeid: str) -> Reply:
    """One attribute."""
    return Reply(200, await visit.ask(messages.GET_ATTRIBUTE, attributeid=attributeid))
