"""First replies to idempotency keys; processes and workflows in the order of submission."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "replies",
        sa.Column("callerid", sa.String(), primary_key=True, nullable=False),
        sa.Column("idempotencykey", sa.String(), primary_key=True, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", number, nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
    )
    op.create_index("replies_by_age", "replies", ["at"])
    for table in ("processes", "graphs"):
        op.create_index(
            f"{table}_submitted",
            table,
            ["colonyname", "submissiontime", "seq"],
            sqlite_where=sa.text("submissiontime > 0"),
            postgresql_where=sa.text("submissiontime > 0"),
        )
