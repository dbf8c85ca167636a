"""One line of the audit log: who, by which proof, did what to which object, and with what outcome.

Nothing that a caller sent is in it but the names and ids listed here: no values, no texts, no
keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from jupyter_colonies.broker.trail import Deed
from jupyter_colonies.core.policy import OWNER_NAME, Role
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import rest_status

NAMED = frozenset(
    {
        "attributeid", "blueprintid", "bucket", "colonyid", "colonyname", "cronid", "executorid",
        "executorname", "executortype", "fileid", "funcname", "functionid", "generatorid", "key",
        "label", "locationname", "name", "nodename", "processgraphid", "processid", "serverid",
        "snapshotid", "tokenid", "userid", "workflowname",
    }
)  # fmt: skip
"""Fields whose values are written down. `key` is that of an object in a bucket, see `of_bytes`."""

INSIDE = ("spec", "conditions", "executor", "user", "colony", "fun", "items", "blueprint", "cron",
          "generator", "location", "file")  # fmt: skip
"""Fields of a request that hold such fields."""

LONGEST = 200
MOST = 256
DONE, REFUSED = "done", "refused"


class Who(msgspec.Struct, frozen=True):
    """A colony's identity."""

    name: str
    id: str


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line. `status` and `error` say, as on the REST API, why something was refused."""

    time: str
    who: Who
    proof: str
    via: str
    address: str = ""
    operation: str
    colony: str = ""
    objects: dict[str, list[str]] = {}
    outcome: str
    status: int = 0
    error: str = ""


_ROLES = {Role.COLONY_OWNER: OWNER_NAME, Role.SERVER_OWNER: "server owner"}


def entry_of(deed: Deed, known: str) -> Entry:
    """The line about a deed; `known` is the caller's name if it is not said."""
    message = deed.message
    objects = _objects(deed.request, deed.reply)
    colony = next(iter(objects.pop("colonyname", [])), "")
    name = deed.name or _said_by(deed) or known
    return Entry(
        time=moment(deed.at),
        who=Who(name, deed.callerid),
        proof=deed.origin.proof,
        via=deed.origin.face,
        address=deed.origin.address,
        operation=message.method,
        colony=colony,
        objects=objects,
        outcome=REFUSED if deed.error else DONE,
        status=rest_status(deed.error) if deed.error else 0,
        error=type(deed.error).__name__ if deed.error else "",
    )


def _said_by(deed: Deed) -> str:
    """The caller's name as the outcome tells it."""
    if deed.error is not None:
        return ""
    if getattr(deed.reply, "initiatorid", "") == deed.callerid:
        return str(getattr(deed.reply, "initiatorname", ""))
    return _ROLES.get(deed.message.role, "")


def moment(at: int) -> str:
    """A moment in nanoseconds since 1970 as RFC 3339 has it."""
    return to_wire(at).isoformat().replace("+00:00", "Z")


def _objects(*parts: object) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in parts:
        for name, value in _fields(part, 3):
            values = found.setdefault(name, [])
            if value not in values and len(values) < MOST:
                values.append(value)
    return found


def _fields(part: Any, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(part, list):
        for each in part[:MOST]:
            yield from _fields(each, depth)
    elif isinstance(part, msgspec.Struct):
        plain, inside = _known(type(part))
        for name in plain:
            value = getattr(part, name)
            if value and isinstance(value, str):
                yield name, value[:LONGEST]
        if depth:
            for name in inside:
                yield from _fields(getattr(part, name), depth - 1)


_Names = tuple[tuple[str, ...], tuple[str, ...]]
_names_of: dict[type, _Names] = {}


def _known(kind: type[msgspec.Struct]) -> _Names:
    names = _names_of.get(kind)
    if names is None:
        fields = kind.__struct_fields__
        plain = tuple(name for name in fields if name in NAMED and name != "key")
        names = _names_of[kind] = plain, tuple(name for name in fields if name in INSIDE)
    return names
