"""Blueprints, their definitions and their history."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    _definitions()
    _blueprints()
    _changes()


def _strings(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, BIG, nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _definitions() -> None:
    op.create_table(
        "blueprintdefinitions",
        *_numbers("seq"),
        *_strings("blueprintdefinitionid", "colonyname", "name", "kind", "ownkind"),
        *_numbers("createdat", "updatedat"),
        *_texts("definition"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(
        "blueprintdefinitions_by_name", "blueprintdefinitions", ["colonyname", "name"], unique=True
    )
    op.create_index(
        "blueprintdefinitions_by_kind", "blueprintdefinitions", ["colonyname", "kind", "name"]
    )


def _blueprints() -> None:
    op.create_table(
        "blueprints",
        *_numbers("seq"),
        *_strings("blueprintid", "colonyname", "name", "kind", "locationname", "location"),
        *_numbers("generation", "createdat", "updatedat", "reconciledat"),
        *_strings("reconciledby"),
        *_texts("labels", "annotations", "status", "spec"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("blueprintid"),
    )
    op.create_index("blueprints_by_name", "blueprints", ["colonyname", "name"], unique=True)
    op.create_index("blueprints_by_kind", "blueprints", ["colonyname", "kind", "name"])


def _changes() -> None:
    op.create_table(
        "blueprintchanges",
        *_numbers("seq"),
        *_strings("historyid", "blueprintid", "colonyname", "name", "kind"),
        *_numbers("generation", "at"),
        *_strings("changedby", "changetype"),
        *_texts("status", "spec"),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(
        "blueprintchanges_of_blueprint", "blueprintchanges", ["colonyname", "blueprintid", "seq"]
    )
