"""Channels and their entries; open processes get the channels they declared."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOST = 100


def upgrade() -> None:
    """Apply the change."""
    channels = op.create_table(
        "channels",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("process", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("bytes", BIG, nullable=False),
        sa.Column("spent", BIG, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("channels_by_name", "channels", ["process", "name"], unique=True)
    op.create_table(
        "channel_entries",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("channel", BIG, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("sequence", BIG, nullable=False),
        sa.Column("inreplyto", BIG, nullable=False),
        sa.Column("timestamp", BIG, nullable=False),
        sa.Column("senderid", sa.String(), nullable=False),
        sa.Column("payloadtype", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("channel_entries_by_arrival", "channel_entries", ["channel", "seq"])
    op.create_index(
        "channel_entries_in_order", "channel_entries", ["channel", "turn", "sequence", "seq"]
    )
    _declared(channels)


def _declared(channels: sa.Table) -> None:
    connection = op.get_bind()
    found = connection.execute(
        sa.text("SELECT seq, spec FROM processes WHERE state < 2 AND spec LIKE :declares"),
        {"declares": '%"channels":[%'},
    )
    empty = {"entries": 0, "bytes": 0, "spent": 0, "turn": 0, "speaker": ""}
    rows = [
        {"process": seq, "name": name, **empty}
        for seq, spec in found
        for name in list(dict.fromkeys(json.loads(spec).get("channels") or ()))[:MOST]
    ]
    if rows:
        connection.execute(sa.insert(channels), rows)
