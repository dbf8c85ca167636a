"""Bearer tokens, and nonces of signatures that were used."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "tokens",
        sa.Column("seq", number, primary_key=True, nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("tokenid", "digest", "colonyname", "ownerid", "name", "scopes")
        ),
        *(
            sa.Column(name, number, nullable=False)
            for name in ("created", "expires", "lastused", "revoked")
        ),
        sa.UniqueConstraint("tokenid"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("tokens_of_colony", "tokens", ["colonyname", "ownerid"])
    op.create_table(
        "nonces",
        sa.Column("digest", sa.String(), primary_key=True, nullable=False),
        sa.Column("until", number, nullable=False),
    )
    op.create_index("nonces_by_end", "nonces", ["until"])
