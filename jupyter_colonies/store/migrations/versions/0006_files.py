"""Files and snapshots."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "files",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("fileid", sa.String(), nullable=False),
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("checksumalg", sa.String(), nullable=False),
        sa.Column("added", BIG, nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("fileid"),
        sqlite_autoincrement=True,
    )
    op.create_index("files_by_name", "files", ["colonyname", "place", "name", "seq"])
    op.create_table(
        "snapshots",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("snapshotid", sa.String(), nullable=False),
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("added", BIG, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("snapshotid"),
    )
    op.create_index("snapshots_by_name", "snapshots", ["colonyname", "name"], unique=True)
    op.create_table(
        "snapshot_files",
        sa.Column("snapshot", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("fileid", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot", "position"),
    )
