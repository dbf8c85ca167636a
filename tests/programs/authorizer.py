"""An authorizer of a Jupyter server that takes one right away where a request says so."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.authorizer import AllowAllAuthorizer


class Choosy(AllowAllAuthorizer):
    """Denies the action and resource that stand in the header X-Without."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        """Whether the request names anything else."""
        denied: str = handler.request.headers.get("X-Without", "")
        return denied != f"{action} {resource}"
