"""Migrations: they make exactly the declared tables, and newer databases are refused."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, Table, create_engine, text
from sqlmodel import SQLModel

import jupyter_colonies.store.tables  # noqa: F401 - fills the metadata
from jupyter_colonies.errors import UnsupportedSchema
from jupyter_colonies.store import migration, schema
from jupyter_colonies.store.address import Address, PostgresAddress, parse
from jupyter_colonies.store.engine import database_at
from tests.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Address]:
    """A database without any table."""
    if request.param == "sqlite":
        yield tmp_path / "colonies.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database() as url:
        yield parse(url)


@pytest.fixture
def engine(empty: Address) -> Iterator[Engine]:
    if isinstance(empty, PostgresAddress):
        engine = create_engine(empty.url.replace("postgresql:", "postgresql+psycopg:"))
    else:
        engine = create_engine(f"sqlite:///{empty}")
    yield engine
    engine.dispose()


def open_database(address: Address) -> None:
    database_at(address, None, lambda: 0).open()


def test_migrations_make_the_declared_tables(empty: Address, engine: Engine) -> None:
    open_database(empty)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_newest_revision_is_known_without_alembic() -> None:
    assert [schema.newest()] == ScriptDirectory.from_config(migration.configuration()).get_heads()


def test_an_upgrade_keeps_the_data(empty: Address, engine: Engine) -> None:
    with engine.begin() as connection:
        migration.upgrade(connection, "the database", "0001")
        connection.execute(text("INSERT INTO settings VALUES ('serverid', 'abc')"))
        connection.execute(text("INSERT INTO colonies (name, colonyid) VALUES ('dev', 'c')"))
        for line in range(3):
            connection.execute(
                text(
                    "INSERT INTO logs (processid, colonyname, executorname, timestamp, message) "
                    f"VALUES ('p', 'dev', 'e', {line}, 'said')"
                )
            )
    open_database(empty)
    open_database(empty)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT value FROM settings")).fetchall() == [("abc",)]
        assert connection.execute(text("SELECT name FROM colonies")).fetchall() == [("dev",)]
        said = "SELECT count(*) FROM logs WHERE colonyname = 'dev' AND timestamp > 0"
        assert connection.execute(text(said)).scalar_one() == 2
        assert connection.execute(text("SELECT name FROM locations")).fetchall() == []
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        assert found == schema.newest()


def _process(engine: Engine, seq: int, **values: object) -> None:
    """A row of the first schema's processes."""
    with engine.begin() as connection:
        table = Table("processes", MetaData(), autoload_with=connection)
        empty = {c.name: 0 if c.type.python_type is int else "" for c in table.columns}
        row = empty | {"seq": seq, "processid": f"p{seq}"} | values
        connection.execute(table.insert().values(row))


def test_open_processes_get_the_channels_they_declared(empty: Address, engine: Engine) -> None:
    with engine.begin() as connection:
        migration.upgrade(connection, "the database", "0002")
    many = ",".join(f'"{index}"' for index in range(120))
    _process(engine, 1, spec='{"funcname":"f","channels":["b","a","b"]}')
    _process(engine, 2, spec='{"funcname":"f"}')
    _process(engine, 3, spec='{"funcname":"f","args":["\\"channels\\":["]}')
    _process(engine, 4, spec='{"channels":["c"]}', state=2)
    _process(engine, 5, spec=f'{{"channels":[{many}]}}', state=1)
    open_database(empty)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT process, name FROM channels ORDER BY seq"))
        made = [(process, name) for process, name in found]
    assert made[:2] == [(1, "b"), (1, "a")]
    assert made[2:] == [(5, f"{index}") for index in range(100)]


def test_queues_of_processes_that_name_several_are_made_and_kept(
    empty: Address, engine: Engine
) -> None:
    copied = {"colonyname": "dev", "location": "here", "cpu": 7, "target": "*"}
    with engine.begin() as connection:
        migration.upgrade(connection, "the database", "0006")
        for seq in (1, 2, 3):
            connection.execute(text(f"INSERT INTO targets VALUES ({seq}, 'a'), ({seq}, 'b')"))
    _process(engine, 1, prioritytime=5, **copied)
    _process(engine, 2, pending=1, **copied)
    _process(engine, 3, state=2, **copied)
    open_database(empty)

    def found(column: str) -> list[object]:
        query = text(f"SELECT {column} FROM targets ORDER BY process, executorname")
        return list(connection.execute(query).scalars())

    with engine.begin() as connection:
        assert found("ready") == [1, 1, 0, 0, 0, 0]
        assert found("prioritytime") == [5, 5, 0, 0, 0, 0]
        assert set(found("location")) == {"here"}
        assert set(found("cpu")) == {7}
        connection.execute(text("UPDATE processes SET state = 1 WHERE seq = 1"))
        connection.execute(text("UPDATE processes SET pending = pending - 1 WHERE seq = 2"))
        assert found("ready") == [0, 0, 1, 1, 0, 0]
        connection.execute(text("UPDATE processes SET state = 0"))
        assert found("ready") == [1, 1, 1, 1, 1, 1]


