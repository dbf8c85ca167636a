"""Buckets and objects, uploads in parts, and the keys of S3 clients."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# S3 lists keys in the order of their bytes.
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Apply the change."""
    _table("credentials", ["accesskey"], strings=["secretkey", "colonyname", "memberid"],
           numbers=["added"])  # fmt: skip
    op.create_index("credentials_of_member", "credentials", ["colonyname", "memberid"], unique=True)
    _table("buckets", ["colonyname", "bucket"], numbers=["added"])
    _table("objects", ["colonyname", "bucket", "key"], strings=["etag"],
           numbers=["size", "modified"], texts=["meta", "pieces"])  # fmt: skip
    _table("usages", ["colonyname"], numbers=["bytes"])
    _table("uploads", ["uploadid"], strings=["colonyname", "bucket", "key"], numbers=["added"],
           texts=["meta"])  # fmt: skip
    op.create_index("uploads_of_bucket", "uploads", ["colonyname", "bucket", "key"])
    op.create_table(
        "parts",
        sa.Column("uploadid", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *_columns(sa.String(), ["digest", "md5"]),
        *_columns(BIG, ["size", "modified"]),
        sa.PrimaryKeyConstraint("uploadid", "number"),
    )


def _columns(kind: Any, names: list[str]) -> list[sa.Column[Any]]:
    return [sa.Column(name, KEY if name == "key" else kind, nullable=False) for name in names]


def _table(
    name: str,
    key: list[str],
    *,
    strings: list[str] | None = None,
    numbers: list[str] | None = None,
    texts: list[str] | None = None,
) -> None:
    op.create_table(
        name,
        *_columns(sa.String(), [*key, *(strings or [])]),
        *_columns(BIG, numbers or []),
        *_columns(sa.Text(), texts or []),
        sa.PrimaryKeyConstraint(*key),
    )
