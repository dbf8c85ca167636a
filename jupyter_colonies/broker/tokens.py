"""Bearer tokens: who makes, sees and revokes them, and for whom one stands.

A token is good as long as its owner is what it was when it made the token: a member of the
colony, or its owner. That is looked at with each request.
"""

from __future__ import annotations

import hmac
from typing import NamedTuple

from jupyter_colonies.broker import authorize
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.signals import Revoked
from jupyter_colonies.core import identity, scope, token
from jupyter_colonies.core.member import check_name
from jupyter_colonies.core.messages import Empty, tokens
from jupyter_colonies.core.messages.tokens import AddToken, ListTokens, OneToken
from jupyter_colonies.core.policy import Grant
from jupyter_colonies.core.scope import Scope
from jupyter_colonies.core.times import SECOND, to_wire
from jupyter_colonies.core.token import NewToken, Token
from jupyter_colonies.errors import AccessDenied, LimitReached, NotFound, Unproven
from jupyter_colonies.store import members
from jupyter_colonies.store import tokens as statements
from jupyter_colonies.store.statement import Row, Transaction

MOST = 100
"""Tokens that an identity may have in a colony at a time."""

KEPT = 30 * token.DAY * SECOND
"""How long tokens that are not good any more are shown."""

COARSE = 3600 * SECOND
"""How exactly it is known when a token was used."""


class NoToken(Unproven):
    """A bearer token that stands for nobody: the message says why."""


class Bearer(NamedTuple):
    """For whom a token stands, and until when (nanoseconds since 1970)."""

    id: str
    tokenid: str
    digest: str
    name: str
    grant: Grant
    expires: int
    used_lately: bool


@answers(tokens.ADD_TOKEN)
def add_token(call: Call, request: AddToken) -> NewToken:
    """Make a token; its secret is told once. What is long past is removed."""
    check_name(request.name, "token")
    scopes = scope.parse(request.scopes or [])
    token.check_lifetime(request.lifetime)
    tx, mine = call.tx, {"colonyname": call.colonyname, "ownerid": call.caller.id}
    tx.lock(members.LOCK_COLONY, colonyname=call.colonyname)
    tx.run(statements.REMOVE_OLD, colonyname=call.colonyname, before=tx.now - KEPT)
    row = tx.one(statements.COUNT, **mine, now=tx.now)
    if row is not None and row["count"] >= MOST:
        raise LimitReached(f"There are {MOST} tokens of this identity already: revoke some")
    secret = token.new_secret()
    made = {
        **mine,
        "tokenid": identity.new_id(),
        "name": request.name,
        "scopes": " ".join(scopes),
        "created": tx.now,
        "expires": tx.now + request.lifetime * SECOND,
        "lastused": 0,
        "revoked": 0,
    }
    tx.run(statements.ADD, **made, digest=token.digest(secret))
    return NewToken(token=_token(made), secret=secret)


@answers(tokens.GET_TOKENS)
def get_tokens(call: Call, _: ListTokens) -> list[Token]:
    """The caller's tokens, or those of all for the colony's owner, also what was revoked lately."""
    rows = call.tx.all(statements.LIST, colonyname=call.colonyname, ownerid=_whose(call))
    return [_token(row) for row in rows]


@answers(tokens.REMOVE_TOKEN)
def remove_token(call: Call, request: OneToken) -> Empty:
    """Revoke a token: it is good for nothing from now on, and streams that it opened end."""
    revoked = call.tx.run(
        statements.REVOKE,
        colonyname=call.colonyname,
        ownerid=_whose(call),
        of_token=request.tokenid,
        now=call.tx.now,
    )
    if not revoked:
        raise NotFound(f"There is no token '{request.tokenid}' of yours that could be revoked")
    call.tx.announce(Revoked(request.tokenid))
    return Empty()


def bearer(tx: Transaction, secret: str) -> Bearer:
    """For whom a token stands. Raises NoToken if it is not, or not any more, good."""
    return _bearer(tx, token.digest(secret))


def check(tx: Transaction, known: Bearer) -> None:
    """Raise NoToken if a token is not good any more."""
    _bearer(tx, known.digest)


def _bearer(tx: Transaction, digest: str) -> Bearer:
    row = tx.one(statements.BY_DIGEST, digest=digest)
    if row is None or not hmac.compare_digest(row["digest"], digest):
        raise NoToken("The bearer token is not known here: make one with 'token add'")
    if row["revoked"]:
        raise NoToken(f"The bearer token '{row['name']}' was revoked: make another one")
    if row["expires"] <= tx.now:
        raise NoToken(
            f"The bearer token '{row['name']}' has expired, at {_when(row['expires'])}: make "
            "another one"
        )
    if not _is_there(tx, row["colonyname"], row["ownerid"]):
        raise NoToken(
            f"Whoever made the bearer token '{row['name']}' is not in colony "
            f"'{row['colonyname']}' any more"
        )
    granted = frozenset(Scope(word) for word in row["scopes"].split())
    return Bearer(
        row["ownerid"],
        row["tokenid"],
        digest,
        row["name"],
        Grant(row["colonyname"], granted),
        row["expires"],
        tx.now - row["lastused"] < COARSE,
    )


def used(tx: Transaction, tokenid: str) -> None:
    """Note that a token is being used."""
    tx.run(statements.USED, of_token=tokenid, now=tx.now)


def _is_there(tx: Transaction, colonyname: str, ownerid: str) -> bool:
    colony = tx.one(members.GET_COLONY, name=colonyname)
    if colony is None:
        return False
    try:
        authorize.member(tx, colonyname, ownerid)
    except AccessDenied:
        return hmac.compare_digest(str(colony["colonyid"]), ownerid)
    return True


def _whose(call: Call) -> str:
    """Whose tokens the caller sees; an empty id stands for everybody's."""
    return "" if call.caller.owner else call.caller.id


def _when(moment: int) -> str:
    return to_wire(moment).strftime("%Y-%m-%d %H:%M:%S UTC")


def _token(row: Row) -> Token:
    return Token(
        tokenid=row["tokenid"],
        name=row["name"],
        colonyname=row["colonyname"],
        ownerid=row["ownerid"],
        scopes=row["scopes"].split(),
        created=to_wire(row["created"]),
        expires=to_wire(row["expires"]),
        lastused=to_wire(row["lastused"]),
        revoked=to_wire(row["revoked"]),
    )
