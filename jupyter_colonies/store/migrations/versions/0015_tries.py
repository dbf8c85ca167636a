"""Which try of its process an event belongs to; of older events nobody knows it any more."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    column = sa.Column("retries", sa.Integer(), nullable=False, server_default="0")
    op.add_column("events", column)
