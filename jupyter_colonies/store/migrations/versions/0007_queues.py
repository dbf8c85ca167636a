"""Ready work in queues by everything that decides who may take it.

The indexes of ready processes have the place in their key, and sizes in one of their own. A row
of `targets` repeats what decides and whether its process is ready; a trigger keeps that up. Who
recreates the table of processes has to recreate its trigger.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
READY = "state = 0 AND pending = 0"
COPY = """
    INSERT INTO targets (process, executorname, colonyname, executortype, location,
        prioritytime, cpu, mem, ready)
    SELECT process, named.executorname, colonyname, executortype, location,
        prioritytime, cpu, mem, CASE WHEN state = 0 AND pending = 0 THEN 1 ELSE 0 END
    FROM targets_before AS named JOIN processes ON seq = process
"""
WHEN = "AFTER UPDATE OF state, pending ON processes FOR EACH ROW"
CHANGED = """
    NEW.target = '*' AND
    (OLD.state = 0 AND OLD.pending = 0) <> (NEW.state = 0 AND NEW.pending = 0)
"""
FOLLOW = """
    UPDATE targets SET ready = CASE WHEN NEW.state = 0 AND NEW.pending = 0 THEN 1 ELSE 0 END
    WHERE process = NEW.seq;
"""


def upgrade() -> None:
    """Apply the change."""
    op.rename_table("targets", "targets_before")
    _create_targets()
    op.execute(COPY)
    op.drop_table("targets_before")
    op.drop_index("processes_ready", "processes")
    _create_queues("processes", "target", "seq", READY)
    _create_queues("targets", "executorname", "process", "ready = 1")
    _create_trigger()


def _create_targets() -> None:
    op.create_table(
        "targets",
        sa.Column("process", BIG, nullable=False),
        sa.Column("executorname", sa.String(), nullable=False),
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("executortype", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("prioritytime", BIG, nullable=False),
        sa.Column("cpu", BIG, nullable=False),
        sa.Column("mem", BIG, nullable=False),
        sa.Column("ready", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("process", "executorname", name="targets_of_process"),
    )


def _create_queues(table: str, name: str, process: str, ready: str) -> None:
    queue = ["colonyname", "executortype", name, "location"]
    order = ["prioritytime", process]
    sized = f"{ready} AND (cpu > 0 OR mem > 0)"
    for index, columns, where in (
        (f"{table}_ready", [*queue, *order], f"{ready} AND cpu = 0 AND mem = 0"),
        (f"{table}_ready_sized", [*queue, *order], sized),
        (f"{table}_ready_by_size", [*queue, "cpu", "mem", *order], sized),
    ):
        condition = sa.text(where)
        op.create_index(index, table, columns, sqlite_where=condition, postgresql_where=condition)


def _create_trigger() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER targets_follow {WHEN} WHEN {CHANGED} BEGIN {FOLLOW} END")
        return
    op.execute(
        "CREATE FUNCTION targets_follow() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {FOLLOW} RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER targets_follow {WHEN} WHEN ({CHANGED}) EXECUTE FUNCTION targets_follow()"
    )
