"""Moving files to other names and labels; not part of the original protocol.

Revisions keep their ids, so snapshots hold what they held, and their bytes stay where they are.
"""

from __future__ import annotations

from typing import Any

from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.core.file import below, check_label, check_name, check_storable, place
from jupyter_colonies.core.messages import files as messages
from jupyter_colonies.core.messages.files import Moved, MoveFiles
from jupyter_colonies.errors import Conflict, InvalidRequest, NotFound
from jupyter_colonies.store import files


@answers(messages.MOVE_FILES)
def move_files(call: Call, request: MoveFiles) -> Moved:
    """Move a file or a label as a whole.

    Raises NotFound if nothing is there, Conflict if a file is in the way, and InvalidRequest for a
    place to which no folder could follow.
    """
    check_label(request.tolabel)
    moved = _move_file(call, request) if request.name else _move_label(call, request)
    if not moved:
        what = f"file '{request.name}' with label" if request.name else "label"
        raise NotFound(f"Failed to move files, there is no {what} '{request.label}'")
    return Moved(revisions=moved)


def _move_file(call: Call, request: MoveFiles) -> int:
    name = request.toname or request.name
    check_name(name)
    origin = {"place": place(request.label), "name": request.name}
    target = {"place": place(request.tolabel), "name": name}
    check_storable(request.tolabel, name)
    if origin == target:
        raise InvalidRequest(f"Failed to move files, '{name}' is there already")
    if call.tx.one(files.LATEST, colonyname=request.colonyname, **target) is not None:
        raise _in_the_way(target["place"], name)
    return call.tx.run(
        files.MOVE_NAMED,
        colonyname=request.colonyname,
        **origin,
        toplace=target["place"],
        toname=name,
    )


def _move_label(call: Call, request: MoveFiles) -> int:
    if request.toname:
        raise InvalidRequest("Failed to move files, a label that is moved has no new name")
    origin, target = place(request.label), place(request.tolabel)
    if origin == target:
        raise InvalidRequest(f"Failed to move files, '{origin}' is there already")
    begin, tobegin = below(origin), below(target)
    where: dict[str, Any] = {
        "colonyname": request.colonyname,
        "place": origin,
        "begin": begin,
        "length": len(begin),
    }
    found = call.tx.one(files.LONGEST_BELOW, **where)
    longest = (found and found["longest"]) or 0
    check_storable(tobegin, "x" * max(0, longest - len(begin.encode(errors="replace"))))
    where |= {"toplace": target, "tobegin": tobegin}
    obstacle = call.tx.one(files.IN_THE_WAY, **where)
    if obstacle is not None:
        raise _in_the_way(obstacle["place"], obstacle["name"])
    return call.tx.run(files.MOVE_LABEL, **where)


def _in_the_way(at: str, name: str) -> Conflict:
    return Conflict(
        f"Failed to move files, there is a file '{name}' in '{at}' already: remove it, or move to "
        "another place"
    )
