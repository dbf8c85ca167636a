"""The data folder: database, keys, and the description of its host.

One process hosts a folder at a time (`lock`). What it serves is described in `host.json`; runtime
files are links to it, so that whoever reads one always meets the present host.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from pathlib import Path

import msgspec
from jupyter_core.paths import secure_write

from jupyter_colonies.core import identity
from jupyter_colonies.errors import InvalidConfiguration
from jupyter_colonies.server import filesystem

ROOT = 0

log = logging.getLogger(__name__)


class Runtime(msgspec.Struct, kw_only=True):
    """What a program of this machine needs to use the server; holds a secret.

    `socket` is where Jupyter servers of the same user forward to (`server.door`).
    """

    version: int = 1
    pid: int
    host: str
    port: int
    tls: bool
    serverid: str
    secret: str
    colonyname: str
    username: str
    userkeyfile: str
    colonykeyfile: str
    serverkeyfile: str
    jupyter_url: str = ""
    socket: str = ""


class DataFolder:
    """A data folder, made if it does not exist.

    Raises InvalidConfiguration if it can't be made or lies on a network file system.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.database = self.path / "colonies.db"
        self.keys = self.path / "keys"
        self.host = self.path / "host.json"
        try:
            for folder in (self.path, self.keys):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                folder.chmod(0o700)
        except OSError as error:
            raise InvalidConfiguration(
                f"The data folder '{self.path}' can't be used: {error.strerror}. "
                "Name another one with --data or JUPYTER_COLONIES_DATA"
            ) from None
        filesystem.check(self.path)

    def key_file(self, name: str) -> Path:
        """Where a private key is kept: `server`, `colony` or `user`."""
        return self.keys / f"{name}.key"

    def read_key(self, name: str) -> str:
        """A private key, or an empty text."""
        return self._read(self.key_file(name))

    def fresh_key(self, name: str) -> str:
        """The key that was about to take the place of another; empty if there is none."""
        return self._read(self._fresh_file(name))

    def adopt_key(self, name: str) -> None:
        """Let that key take its place."""
        self._fresh_file(name).replace(self.key_file(name))

    def close_to_others(self) -> None:
        """Mend the modes of key files that others could read, and say so.

        Raises InvalidConfiguration for one that belongs to somebody else.
        """
        for file in sorted(self.keys.iterdir()):
            found = file.lstat()
            if stat.S_ISLNK(found.st_mode):
                found = file.stat()
            if found.st_uid not in (os.geteuid(), ROOT):
                raise InvalidConfiguration(
                    f"The key file '{file}' belongs to another user of this machine, who may know "
                    "the key: take it away, or make it your own with chown"
                )
            if stat.S_IMODE(found.st_mode) & 0o077:
                file.chmod(0o600)
                log.warning(
                    "The key file %s could be read by other users (mode %04o); it is yours alone "
                    "now. If somebody may have read it: jupyter colonies key rotate %s",
                    file,
                    stat.S_IMODE(found.st_mode),
                    file.stem,
                )

    def _fresh_file(self, name: str) -> Path:
        file = self.key_file(name)
        return file.with_name(f"{file.name}.next")

    def write_key(self, name: str, key: str) -> None:
        """Keep a private key in a file of mode 0600."""
        write_secret(self.key_file(name), key + "\n")

    @property
    def serverid(self) -> str:
        """The server's id if it was given without its key; empty otherwise."""
        return self._read(self.keys / "server.id")

    @serverid.setter
    def serverid(self, serverid: str) -> None:
        write_secret(self.keys / "server.id", serverid + "\n")

    def describe(self, runtime: Runtime) -> None:
        """Say who hosts the folder."""
        write_secret(self.host, msgspec.json.format(msgspec.json.encode(runtime)).decode())

    def described(self) -> Runtime | None:
        """Who hosts the folder, or hosted it last and was killed."""
        try:
            return msgspec.json.decode(self.host.read_bytes(), type=Runtime)
        except (OSError, msgspec.MsgspecError):
            return None

    def forget(self, runtime: Runtime) -> None:
        """Take a description away, unless somebody else hosts the folder by now."""
        described = self.described()
        if described is not None and described.secret == runtime.secret:
            self.host.unlink(missing_ok=True)

    def point(self, runtime_file: Path) -> None:
        """Make a runtime file that always tells of the present host."""
        runtime_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = runtime_file.with_name(f"{runtime_file.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self.host)
        fresh.replace(runtime_file)

    def unpoint(self, runtime_file: Path) -> None:
        """Take a runtime file away if it still tells of this folder."""
        with contextlib.suppress(OSError):
            if runtime_file.readlink() == self.host:
                runtime_file.unlink()

    @staticmethod
    def _read(path: Path) -> str:
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            return ""


class UserKey:
    """The id of the key in a file, which is read again when it was replaced."""

    def __init__(self, file: Path, known: str) -> None:
        self._file = file
        self._known = known
        self._mark = self._marked()

    @property
    def id(self) -> str:
        """The id of the key that is there now."""
        mark = self._marked()
        if mark not in (self._mark, (0, 0)):
            self._mark, self._known = mark, identity.id_of(self._file.read_text().strip())
        return self._known

    def _marked(self) -> tuple[int, int]:
        try:
            found = self._file.stat()
        except OSError:
            return (0, 0)
        return found.st_ino, found.st_mtime_ns


def write_secret(path: Path, text: str) -> None:
    """Write a file of mode 0600 so that nobody ever sees half of it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with secure_write(str(fresh)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
