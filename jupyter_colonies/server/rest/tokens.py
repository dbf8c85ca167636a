"""Tokens: making, listing and revoking one's own."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.messages import tokens
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.token import USUAL, NewToken, Token
from jupyter_colonies.server.rest.declaration import Reply, Visit, address, declare

ALL = "colonies/{colonyname}/tokens"
ONE = "colonies/{colonyname}/tokens/{tokenid}"


class TokenWanted(msgspec.Struct, kw_only=True):
    """A token to be made: `scopes` are among `read`, `submit`, `execute` and `manage`.

    `lifetime` is the number of seconds until it expires, at most 366 days.
    """

    name: Name
    scopes: list[str]
    lifetime: Integer = USUAL


@declare("POST", ALL, who=Role.MEMBER_OR_OWNER, replies={201: NewToken})
async def add_token(visit: Visit, colonyname: str, *, body: TokenWanted) -> Reply:
    """Make a token that stands for the caller.

    Its secret is in this reply and in no other. A request with a token makes none.
    """
    fields = {"name": body.name, "scopes": body.scopes, "lifetime": body.lifetime}
    made: NewToken = await visit.ask(tokens.ADD_TOKEN, colonyname=colonyname, **fields)
    return Reply(201, made, address("colonies", colonyname, "tokens", made.token.tokenid))


@declare("GET", ALL, who=Role.MEMBER_OR_OWNER, replies={200: list[Token]}, tagged=True)
async def list_tokens(visit: Visit, colonyname: str) -> Reply:
    """The caller's tokens, for the colony's owner those of all; what was revoked lately too."""
    return Reply(200, await visit.ask(tokens.GET_TOKENS, colonyname=colonyname))


@declare("DELETE", ONE, who=Role.MEMBER_OR_OWNER, replies={204: None})
async def revoke_token(visit: Visit, colonyname: str, tokenid: str) -> Reply:
    """Revoke a token: it is good for nothing from now on, and what it follows ends."""
    await visit.ask(tokens.REMOVE_TOKEN, colonyname=colonyname, tokenid=tokenid)
    return Reply(204)
