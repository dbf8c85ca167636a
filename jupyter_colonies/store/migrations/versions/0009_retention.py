"""What retention looks for: what was successful, by the time of its end."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    _partial("processes_kept", "processes", where="state = 2 AND graphseq = 0")
    _partial("graphs_kept", "graphs", where="state = 2")


def _partial(name: str, table: str, *, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, ["endtime"], sqlite_where=condition, postgresql_where=condition)
