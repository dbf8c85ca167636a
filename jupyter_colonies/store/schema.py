"""Whether a database has the current schema, and bringing it there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, name: str) -> None:
    """Create the schema or upgrade it, within the transaction of the connection.

    `name` is the database's in messages. Raises UnsupportedSchema if a newer version of the
    package wrote the database.
    """
    if _revision(connection) == newest():
        return
    # Alembic takes a fifth of a second to load: only a new or an older database needs it.
    from jupyter_colonies.store import migration  # noqa: PLC0415 - see above

    migration.upgrade(connection, name)


@cache
def newest() -> str:
    """The newest revision this package knows: the last file of the migrations is named by it."""
    return max(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))


def _revision(connection: Connection) -> str | None:
    """The revision of a database; None if it has no schema at all."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
