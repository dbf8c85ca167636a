"""Proofs that two programs of one machine read the same runtime file.

The registration secret in that file never crosses the wire: only hashes keyed by it do, so a
stranger that took over the server's port learns nothing and can prove nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_secret() -> str:
    """A registration secret, made anew at each start of the server."""
    return secrets.token_hex(32)


def proof(secret: str, colonyname: str, executorname: str, executorid: str) -> str:
    """Proof that whoever enrols this executor knows the secret."""
    return _keyed(secret, "enrol", colonyname, executorname, executorid)


def server_proof(secret: str, nonce: str, serverid: str) -> str:
    """Proof that the answering server knows the secret."""
    return _keyed(secret, "server", nonce, serverid)


def matches(expected: str, given: str) -> bool:
    """Compare two proofs without telling by timing where they differ."""
    return hmac.compare_digest(expected.encode(), given.encode())


def _keyed(secret: str, *parts: str) -> str:
    # Each part's length stands before it: a line break in a name must not shift the others.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha3_256).hexdigest()
