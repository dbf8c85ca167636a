"""Methods for the messages in `tokens`; written by `client.generate`, do not edit."""

from __future__ import annotations

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.messages import Empty, tokens
from jupyter_colonies.core.token import NewToken, Token


class TokensMethods(Operations):
    """Methods for the messages in `tokens`."""

    async def add_token(
        self,
        *,
        colonyname: str = "",
        name: str = "",
        scopes: list[str] | None = None,
        lifetime: int = 2592000,
    ) -> NewToken:
        """Add token.

        Make a token that stands for whoever signs this request.

        `scopes` are words of `core.scope.Scope`. `lifetime` is the number of seconds until the
        token expires, at most 366 days.

        Sent as `addtokenmsg`; for an approved executor or a user of the colony, or its owner. An
        extension of the protocol.
        """
        reply: NewToken = await self.call(
            tokens.ADD_TOKEN,
            tokens.AddToken(
                colonyname=colonyname,
                name=name,
                scopes=scopes,
                lifetime=lifetime,
            ),
        )
        return reply

    async def get_tokens(
        self,
        *,
        colonyname: str = "",
    ) -> list[Token]:
        """Get tokens.

        The caller's tokens in a colony; its owner sees those of all members.

        Sent as `gettokensmsg`; for an approved executor or a user of the colony, or its owner. An
        extension of the protocol.
        """
        reply: list[Token] = await self.call(
            tokens.GET_TOKENS,
            tokens.ListTokens(
                colonyname=colonyname,
            ),
        )
        return reply

    async def remove_token(
        self,
        *,
        colonyname: str = "",
        tokenid: str = "",
    ) -> Empty:
        """Remove token.

        A request about one token of a colony.

        Sent as `removetokenmsg`; for an approved executor or a user of the colony, or its owner.
        An extension of the protocol.
        """
        reply: Empty = await self.call(
            tokens.REMOVE_TOKEN,
            tokens.OneToken(
                colonyname=colonyname,
                tokenid=tokenid,
            ),
        )
        return reply
