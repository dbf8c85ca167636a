"""The data folder: database, keys, and the lock that says who hosts it.

One process hosts a folder at a time. What it serves is described in `host.json`; runtime files
are links to it, so that whoever reads one always meets the present host.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import msgspec
from jupyter_core.paths import secure_write

from jupyter_colonies.errors import InvalidConfiguration

NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "fuse.sshfs", "afs", "ceph", "lustre")

log = logging.getLogger(__name__)


class Runtime(msgspec.Struct, kw_only=True):
    """What a program of this machine needs to use the server; holds a secret."""

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
        kind = file_system(self.path)
        if kind.startswith(NETWORK_FILE_SYSTEMS):
            raise InvalidConfiguration(
                f"The data folder '{self.path}' lies on a network file system ({kind}), on which "
                "SQLite loses data: name a local folder with --data or JUPYTER_COLONIES_DATA"
            )

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


class Lock:
    """The right to host a data folder; it ends with the process, however that ends."""

    def __init__(self, folder: DataFolder) -> None:
        self._path = folder.path / "host.lock"
        self._file: TextIO | None = None
        self._abandoned = False

    def try_acquire(self) -> bool:
        """Take the lock if nobody has it."""
        return self._acquire(wait=False)

    def acquire_later(self, acquired: Callable[[], None]) -> None:
        """Wait for the lock on a thread of its own, then call `acquired` on that thread."""

        def wait() -> None:
            if self._acquire(wait=True):
                acquired()

        threading.Thread(target=wait, name="colonies-host-lock", daemon=True).start()

    def release(self) -> None:
        """Give the lock back, or stop wanting it."""
        self._abandoned = True
        if self._file is not None:
            self._file.close()
            self._file = None

    def _acquire(self, *, wait: bool) -> bool:
        if sys.platform == "win32":
            raise InvalidConfiguration(
                "The server does not run on Windows: use WSL, or connect to a server elsewhere"
            )
        import fcntl  # noqa: PLC0415 - does not exist on Windows

        file = self._path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            file.close()
            return False
        if self._abandoned:
            file.close()
            return False
        self._file = file
        return True


def write_secret(path: Path, text: str) -> None:
    """Write a file of mode 0600 so that nobody ever sees half of it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with secure_write(str(fresh)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def file_system(path: Path) -> str:
    """Type of the file system a path lies on, where the system tells; empty elsewhere."""
    try:
        lines = Path("/proc/mounts").read_text().splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    real = str(path.resolve())
    for line in lines:
        _, mount, mounted, *_ = line.split(" ")
        mount = mount.replace("\\040", " ")
        inside = real == mount or real.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, mounted
    return kind
