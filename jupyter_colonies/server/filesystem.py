"""Which file system a folder lies on: the database needs one that is this machine's alone.

SQLite's write-ahead log is shared memory between processes, and its locks are the kernel's. File
systems that several machines mount have neither, whatever they promise, and lose data.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from jupyter_colonies.errors import InvalidConfiguration

NETWORK = re.compile(
    r"""
    nfs\d?            | cifs         | smb\w*      | afs        | ncpfs     | coda
    | ceph            | lustre       | gpfs        | beegfs\w*  | glusterfs | orangefs | pvfs2
    | gfs2            | ocfs2        | davfs\d?    | webdav     | afpfs     | vboxsf   | prl_fs
    | 9p              | fuse\.(sshfs | nfs\w*      | smb\w*     | ceph\w*   | gluster\w*
    | davfs\w*        | rclone       | s3fs        | gcsfuse    | goofys    | geesefs  | mount-s3
    | blobfuse\w*     | juicefs\w*   | curlftpfs   | afpfs      | vmhgfs\S* | seaweedfs | cvmfs\w*)
    """,
    re.VERBOSE,
)
"""Types that are shared between machines, as `/proc/mounts` calls them. 9p is how virtual machines
and WSL show the folders of their host."""


def check(folder: Path) -> None:
    """Raise InvalidConfiguration if a folder lies on a network file system."""
    mounted, kind = mount_of(folder)
    # A sandbox whose whole disk is 9p (gVisor) has it to itself.
    if NETWORK.fullmatch(kind) and (kind, mounted) != ("9p", "/"):
        raise InvalidConfiguration(
            f"The folder '{folder}' lies on a network file system ({kind}, mounted at {mounted}), "
            "on which SQLite loses data: name a folder on a local disk with --data or "
            "JUPYTER_COLONIES_DATA. For servers on several machines, give each a local folder and "
            "all of them one PostgreSQL database (--database)"
        )


def mount_of(path: Path) -> tuple[str, str]:
    """Where the file system of a path is mounted, and its type; empty where nothing tells."""
    best = ("", "")
    real = str(path.resolve())
    for mounted, kind in mounts():
        inside = real == mounted or real.startswith(mounted.rstrip("/") + "/")
        if inside and len(mounted) >= len(best[0]):
            best = (mounted, kind)
    return best


def mounts() -> list[tuple[str, str]]:
    """Mount points and types of all file systems; a later one covers an earlier one."""
    if sys.platform == "darwin":
        told = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False)
        return from_mount(told.stdout)
    try:
        return from_proc(Path("/proc/mounts").read_text())
    except OSError:
        return []


def from_proc(text: str) -> list[tuple[str, str]]:
    """What Linux lists in `/proc/mounts`; spaces and the like are written in octal there."""
    fields = [line.split(" ") for line in text.splitlines()]
    return [(_unescaped(line[1]), line[2]) for line in fields if len(line) > 2]


def from_mount(text: str) -> list[tuple[str, str]]:
    """What `mount` prints on macOS: `… on /Volumes/x (smbfs, nodev, …)`."""
    found = re.findall(r"^.*? on (/.*) \(([^,)]+)[^)]*\)$", text, re.MULTILINE)
    return [(mounted, kind) for mounted, kind in found]


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
