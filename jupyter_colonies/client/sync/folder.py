"""A folder that nothing leads out of: each step down is taken without following links.

Paths are relative to the folder and use slashes. A link that somebody puts into the folder while
a sync runs is met where it stands, since every part of a path is opened by itself, relative to
what was opened before.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom, BufferedReader
from pathlib import Path
from types import TracebackType
from typing import Self

from jupyter_colonies.client.sync.names import MARK, PART, Target
from jupyter_colonies.client.sync.plan import Stamp
from jupyter_colonies.errors import FileTroubles

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
LONGEST_MARK = 64 * 1024


class Folder:
    """An open folder."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises FileTroubles if it is none or can't be read."""
        self.path = path
        self.real = path.resolve()
        try:
            self._fd = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        except NotADirectoryError:
            raise FileTroubles(f"'{path}' is not a folder: give another one with --dir") from None
        except OSError as error:
            raise FileTroubles(f"The folder '{path}' can't be opened: {reason(error)}") from None

    def close(self) -> None:
        """Close it."""
        os.close(self._fd)

    @contextmanager
    def opened(self, path: str, *, make: bool = False) -> Iterator[int]:
        """The descriptor of a folder below, made with what is above it where `make` says so.

        Raises OSError, also if one part is a link or no folder.
        """
        fd = os.dup(self._fd)
        try:
            for name in path.split("/") if path else ():
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(name, dir_fd=fd)
                inner = os.open(name, _FOLDER, dir_fd=fd)
                os.close(fd)
                fd = inner
            yield fd
        finally:
            os.close(fd)

    def read(self, path: str) -> BufferedReader:
        """Open a regular file. Raises OSError, also if it is a link or anything else."""
        above, _, name = path.rpartition("/")
        with self.opened(above) as fd:
            file = os.fdopen(os.open(name, _READ, dir_fd=fd), "rb")
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise OSError(errno.EINVAL, "is not a regular file")
        return file

    def there(self, path: str) -> os.stat_result | None:
        """What is at a path, a link itself and not what it leads to; None if nothing is there.

        Raises OSError.
        """
        above, _, name = path.rpartition("/")
        try:
            with self.opened(above) as fd:
                return os.stat(name, dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def part(self, path: str, token: str = "") -> Part:
        """Begin to write a file; the folders above it are made.

        With a token the part has a name of its own, under which the next one with that token
        finds it again.
        """
        return Part(self, path, token)

    def marked(self, path: str = "") -> str:
        """What the file says that tells the label of a folder, empty if there is none."""
        try:
            with self.read(f"{path}/{MARK}" if path else MARK) as file:
                return file.read(LONGEST_MARK).decode(errors="replace")
        except OSError:
            return ""

    def mark(self, path: str, text: str) -> None:
        """Write that file. Raises OSError."""
        if self.marked(path) != text:
            with self.part(f"{path}/{MARK}" if path else MARK) as part:
                part.file.write(text.encode())
                part.replace()

    def remove(self, path: str) -> None:
        """Remove a file, or a link. Raises OSError."""
        above, _, name = path.rpartition("/")
        with self.opened(above) as fd:
            os.unlink(name, dir_fd=fd)

    def remove_folder(self, path: str) -> None:
        """Remove a folder with all it holds; links in it are removed, not followed."""
        above, _, name = path.rpartition("/")
        with self.opened(above) as fd:
            shutil.rmtree(name, dir_fd=fd)

    def sweep(self, path: str) -> None:
        """Remove a part that nobody writes any more: it was left behind by a killed sync."""
        above, _, name = path.rpartition("/")
        with suppress(OSError), self.opened(above) as fd:
            part = os.open(name, _READ, dir_fd=fd)
            try:
                if _locked(part):
                    os.unlink(name, dir_fd=fd)
            finally:
                os.close(part)

    def target(self) -> Target:
        """What this folder's file system makes of names."""
        try:
            longest = os.fpathconf(self._fd, "PC_NAME_MAX")
        except (OSError, ValueError):
            longest = Target.longest
        return Target(longest=longest, insensitive=self._insensitive())

    def _insensitive(self) -> bool:
        """Found out with what is there; an empty folder gets a file for a moment."""
        with os.scandir(self._fd) as entries:
            names = (entry.name for entry in entries)
            there = next((name for name in names if name.swapcase() != name), "")
        if there:
            return self._same(there)
        probe = f"{PART}{secrets.token_hex(8)}"
        try:
            os.close(os.open(probe, _CREATE, 0o600, dir_fd=self._fd))
        except OSError:
            # Nothing can be written here, so nothing can be overwritten either.
            return False
        try:
            return self._same(probe)
        finally:
            os.unlink(probe, dir_fd=self._fd)

    def _same(self, name: str) -> bool:
        try:
            other = os.stat(name.swapcase(), dir_fd=self._fd, follow_symlinks=False)
            return os.path.samestat(other, os.stat(name, dir_fd=self._fd, follow_symlinks=False))
        except OSError:
            return False


class Part:
    """A file that is being written beside its place, where nobody takes it for the file.

    A context manager: what was not put into its place is gone at the end. Killed in between it
    stays behind, unlocked, and the next sync sweeps it away.
    """

    def __init__(self, folder: Folder, path: str, token: str) -> None:
        above, _, self._name = path.rpartition("/")
        self._token = token
        self._opened = folder.opened(above, make=True)
        self.keep = False
        """Whether it stays for the next attempt if it does not get into its place."""

    def __enter__(self) -> Self:
        self._fd = self._opened.__enter__()
        try:
            self._part, self.file = _begun(self._fd, self._token) or _new(self._fd)
        except BaseException:
            self._opened.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        try:
            self.file.close()
            if not self.keep:
                with suppress(FileNotFoundError):
                    os.unlink(self._part, dir_fd=self._fd)
        finally:
            self._opened.__exit__(None, None, None)

    def place(self, expected: Stamp | None) -> None:
        """Make it the file, if that is as it was: `expected`, or not there.

        Raises FileTroubles if somebody has changed or made it meanwhile, then it stays as it is.
        """
        if expected is None:
            self._place_new()
            return
        try:
            there = os.stat(self._name, dir_fd=self._fd)
        except FileNotFoundError:
            raise FileTroubles("was removed from the folder meanwhile") from None
        if stamp_of(there) != expected:
            raise FileTroubles("was changed in the folder meanwhile")
        os.fchmod(self.file.fileno(), stat.S_IMODE(there.st_mode))
        self.replace()

    def replace(self) -> None:
        """Make it the file, whatever is there. Who has the old one open goes on reading it."""
        self.file.flush()
        os.rename(self._part, self._name, src_dir_fd=self._fd, dst_dir_fd=self._fd)
        self.keep = False

    def _place_new(self) -> None:
        self.file.flush()
        try:
            os.link(self._part, self._name, src_dir_fd=self._fd, dst_dir_fd=self._fd)
            self.keep = False
        except FileExistsError:
            raise FileTroubles("was made in the folder meanwhile") from None
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            with suppress(FileNotFoundError):
                os.stat(self._name, dir_fd=self._fd, follow_symlinks=False)
                raise FileTroubles("was made in the folder meanwhile") from None
            self.replace()


def stamp_of(found: os.stat_result) -> Stamp:
    """What tells whether a file is still as it was."""
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def reason(error: OSError) -> str:
    """What the system says, without the path, which stands beside it anyway."""
    said = error.strerror or str(error)
    return said[:1].lower() + said[1:]


def _begun(fd: int, token: str) -> tuple[str, BufferedRandom] | None:
    """The part of that token, begun before or now; None if somebody else is writing it."""
    if not token:
        return None
    name = f"{PART}{token}"
    part = os.open(name, _CREATE & ~os.O_EXCL, 0o666, dir_fd=fd)
    found = os.fstat(part)
    # With a second name it is a file that was put into its place: not to be written any more.
    if stat.S_ISREG(found.st_mode) and _locked(part) and os.fstat(part).st_nlink == 1:
        return name, os.fdopen(part, "r+b")
    os.close(part)
    return None


def _new(fd: int) -> tuple[str, BufferedRandom]:
    while True:
        name = f"{PART}{secrets.token_hex(16)}"
        part = os.open(name, _CREATE, 0o666, dir_fd=fd)
        # A sweep may have come between: then it has no name any more.
        if not _locked(part) or os.fstat(part).st_nlink:
            return name, os.fdopen(part, "w+b")
        os.close(part)


def _locked(fd: int) -> bool:
    import fcntl  # noqa: PLC0415 - does not exist on Windows

    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # No locks on this file system: what is found there may still be written.
        return False
    return True
