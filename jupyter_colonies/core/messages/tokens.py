"""Bearer tokens of an identity; not part of the original protocol.

They are for the REST API. The RPC takes signatures alone.
"""

from __future__ import annotations

from jupyter_colonies.core.decoding import Integer, Name
from jupyter_colonies.core.messages.registry import Empty, Message, Request, declare
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.token import USUAL, NewToken, Token


class AddToken(Request):
    """Make a token that stands for whoever signs this request.

    `scopes` are words of `core.scope.Scope`. `lifetime` is the number of seconds until the
    token expires, at most 366 days.
    """

    colonyname: Name = ""
    name: Name = ""
    scopes: list[str] | None = None
    lifetime: Integer = USUAL


class ListTokens(Request):
    """The caller's tokens in a colony; its owner sees those of all members."""

    colonyname: Name = ""


class OneToken(Request):
    """A request about one token of a colony."""

    colonyname: Name = ""
    tokenid: str = ""


ADD_TOKEN = declare(
    Message(
        "addtokenmsg",
        "add_token",
        AddToken,
        NewToken,
        does="add token",
        role=Role.MEMBER_OR_OWNER,
        colony="colonyname",
        needs=("name", "Failed to add token, it has no name"),
        extension=True,
    )
)
GET_TOKENS = declare(
    Message(
        "gettokensmsg",
        "get_tokens",
        ListTokens,
        list[Token],
        does="get tokens",
        role=Role.MEMBER_OR_OWNER,
        colony="colonyname",
        reads=True,
        extension=True,
    )
)
REMOVE_TOKEN = declare(
    Message(
        "removetokenmsg",
        "remove_token",
        OneToken,
        Empty,
        does="revoke token",
        role=Role.MEMBER_OR_OWNER,
        colony="colonyname",
        needs=("tokenid", "Failed to revoke token, msg.TokenID is empty"),
        extension=True,
    )
)
