"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    _create_attributes()
    _create_colonies()
    _create_counters()
    _create_edges()
    _create_events()
    _create_executors()
    _create_functions()
    _create_graphs()
    _create_logs()
    _create_processes()
    _create_settings()
    _create_targets()
    _create_users()


def _index(name: str, table: str, columns: list[str], rows: str) -> None:
    """An index of those rows alone for which a condition holds."""
    where = sa.text(rows)
    op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)


def _create_attributes() -> None:
    op.create_table(
        "attributes",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("attributeid", sa.String(), nullable=False),
        sa.Column("process", BIG, nullable=False),
        sa.Column("attributetype", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("attributeid"),
    )
    op.create_index("ix_attributes_process", "attributes", ["process"], unique=False)


def _create_colonies() -> None:
    op.create_table(
        "colonies",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("colonyid", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("name"),
    )


def _create_counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", BIG, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_edges() -> None:
    op.create_table(
        "edges",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("parent", BIG, nullable=False),
        sa.Column("child", BIG, nullable=False),
        sa.Column("parentposition", sa.Integer(), nullable=False),
        sa.Column("childposition", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("edges_of_child", "edges", ["child", "parentposition"], unique=False)
    op.create_index("edges_of_parent", "edges", ["parent", "childposition"], unique=False)


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("graphseq", BIG, nullable=False),
        sa.Column("revision", BIG, nullable=False),
        sa.Column("process", BIG, nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("executorname", sa.String(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    _index("events_of_graph", "events", ["graphseq", "revision"], "graphseq > 0")


def _create_executors() -> None:
    op.create_table(
        "executors",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("executorname", sa.String(), nullable=False),
        sa.Column("executorid", sa.String(), nullable=False),
        sa.Column("executortype", sa.String(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("requirefuncreg", sa.Integer(), nullable=False),
        sa.Column("commissiontime", BIG, nullable=False),
        sa.Column("lastheardfromtime", BIG, nullable=False),
        sa.Column("locationname", sa.String(), nullable=False),
        sa.Column("ownerid", sa.String(), nullable=False),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("leasedeadline", BIG, nullable=False),
        sa.Column("blueprintid", sa.String(), nullable=False),
        sa.Column("blueprintgen", BIG, nullable=False),
        sa.Column("capabilities", sa.Text(), nullable=False),
        sa.Column("allocations", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("executors_by_id", "executors", ["colonyname", "executorid"], unique=False)
    _index("executors_by_lease", "executors", ["leasedeadline"], "leasedeadline > 0")
    op.create_index("executors_by_name", "executors", ["colonyname", "executorname"], unique=True)


def _create_functions() -> None:
    op.create_table(
        "functions",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("functionid", sa.String(), nullable=False),
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("executorname", sa.String(), nullable=False),
        sa.Column("executortype", sa.String(), nullable=False),
        sa.Column("funcname", sa.String(), nullable=False),
        sa.Column("locationname", sa.String(), nullable=False),
        sa.Column("counter", BIG, nullable=False),
        sa.Column("minwaittime", sa.Float(), nullable=False),
        sa.Column("maxwaittime", sa.Float(), nullable=False),
        sa.Column("minexectime", sa.Float(), nullable=False),
        sa.Column("maxexectime", sa.Float(), nullable=False),
        sa.Column("avgwaittime", sa.Float(), nullable=False),
        sa.Column("avgexectime", sa.Float(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("functionid"),
    )
    op.create_index(
        "functions_by_executor",
        "functions",
        ["colonyname", "executorname", "funcname"],
        unique=False,
    )


def _create_graphs() -> None:
    op.create_table(
        "graphs",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("processgraphid", sa.String(), nullable=False),
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("initiatorid", sa.String(), nullable=False),
        sa.Column("initiatorname", sa.String(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("submissiontime", BIG, nullable=False),
        sa.Column("starttime", BIG, nullable=False),
        sa.Column("endtime", BIG, nullable=False),
        sa.Column("revision", BIG, nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("success", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("processgraphid"),
    )
    op.create_index(
        "graphs_by_state", "graphs", ["colonyname", "state", "submissiontime"], unique=False
    )


def _create_logs() -> None:
    op.create_table(
        "logs",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("processid", sa.String(), nullable=False),
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("executorname", sa.String(), nullable=False),
        sa.Column("timestamp", BIG, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(
        "logs_of_executor", "logs", ["colonyname", "executorname", "timestamp"], unique=False
    )
    op.create_index("logs_of_process", "logs", ["processid", "timestamp"], unique=False)


def _create_processes() -> None:
    op.create_table(
        "processes",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("processid", sa.String(), nullable=False),
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("graphseq", BIG, nullable=False),
        sa.Column("processgraphid", sa.String(), nullable=False),
        sa.Column("nodename", sa.String(), nullable=False),
        sa.Column("funcname", sa.String(), nullable=False),
        sa.Column("executortype", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("initiatorid", sa.String(), nullable=False),
        sa.Column("initiatorname", sa.String(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("prioritytime", BIG, nullable=False),
        sa.Column("submissiontime", BIG, nullable=False),
        sa.Column("starttime", BIG, nullable=False),
        sa.Column("endtime", BIG, nullable=False),
        sa.Column("waitdeadline", BIG, nullable=False),
        sa.Column("execdeadline", BIG, nullable=False),
        sa.Column("maxwaittime", BIG, nullable=False),
        sa.Column("maxexectime", BIG, nullable=False),
        sa.Column("maxretries", BIG, nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("cpu", BIG, nullable=False),
        sa.Column("mem", BIG, nullable=False),
        sa.Column("isassigned", sa.Integer(), nullable=False),
        sa.Column("assignedexecutorid", sa.String(), nullable=False),
        sa.Column("executorname", sa.String(), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("errors", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("processid"),
    )
    _index("processes_ended", "processes", ["colonyname", "state", "endtime"], "state > 1")
    _index("processes_held", "processes", ["assignedexecutorid"], "state = 1")
    _index("processes_of_graph", "processes", ["graphseq", "seq"], "graphseq > 0")
    _index(
        "processes_ready",
        "processes",
        ["colonyname", "executortype", "target", "prioritytime", "seq"],
        "state = 0 AND pending = 0",
    )
    _index("processes_run_due", "processes", ["execdeadline"], "state = 1 AND execdeadline > 0")
    _index("processes_running", "processes", ["colonyname", "starttime"], "state = 1")
    _index("processes_wait_due", "processes", ["waitdeadline"], "state = 0 AND waitdeadline > 0")
    _index("processes_waiting", "processes", ["colonyname", "prioritytime", "seq"], "state = 0")


def _create_settings() -> None:
    op.create_table(
        "settings",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_targets() -> None:
    op.create_table(
        "targets",
        sa.Column("process", BIG, nullable=False),
        sa.Column("executorname", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("process", "executorname"),
    )


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("colonyname", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("userid", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("users_by_id", "users", ["colonyname", "userid"], unique=False)
    op.create_index("users_by_name", "users", ["colonyname", "name"], unique=True)
