"""The data folder: database, keys, and the description of its host.

One process hosts a folder at a time (`lock`). What it serves is described in `host.json`; runtime
files are links to it, so that whoever reads one always meets the present host.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec
from jupyter_core.paths import secure_write

from jupyter_colonies.errors import InvalidConfiguration
from jupyter_colonies.server import filesystem


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


def write_secret(path: Path, text: str) -> None:
    """Write a file of mode 0600 so that nobody ever sees half of it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with secure_write(str(fresh)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
