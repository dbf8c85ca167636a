"""Workflows have names; processes that belong to no workflow in their order."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    # A constant default lets both databases add the column without writing to any row.
    name = sa.Column("name", sa.String(), nullable=False, server_default=sa.text("''"))
    op.add_column("graphs", name)
    op.create_index(
        "processes_alone",
        "processes",
        ["colonyname", "state", "submissiontime", "seq"],
        sqlite_where=sa.text("graphseq = 0"),
        postgresql_where=sa.text("graphseq = 0"),
    )
