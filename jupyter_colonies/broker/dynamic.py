"""Growing a workflow while it runs: add and insert children (protocol part 02, section 7)."""

from __future__ import annotations

from jupyter_colonies.broker import reading, transition
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.submit import PROCESS, insert, new_row, origin
from jupyter_colonies.core.messages import workflows
from jupyter_colonies.core.messages.workflows import AddChild
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.core.spec import FunctionSpec, canonical, check_priority
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.store import numbers, processes
from jupyter_colonies.store.statement import Row


@answers(workflows.ADD_CHILD)
def add_child(call: Call, request: AddChild) -> Process:
    """Put a new process below a running one; the executor that runs it must ask."""
    tx = call.tx
    parent = _parent(call, request)
    joined = None if request.insert else _joined(call, request, parent)
    spec = canonical(request.spec or FunctionSpec())
    check_priority(spec)
    row = new_row(
        origin(call),
        spec,
        seq=numbers.take(tx, PROCESS, 1)[0],
        graph=(parent["graphseq"], parent["processgraphid"]),
        pending=1,
    )
    row |= {"addedby": parent["seq"], "inserted": int(request.insert)}
    attributes = insert(tx, [row], [spec])
    touched = [parent]
    if request.insert:
        touched += _move_children(call, parent["seq"], row["seq"])
    _connect(call, parent["seq"], row["seq"])
    if joined is not None:
        _connect(call, row["seq"], joined["seq"])
        tx.run(processes.ADD_PENDING, at_seq=joined["seq"], more=1)
        touched.append(joined)
    transition.record(tx, [], row["graphseq"], [(State.WAITING, 1)], touched=[row, *touched])
    return reading.process(
        row,
        parents=[parent["processid"]],
        children=[child["processid"] for child in tx.all(processes.CHILDREN, parent=row["seq"])],
        attributes=attributes,
    )


def _parent(call: Call, request: AddChild) -> Row:
    """The process to grow from, if the caller runs it (protocol part 02, section 7.1)."""
    parent = call.tx.one(processes.BY_ID_TO_CHANGE, processid=request.parentprocessid)
    name = f"Process with Id {request.parentprocessid}"
    if parent is None:
        raise InvalidRequest(f"{name} not found")
    if parent["state"] != State.RUNNING:
        raise InvalidRequest(f"{name} is not running")
    if parent["assignedexecutorid"] != call.caller.id:
        raise InvalidRequest(f"{name} is not assigned to executor with Id {call.caller.id}")
    if not parent["graphseq"]:
        raise InvalidRequest(f"{name} does not belong to a processgraph")
    if request.processgraphid not in ("", parent["processgraphid"]):
        raise InvalidRequest(
            f"{name} belongs to processgraph {parent['processgraphid']}, "
            f"not to {request.processgraphid}"
        )
    if parent["colonyname"] != call.colonyname:
        raise InvalidRequest(
            f"{name} belongs to colony <{parent['colonyname']}>, not to <{call.colonyname}>"
        )
    return parent


def _joined(call: Call, request: AddChild, parent: Row) -> Row | None:
    """The process that is to wait for the new one.

    No loop can arise: everything above a running process has succeeded, and this one waits.
    """
    if not request.childprocessid:
        return None
    name = f"Process with Id {request.childprocessid}"
    child = call.tx.one(processes.BY_ID_TO_CHANGE, processid=request.childprocessid)
    if child is None or child["graphseq"] != parent["graphseq"]:
        raise InvalidRequest(f"{name} not found in the processgraph of the parent")
    if child["state"] != State.WAITING:
        raise InvalidRequest(f"{name} is not waiting, it can't get another parent")
    return child


def _move_children(call: Call, parent: int, new: int) -> list[Row]:
    """All children of the parent become children of the new process, in their order."""
    call.tx.lock(processes.LOCK_CHILDREN, parent=parent)
    children = call.tx.all(processes.CHILDREN, parent=parent)
    call.tx.run(processes.MOVE_TO_PARENT, old_parent=parent, new_parent=new)
    return children


def _connect(call: Call, parent: int, child: int) -> None:
    last_child = call.tx.one(processes.LAST_CHILD_POSITION, parent=parent)
    last_parent = call.tx.one(processes.LAST_PARENT_POSITION, child=child)
    call.tx.many(
        processes.INSERT_EDGE,
        [
            {
                "parent": parent,
                "child": child,
                "childposition": (last_child["last"] if last_child else -1) + 1,
                "parentposition": (last_parent["last"] if last_parent else -1) + 1,
            }
        ],
    )
