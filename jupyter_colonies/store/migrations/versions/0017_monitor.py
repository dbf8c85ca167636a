"""What is switched off, and an index of what failed by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    for table in ("crons", "generators"):
        column = sa.Column("disabled", sa.Integer(), nullable=False, server_default="0")
        op.add_column(table, column)
    failed = sa.text("state = 3 AND errors <> '[]'")
    op.create_index(
        "processes_failed",
        "processes",
        ["colonyname", "endtime"],
        sqlite_where=failed,
        postgresql_where=failed,
    )
