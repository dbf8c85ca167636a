"""How a caller of the REST API proves who they are: by a signature or by a bearer token.

Both stand in headers. Inside Jupyter there is a third way, Jupyter's own; see `visitors`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple
from urllib.parse import parse_qsl

from tornado.httputil import HTTPHeaders, HTTPServerRequest

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import token
from jupyter_colonies.errors import AccessDenied, Unproven
from jupyter_colonies.server.signatures import Message, Verifier, is_signed
from jupyter_colonies.server.visitor import SignedVisitor, TokenVisitor, Visitor

IN_QUERY = frozenset({"access_token", "token", "bearer_token", "bearer"})
_BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)


class Presented(NamedTuple):
    """A request as far as it proves something.

    `url` is the one that the client sees. `private` says that nobody else could read the request
    on its way.
    """

    method: str
    url: str
    headers: HTTPHeaders
    body: bytes
    private: bool


def presented(request: HTTPServerRequest) -> Presented:
    """What a request presents at this server."""
    return Presented(
        request.method or "",
        f"{request.protocol}://{request.host}{request.uri}",
        request.headers,
        request.body,
        request.protocol == "https" or _is_near(request.remote_ip),
    )


def carries_proof(headers: HTTPHeaders) -> bool:
    """Whether headers carry a signature or a Colonies token, good or not."""
    given = _BEARER.fullmatch(headers.get("Authorization", ""))
    return is_signed(headers) or (given is not None and given[1].startswith(token.PREFIX))


class Proofs:
    """Knows who sent a request.

    `roots` are further URLs of this server, see `signatures.Verifier`. `plaintext_tokens` says that
    tokens may come from other machines without TLS.
    """

    def __init__(
        self, broker: Broker, *, roots: Sequence[str] = (), plaintext_tokens: bool = False
    ) -> None:
        self._broker = broker
        self._roots = roots
        self._plaintext_tokens = plaintext_tokens

    @cached_property
    def _verifier(self) -> Verifier:
        return Verifier(self._broker.first_use, self._broker.now, self._roots)

    async def visitor(self, given: Presented) -> Visitor:
        """Who sent it.

        Raises Unproven unless exactly one proof is there and good, and AccessDenied for a token
        that others could read.
        """
        authorization = given.headers.get_list("Authorization")
        if is_signed(given.headers):
            if authorization:
                raise Unproven("The request has a signature and a token: send one of them")
            message = Message(given.method, given.url, _joined(given.headers))
            return SignedVisitor(self._broker, await self._verifier.caller(message, given.body))
        if authorization:
            return await self._bearer(authorization, private=given.private)
        query = given.url.partition("?")[2]
        if any(name in IN_QUERY for name, _ in parse_qsl(query, keep_blank_values=True)):
            raise Unproven(
                "A token in the address is not taken, addresses are kept in logs: send it as the "
                "header 'Authorization: Bearer', and revoke the one that was in the address"
            )
        raise Unproven(
            "Nothing proves who sent this request: sign it as RFC 9421 describes with a Colonies "
            "key, send a token as the header 'Authorization: Bearer', or use this API through "
            "Jupyter's address with a Jupyter token"
        )

    async def _bearer(self, authorization: list[str], *, private: bool) -> Visitor:
        found = _BEARER.fullmatch(authorization[0]) if len(authorization) == 1 else None
        if found is None:
            raise Unproven("The header Authorization is not 'Bearer' and one token")
        if not private and not self._plaintext_tokens:
            raise AccessDenied(
                "Access denied, the token came from another machine without TLS and anybody on "
                "the way could read it: revoke it and use https; or, where the network is your "
                "own, let the server take tokens as they come (plaintext_tokens, "
                "COLONIES_PLAINTEXT_TOKENS)"
            )
        secret = found[1]
        if not token.is_secret(secret):
            raise Unproven(f"This is no token of this server: they begin with '{token.PREFIX}'")
        return TokenVisitor(self._broker, await self._broker.bearer(secret))


def _joined(headers: HTTPHeaders) -> dict[str, str]:
    return {name.lower(): ", ".join(headers.get_list(name)) for name in headers}


def _is_near(address: str | None) -> bool:
    """Whether a request comes from this machine."""
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
