"""Bearer tokens: secrets that stand for an identity until they expire or are revoked.

A token is 256 random bits. The server keeps its SHA-256 alone, which is as good as a slow hash
for something that can't be guessed.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime

import msgspec

from jupyter_colonies.core.decoding import Name
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import InvalidRequest

PREFIX = "colonies_"
DAY = 86_400
LONGEST = 366 * DAY
USUAL = 30 * DAY

_SECRET = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")


class Token(msgspec.Struct, kw_only=True):
    """A bearer token as everybody may see it who may see it at all.

    `lastused` is right to the hour. `revoked` is the zero time for a token that was not.
    """

    tokenid: str = ""
    name: Name = ""
    colonyname: Name = ""
    ownerid: str = ""
    scopes: list[str] = msgspec.field(default_factory=list)
    created: datetime = NEVER
    expires: datetime = NEVER
    lastused: datetime = NEVER
    revoked: datetime = NEVER


class NewToken(msgspec.Struct, kw_only=True):
    """A token that was just made: its secret is told here and never again."""

    token: Token
    secret: str


def new_secret() -> str:
    """256 random bits as text."""
    return PREFIX + secrets.token_urlsafe(32)


def is_secret(text: str) -> bool:
    """Whether a text has the form of a token."""
    return _SECRET.fullmatch(text) is not None


def digest(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def check_lifetime(seconds: int) -> None:
    """Raise InvalidRequest for a lifetime that tokens can't have."""
    if not 0 < seconds <= LONGEST:
        raise InvalidRequest(
            f"The token's lifetime is {seconds} seconds: from 1 to {LONGEST} (366 days) are "
            "possible"
        )
