"""Who added a revision of a file; nobody knows that of those which are there already."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    column = sa.Column("initiatorid", sa.String(), nullable=False, server_default="")
    op.add_column("files", column)
