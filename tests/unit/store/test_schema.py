"""Migrations: they make exactly the declared tables, and newer databases are refused."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import jupyter_colonies.store.tables  # noqa: F401 - fills the metadata
from jupyter_colonies.errors import UnsupportedSchema
from jupyter_colonies.store import schema


def test_migrations_make_the_declared_tables(tmp_path: Path) -> None:
    path = tmp_path / "colonies.db"
    schema.upgrade(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_an_upgrade_of_a_current_database_keeps_its_data(tmp_path: Path) -> None:
    path = tmp_path / "colonies.db"
    schema.upgrade(path)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO settings VALUES ('serverid', 'abc')")
    connection.close()
    schema.upgrade(path)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT value FROM settings").fetchall() == [("abc",)]
    connection.close()


def test_a_newer_database_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "colonies.db"
    schema.upgrade(path)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(UnsupportedSchema, match="newer version of jupyter_colonies: upgrade"):
        schema.upgrade(path)
