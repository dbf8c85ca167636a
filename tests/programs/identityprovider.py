"""An identity provider of a Jupyter server that knows people by names that stay."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.identity import IdentityProvider, User


class Named(IdentityProvider):
    """Whoever has the token is who the header X-Name says, else somebody without a lasting name."""

    def get_user(self, handler: Any) -> Any:
        """Who it is."""
        return self._named(handler)

    async def _named(self, handler: Any) -> User | None:
        user = await self._get_user(handler)
        name = handler.request.headers.get("X-Name", "")
        return User(name) if user is not None and name else user
