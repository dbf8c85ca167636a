"""Runs that repair others: what was kept of which, and what was added while a process ran.

What was added before this is taken for submitted.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    _add("processes", "keptfrom", sa.String(), "''")
    _add("processes", "addedby", BIG, "0")
    _add("processes", "inserted", sa.Integer(), "0")
    _add("graphs", "original", sa.String(), "''")
    _add("graphs", "family", sa.String(), "''")
    condition = sa.text("family <> ''")
    op.create_index(
        "graphs_of_family",
        "graphs",
        ["family"],
        sqlite_where=condition,
        postgresql_where=condition,
    )


def _add(table: str, name: str, kind: sa.types.TypeEngine[Any], default: str) -> None:
    # A constant default lets both databases add the column without writing to any row.
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=sa.text(default)))
