"""Named places, colonies whose assignments are paused, and two indexes for new questions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "locations",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("locationid", sa.String(), nullable=False),
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("long", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("locations_by_name", "locations", ["colonyname", "name"], unique=True)
    op.create_table(
        "pauses",
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("since", BIG, nullable=False),
        sa.PrimaryKeyConstraint("colonyname"),
    )
    op.create_index("executors_by_id_alone", "executors", ["executorid"])
    op.create_index("logs_of_colony", "logs", ["colonyname", "timestamp"])
