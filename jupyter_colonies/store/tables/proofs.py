"""How callers of the REST API prove who they are: tokens, and nonces that were used."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from jupyter_colonies.store.tables.columns import big


class AccessToken(SQLModel, table=True):
    """A bearer token; of its secret there is the SHA-256 alone. `scopes` are words with blanks."""

    __tablename__ = "tokens"
    __table_args__ = (Index("tokens_of_colony", "colonyname", "ownerid"),)

    seq: int = Field(sa_column=big(primary_key=True))
    tokenid: str = Field(unique=True)
    digest: str = Field(unique=True)
    colonyname: str
    ownerid: str
    name: str
    scopes: str
    created: int = Field(sa_column=big())
    expires: int = Field(sa_column=big())
    lastused: int = Field(sa_column=big())
    revoked: int = Field(sa_column=big())


class Nonce(SQLModel, table=True):
    """A signature that was used, by the digest of its id and nonce, until it can't be any more."""

    __tablename__ = "nonces"
    __table_args__ = (Index("nonces_by_end", "until"),)

    digest: str = Field(primary_key=True)
    until: int = Field(sa_column=big())
