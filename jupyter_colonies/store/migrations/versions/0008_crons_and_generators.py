"""Crons, generators and what is packed for them; what retention looks for."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    _crons()
    _generators()


def _crons() -> None:
    op.create_table(
        "crons",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("cronid", sa.String(), nullable=False),
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("initiatorid", sa.String(), nullable=False),
        sa.Column("initiatorname", sa.String(), nullable=False),
        sa.Column("cronexpression", sa.String(), nullable=False),
        sa.Column("interval", BIG, nullable=False),
        sa.Column("random", sa.Integer(), nullable=False),
        sa.Column("waitforprevprocessgraph", sa.Integer(), nullable=False),
        sa.Column("nextrun", BIG, nullable=False),
        sa.Column("lastrun", BIG, nullable=False),
        sa.Column("prevgraphseq", BIG, nullable=False),
        sa.Column("prevprocessgraphid", sa.String(), nullable=False),
        sa.Column("workflowspec", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("cronid"),
    )
    op.create_index("crons_by_name", "crons", ["colonyname", "name"], unique=True)
    _partial("crons_due", "crons", "nextrun", where="nextrun > 0")


def _generators() -> None:
    op.create_table(
        "generators",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("generatorid", sa.String(), nullable=False),
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("initiatorid", sa.String(), nullable=False),
        sa.Column("initiatorname", sa.String(), nullable=False),
        sa.Column("trigger", BIG, nullable=False),
        sa.Column("timeout", BIG, nullable=False),
        sa.Column("firstpack", BIG, nullable=False),
        sa.Column("lastrun", BIG, nullable=False),
        sa.Column("due", BIG, nullable=False),
        sa.Column("workflowspec", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("generatorid"),
    )
    op.create_index("generators_by_name", "generators", ["colonyname", "name"], unique=True)
    _partial("generators_due", "generators", "due", where="due > 0")
    op.create_table(
        "packs",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("generator", BIG, nullable=False),
        sa.Column("arg", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("packs_of_generator", "packs", ["generator", "seq"])


def _partial(name: str, table: str, *columns: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, list(columns), sqlite_where=condition, postgresql_where=condition)
