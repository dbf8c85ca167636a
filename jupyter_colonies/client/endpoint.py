"""Where a Colonies server listens."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from jupyter_colonies.errors import NoServer

DEFAULT_PORT = 50080


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Host, port and path prefix of a server, and headers a proxy in front of it asks for."""

    host: str
    port: int
    tls: bool = False
    path: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def authority(self) -> str:
        """Host and port as URLs spell them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def base_url(self) -> str:
        """The address people see."""
        return f"http{'s' if self.tls else ''}://{self.authority}{self.path}"

    @property
    def api_url(self) -> str:
        """Where requests are posted (protocol part 01, section 1.1)."""
        return f"{self.base_url}/api"

    @property
    def pubsub_url(self) -> str:
        """Where subscriptions are opened (protocol part 01, section 5.1)."""
        return f"ws{'s' if self.tls else ''}://{self.authority}{self.path}/pubsub"


def parse(address: str) -> Endpoint:
    """The endpoint of an address: `host`, `host:port` or a URL, with or without a path.

    Raises NoServer if the text is none of these.
    """
    text = address if "://" in address else f"http://{address}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NoServer(
            f"'{address}' is not the address of a Colonies server: write host:port or a URL like "
            f"http://127.0.0.1:{DEFAULT_PORT}"
        )
    if port is None:
        by_scheme = {"http": 80, "https": 443}[parts.scheme]
        port = by_scheme if "://" in address else DEFAULT_PORT
    return Endpoint(
        host=parts.hostname,
        port=port,
        tls=parts.scheme == "https",
        path=parts.path.rstrip("/").removesuffix("/api"),
    )
