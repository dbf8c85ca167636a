"""Where a database is: the path of an SQLite file, or the URL of a PostgreSQL database."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

from jupyter_colonies.errors import InvalidConfiguration

POSTGRESQL = ("postgresql", "postgres")


@dataclass(frozen=True)
class PostgresAddress:
    """A PostgreSQL database. What the URL leaves out libpq takes from PGHOST, .pgpass and so on.

    The password is kept apart from the URL, which may be logged. `writers` and `readers` are the
    connections of a server beside the one that listens.
    """

    url: str
    password: str = field(default="", repr=False)
    writers: int = 4
    readers: int = 4


@dataclass(frozen=True)
class SqliteAddress:
    """An SQLite file, and how much of it is on disk when a commit is acknowledged.

    `synchronous` is `full` for all of it. With `normal` a crash of the machine, not of the
    server, may take the last commits back.
    """

    path: Path
    synchronous: str = "full"


Address = Path | SqliteAddress | PostgresAddress


def parse(database: str | Address, password: str = "") -> Address:
    """The address a setting means: a path, `sqlite:///path` or `postgresql://user@host/name`.

    Raises InvalidConfiguration for another kind of URL and for one that holds a password.
    """
    if not isinstance(database, str):
        return database
    scheme, separator, rest = database.partition("://")
    if not separator:
        return Path(database)
    if scheme == "sqlite":
        return Path(unquote(rest.removeprefix("/")))
    if scheme not in POSTGRESQL:
        raise InvalidConfiguration(
            f"A database of kind '{scheme}' is not known: give the path of an SQLite file or a URL "
            "such as postgresql://user@host:5432/name"
        )
    try:
        parts = urlsplit(database)
        secret = parts.password or "password=" in parts.query
    except ValueError as error:
        raise InvalidConfiguration(f"The database's URL can't be read: {error}") from None
    if secret:
        raise InvalidConfiguration(
            "The database's URL holds a password, and URLs get into logs: leave it out and set "
            "PGPASSWORD or COLONIES_DB_PASSWORD, or write it into ~/.pgpass"
        )
    return PostgresAddress(database, password)


def postgresql(
    *,
    host: str = "",
    port: str = "",
    user: str = "",
    name: str = "",
    password: str = "",
    connections: int = 9,
) -> PostgresAddress:
    """The address that single settings make up; empty ones are libpq's to choose.

    `connections` is the number a server may hold, three at least.
    """
    given = {"host": host, "port": port, "user": user, "dbname": name}
    query = urlencode({key: value for key, value in given.items() if value})
    each = max((connections - 1) // 2, 1)
    url = f"postgresql://?{query}" if query else "postgresql://"
    return PostgresAddress(url, password, each, each)
