"""Idempotency keys: a request that comes again gets the reply that it got first.

The reply is stored in the transaction that carries the request out. So either both are there or
neither is, whatever becomes of the server, and of two equal requests at the same time the second
one waits for the first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import msgspec

from jupyter_colonies.broker.attendance import Attendance
from jupyter_colonies.broker.call import Call, Desk, Facts
from jupyter_colonies.broker.duty import Duty
from jupyter_colonies.broker.signals import Due
from jupyter_colonies.broker.verifying import Verifier
from jupyter_colonies.core.messages import Message
from jupyter_colonies.core.once import KEPT, Once
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import ColoniesError, KeyReused
from jupyter_colonies.store import replies
from jupyter_colonies.store.engine import Store
from jupyter_colonies.store.statement import Transaction

NAME = "replies"

T = TypeVar("T")


class Known(ColoniesError):
    """The request was carried out before: nothing is to be done but to give its reply again."""

    def __init__(self, reply: Any) -> None:
        super().__init__("carried out before")
        self.reply = reply


class KeyedDesk(NamedTuple):
    """A broker while it carries out a request with a key."""

    desk: Desk
    once: Once | None

    @property
    def store(self) -> Store:
        """See `Desk`."""
        return self.desk.store

    @property
    def facts(self) -> Facts:
        """See `Desk`."""
        return self.desk.facts

    @property
    def attendance(self) -> Attendance:
        """See `Desk`."""
        return self.desk.attendance

    @property
    def verifier(self) -> Verifier | None:
        """See `Desk`."""
        return self.desk.verifier


def first(
    call: Call,
    once: Once | None,
    message: Message[Any, Any],
    work: Callable[[], T],
    told: Callable[[T], Any] = lambda result: result,
) -> T:
    """Do the work of a request, and note what is told of it.

    Raises Known if the request was carried out before, and KeyReused if another one was.
    """
    if once is None:
        return work()
    tx = call.tx
    look(call, once, message)
    row = {
        "callerid": call.caller.id,
        "idempotencykey": once.key,
        "digest": once.digest,
        "at": tx.now,
        "reply": "",
    }
    if tx.shared and not tx.run(replies.CLAIM, **row):
        look(call, once, message)
    result = work()
    text = msgspec.json.encode(told(result)).decode()
    if tx.shared:
        mine = {"of_caller": call.caller.id, "of_key": once.key}
        tx.run(replies.FILL, **mine, new_reply=text)
    else:
        tx.run(replies.ADD, **{**row, "reply": text})
    tx.announce(Due(tx.now + KEPT * SECOND, NAME))
    return result


def look(call: Call, once: Once | None, message: Message[Any, Any]) -> None:
    """Raise Known if the request was carried out before, and KeyReused if another one was."""
    if once is None:
        return
    row = call.tx.one(replies.GET, of_caller=call.caller.id, of_key=once.key)
    if row is None:
        return
    if row["digest"] != once.digest:
        raise KeyReused(
            f"The idempotency key '{once.key}' came with another request before: take a new key "
            "for a new request, and the same one only to repeat the same bytes"
        )
    raise Known(msgspec.json.decode(row["reply"], type=message.reply))


def duty(store: Store, clock: Callable[[], int]) -> Duty:
    """The duty that forgets replies after a day."""

    def forget(tx: Transaction) -> int:
        tx.run(replies.REMOVE_OLD, before=tx.now - KEPT * SECOND)
        row = tx.one(replies.OLDEST)
        return int(row["at"]) + KEPT * SECOND if row and row["at"] else 0

    async def act() -> int:
        return await store.write(forget)

    return Duty(NAME, act, clock)
