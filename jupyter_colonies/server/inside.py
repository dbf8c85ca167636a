"""How callers are known under Jupyter's address: by Jupyter, or by what their request proves.

A request that carries a signature or a Colonies token is judged by that alone: neither Jupyter's
tokens nor its cookies take part.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any
from urllib.parse import quote

from jupyter_server.auth.identity import IdentityProvider, LegacyIdentityProvider
from jupyter_server.utils import ensure_async
from tornado import web
from tornado.httputil import HTTPHeaders, HTTPServerRequest

from jupyter_colonies.server.door import APART, COMMANDS, PRIVATE, SEEN, USER
from jupyter_colonies.server.hosting import Hosting
from jupyter_colonies.server.proofs import carries_proof, presented
from jupyter_colonies.server.visitor import Visitor

# What is passed on of a request that Jupyter has let in. One that proves something by itself is
# passed on with all that its signature may cover, but for what belongs to the connection.
ASKED = (
    "Content-Type", "Accept", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID",
    "Range",
)  # fmt: skip
OF_THE_CONNECTION = {
    "connection", "content-length", "cookie", "host", "keep-alive", "transfer-encoding", "upgrade",
    "sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions",
    USER.lower(), APART.lower(), COMMANDS.lower(), SEEN.lower(), PRIVATE.lower(),
}  # fmt: skip


def tells_apart(provider: object) -> bool:
    """Whether an identity provider knows people by names that stay.

    Jupyter's own ones don't: whoever has the token or the password gets a name made up for them.
    """
    if not isinstance(provider, IdentityProvider) or isinstance(provider, LegacyIdentityProvider):
        return False
    return type(provider).get_user is not IdentityProvider.get_user


class Inside(ABC):
    """A handler under Jupyter's address; `proven` is what it does without Jupyter's leave."""

    request: HTTPServerRequest
    settings: dict[str, Any]

    async def prepare(self, *args: Any, **kwargs: Any) -> None:
        """Let Jupyter decide who may come in, unless the request itself proves something."""
        if not carries_proof(self.request.headers):
            await super().prepare(*args, **kwargs)  # type: ignore[misc]
        elif not self.check_host():  # type: ignore[attr-defined]
            raise web.HTTPError(403)
        else:
            await self.proven()

    @abstractmethod
    async def proven(self) -> None:
        """Answer a request that proves by itself who sent it."""

    async def visitor(self, hosting: Hosting) -> Visitor:
        """Who it is. Raises Unproven and AccessDenied."""
        if carries_proof(self.request.headers):
            return await hosting.proofs.visitor(presented(self.request))
        name = self.current_user.username  # type: ignore[attr-defined]
        apart = tells_apart(self.settings["identity_provider"])
        commands = await may_command(self)
        return await hosting.users.visitor(name, apart=apart, commands=commands)


async def may_command(handler: Any) -> bool:
    """Whether whoever asks may run code in kernels, and so use what lies in the data folder."""
    user = handler.current_user
    permitted = handler.authorizer.is_authorized(handler, user, "execute", "kernels")
    return bool(await ensure_async(permitted))


async def passed_on(handler: Any) -> tuple[str, dict[str, str]]:
    """The target at the host of the data folder, and the headers that go there."""
    root = handler.settings["base_url"].rstrip("/") + "/colonies"
    request: HTTPServerRequest = handler.request
    target = str(request.uri).removeprefix(root)
    headers: HTTPHeaders = request.headers
    if carries_proof(headers):
        given = presented(request)
        kept = {
            name: ", ".join(headers.get_list(name))
            for name in headers
            if name.lower() not in OF_THE_CONNECTION
        }
        return target, {**kept, SEEN: given.url, PRIVATE: "yes" if given.private else "no"}
    kept = {name: headers[name] for name in ASKED if name in headers}
    apart = "yes" if tells_apart(handler.settings["identity_provider"]) else "no"
    commands = "yes" if await may_command(handler) else "no"
    user = {USER: quote(handler.current_user.username), APART: apart, COMMANDS: commands}
    return target, kept | user
