"""Channels: what the submitter and the executor of a process write to each other.

Protocol part 03, section 2. Entries are rows, so they survive a restart, and every server of a
database sees the same log. A change of a channel locks its process, which makes one order of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.signals import Appended
from jupyter_colonies.core import channel, policy
from jupyter_colonies.core.channel import ChannelEntry
from jupyter_colonies.core.messages import Empty
from jupyter_colonies.core.messages import channels as messages
from jupyter_colonies.core.messages.channels import AppendToChannel, ReadChannel, SubscribeChannel
from jupyter_colonies.core.process import State
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.core.times import to_wire
from jupyter_colonies.errors import NotFound
from jupyter_colonies.store import channels, processes
from jupyter_colonies.store.statement import Row, Transaction


class Position(NamedTuple):
    """How far a subscriber has come.

    `newest` is the number of the last entry that was on the way when it looked last, None before
    it looked. `pending` are numbers and sizes of entries it is still to get.
    """

    newest: int | None = None
    pending: tuple[tuple[int, int], ...] = ()


class Unread(NamedTuple):
    """The next entries for a subscriber, and whether the process can still be written to."""

    entries: list[ChannelEntry]
    position: Position
    open: bool


def declared(rows: Sequence[Row], specs: Sequence[FunctionSpec]) -> list[dict[str, Any]]:
    """Rows of the channels that new processes declare; more than 100 are not made (CH-1, CH-2)."""
    return [
        {
            "process": row["seq"],
            "name": name,
            "entries": 0,
            "bytes": 0,
            "spent": 0,
            "turn": 0,
            "speaker": "",
        }
        for row, spec in zip(rows, specs, strict=True)
        for name in spec.channelnames[: channel.MOST_CHANNELS]
    ]


@answers(messages.APPEND_TO_CHANNEL)
def append(call: Call, request: AppendToChannel) -> Empty:
    """Write an entry; one sender's entries are in the order of their `sequence` (CH-15)."""
    payload = request.payload if isinstance(request.payload, bytes) else None
    channel.check_payload(payload)
    found = _channel(call, request.name, "write to")
    now = call.tx.now
    spent = call.tx.one(channels.SPENT, process=call.row["seq"])
    spent_until = channel.spend((spent and spent["until"]) or 0, now)
    size = len(payload or b"")
    channel.check_room(found["entries"], found["bytes"], size)
    senderid = call.caller.id
    turn = found["turn"] + (found["speaker"] != senderid)
    call.tx.run(
        channels.GROW,
        at_seq=found["seq"],
        more=size,
        spent_until=spent_until,
        new_turn=turn,
        new_speaker=senderid,
    )
    call.tx.run(
        channels.ADD_ENTRY,
        channel=found["seq"],
        turn=turn,
        sequence=request.sequence,
        inreplyto=request.inreplyto,
        timestamp=now,
        senderid=senderid,
        payloadtype=request.payloadtype or channel.DATA,
        size=size,
        payload=payload,
    )
    call.tx.announce(Appended(call.row["processid"], request.name))
    return Empty()


@answers(messages.READ_CHANNEL)
def read(call: Call, request: ReadChannel) -> list[ChannelEntry]:
    """Entries after an index into the log, which is not a sequence number (CH-16)."""
    found = _channel(call, request.name, "read from")
    limit = request.limit if request.limit > 0 else channel.MOST_ENTRIES
    waiting = _in_order(call.tx, found, request.afterseq, limit)
    return _entries(call.tx, _fitting(waiting, channel.LARGEST_READ))


def unread(call: Call, request: SubscribeChannel, position: Position) -> Unread:
    """What a subscriber gets next; when it looks first, everything after its index.

    Later it gets what arrived since, whatever its place in the log, also of a process that has
    just ended. Raises NotFound once that is gone.
    """
    ended = State(call.row["state"]).finished
    begins = position.newest is None
    found = _channel(call, request.name, "subscribe to", also_ended=not begins)
    newest, pending = position.newest or 0, position.pending
    if begins:
        pending = _in_order(call.tx, found, request.afterseq, channel.MOST_ENTRIES)
        last = call.tx.one(channels.LAST_ARRIVAL, channel=found["seq"])
        newest = (last and last["last"]) or 0
    elif not pending:
        arrived = call.tx.all(channels.ARRIVED_SINCE, channel=found["seq"], since=newest)
        pending = tuple((row["seq"], row["size"]) for row in arrived)
        newest = pending[-1][0] if pending else newest
    chosen = _fitting(pending, channel.LARGEST_FRAME)
    rest = Position(newest, pending[len(chosen) :])
    return Unread(_entries(call.tx, chosen), rest, not ended)


def cut_off() -> list[ChannelEntry]:
    """The server's word to a subscriber that is too slow to get what is left (section 2.3)."""
    return [ChannelEntry(error=channel.CUT_OFF)]


def _channel(call: Call, name: str, doing: str, *, also_ended: bool = False) -> Row:
    """The channel, in the order of checks of CH-11. Raises NotFound or AccessDenied."""
    process = call.row
    found = None
    if also_ended or not State(process["state"]).finished:
        found = call.tx.one(channels.NAMED, process=process["seq"], name=name)
    if found is None:
        raise NotFound(
            f"Channel not found: the process declares no channel '{name}', or it has ended"
        )
    parties = {process["initiatorid"], process["assignedexecutorid"]} - {""}
    policy.check_party(call.caller.id, parties, doing)
    return found


def _in_order(tx: Transaction, found: Row, after: int, most: int) -> tuple[tuple[int, int], ...]:
    rows = tx.all(channels.IN_ORDER, channel=found["seq"], after=max(after, 0), most=most)
    return tuple((row["seq"], row["size"]) for row in rows)


def _fitting(waiting: Sequence[tuple[int, int]], most: int) -> Sequence[tuple[int, int]]:
    """As many of the first as have so many bytes, but one at least."""
    total = 0
    for number, (_, size) in enumerate(waiting):
        total += size
        if total > most and number:
            return waiting[:number]
    return waiting


def _entries(tx: Transaction, chosen: Sequence[tuple[int, int]]) -> list[ChannelEntry]:
    seqs = [seq for seq, _ in chosen]
    rows = {
        row["seq"]: row
        for statement, keys in processes.numbered(channels.numbered_entries, seqs)
        for row in tx.all(statement, **keys)
    }
    return [_entry(rows[seq]) for seq in seqs]


def _entry(row: Row) -> ChannelEntry:
    return ChannelEntry(
        sequence=row["sequence"],
        inreplyto=row["inreplyto"] or msgspec.UNSET,
        timestamp=to_wire(row["timestamp"]),
        senderid=row["senderid"],
        payload=row["payload"],
        type=row["payloadtype"],
    )