def test_crons_and_generators_come_to_a_database_with_work_in_it(
    empty: Address, engine: Engine
) -> None:
    with engine.begin() as connection:
        migration.upgrade(connection, "the database", "0007")
        for seq in range(1, 4):
            connection.execute(
                text(
                    "INSERT INTO graphs VALUES (:seq, :id, 'dev', 'i', 'ada', 2, 1, 1, :ended, 1, "
                    "0, 0, 1, 0, 0)"
                ),
                {"seq": seq, "id": f"g{seq}", "ended": seq},
            )
    open_database(empty)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT processgraphid FROM graphs ORDER BY endtime"))
        assert kept.scalars().all() == ["g1", "g2", "g3"]
        for table in ("crons", "generators", "packs"):
            assert connection.execute(text(f"SELECT * FROM {table}")).fetchall() == []


def test_what_ran_before_there_were_reruns_is_nobody_s_copy(empty: Address, engine: Engine) -> None:
    with engine.begin() as connection:
        migration.upgrade(connection, "the database", "0011")
        connection.execute(
            text(
                "INSERT INTO graphs VALUES "
                "(7, 'g', 'dev', 'i', 'ada', 2, 1, 1, 1, 1, 0, 0, 1, 0, 0)"
            )
        )
    _process(engine, 1, graphseq=7)
    open_database(empty)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT keptfrom, addedby, inserted FROM processes")).one()
        assert tuple(row) == ("", 0, 0)
        assert connection.execute(text("SELECT original, family FROM graphs")).one() == ("", "")


def test_a_newer_database_is_refused_with_what_to_do(empty: Address, engine: Engine) -> None:
    open_database(empty)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UnsupportedSchema, match="newer version of jupyter_colonies: upgrade"):
        open_database(empty)


def test_servers_that_start_at_the_same_moment_make_the_schema_once(
    postgres: PostgresServer,
) -> None:
    with postgres.database() as url, ThreadPoolExecutor(4) as threads:
        list(threads.map(open_database, [parse(url)] * 4))


def test_files_learn_their_objects_and_parts_are_counted(empty: Address, engine: Engine) -> None:
    long = "x" * 2000
    with engine.begin() as connection:
        migration.upgrade(connection, "the database", "0011")
        for seq, key in enumerate(["o1", long, "", "zero\\u0000"], start=1):
            connection.execute(
                text(
                    "INSERT INTO files (seq, fileid, colonyname, place, label, name, size, "
                    "checksum, checksumalg, added, ref) "
                    "VALUES (:seq, :id, 'dev', '/', '/', 'f', 0, '', '', 0, :ref)"
                ),
                {
                    "seq": seq,
                    "id": str(seq),
                    "ref": f'{{"s3object": {{"bucket": "colonies", "object": "{key}"}}}}',
                },
            )
        for statement in (
            "INSERT INTO buckets VALUES ('dev', 'colonies', 0)",
            "INSERT INTO buckets VALUES ('new', 'colonies', 0)",
            "INSERT INTO usages VALUES ('dev', 3)",
            "INSERT INTO objects (colonyname, bucket, key, size, etag, modified, meta, pieces) "
            "VALUES ('dev', 'colonies', 'o1', 3, 'e', 0, '{}', '[]')",
            "INSERT INTO uploads (uploadid, colonyname, bucket, key, added, meta) "
            "VALUES ('u', 'dev', 'colonies', 'o2', 0, '{}')",
            "INSERT INTO parts (uploadid, number, digest, md5, size, modified) "
            "VALUES ('u', 1, 'd', 'm', 4, 0)",
        ):
            connection.execute(text(statement))
    open_database(empty)
    with engine.connect() as connection:
        named = connection.execute(text("SELECT bucket, object FROM files ORDER BY seq")).fetchall()
        assert named == [("colonies", "o1"), ("", ""), ("", ""), ("", "")]
        used = connection.execute(text("SELECT * FROM usages ORDER BY colonyname")).fetchall()
        assert used == [("dev", 7), ("new", 0)]
        authors = connection.execute(text("SELECT DISTINCT initiatorid FROM files")).fetchall()
        assert authors == [("",)]


def test_events_from_before_are_of_a_first_try(empty: Address, engine: Engine) -> None:
    with engine.begin() as connection:
        migration.upgrade(connection, "the database", "0014")
        connection.execute(
            text(
                "INSERT INTO events (colonyname, graphseq, revision, process, state, executorname, "
                "at) VALUES ('dev', 1, 2, 3, 1, 'e', 4)"
            )
        )
    open_database(empty)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT retries, at FROM events")).fetchall()
    assert found == [(0, 4)]
