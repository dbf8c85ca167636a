"""Bringing a database to a schema with Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from jupyter_colonies.errors import UnsupportedSchema
from jupyter_colonies.store.schema import MIGRATIONS


def upgrade(connection: Connection, name: str, revision: str = "head") -> None:
    """Create the schema or upgrade it, within the transaction of the connection.

    `name` is the database's in messages. Raises UnsupportedSchema if a newer version of the
    package wrote the database.
    """
    config = configuration()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        if "Can't locate revision" in str(error):
            raise UnsupportedSchema(
                f"The database {name} was written by a newer version of jupyter_colonies: "
                "upgrade the package, or name another database"
            ) from error
        raise


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
