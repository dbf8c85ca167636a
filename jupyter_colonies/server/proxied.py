"""Who is behind a proxy: what its X-Forwarded headers say, if it is one that is believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Container

from tornado.httputil import HTTPHeaders


def address_behind(proxies: Container[str], peer: str, headers: HTTPHeaders) -> str:
    """The address that a request comes from.

    Each proxy adds whom it heard from at the end of X-Forwarded-For; what stands before the last
    one that is not believed may be invented. Whatever is no address is not believed either.
    """
    found = peer
    for said in reversed(headers.get("X-Forwarded-For", "").split(",")):
        try:
            address = str(ipaddress.ip_address(said.strip()))
        except ValueError:
            break
        found = address
        if address not in proxies:
            break
    return found


def protocol_behind(spoken: str, headers: HTTPHeaders) -> str:
    """The protocol that the client speaks with the proxy; `spoken` unless it says so."""
    said = headers.get("X-Forwarded-Proto", "").rpartition(",")[2].strip().lower()
    return said if said in ("http", "https") else spoken
