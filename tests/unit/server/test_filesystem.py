"""Which file systems are refused, and how the system tells of them."""

import pytest

from jupyter_colonies.errors import InvalidConfiguration
from jupyter_colonies.server import filesystem
from jupyter_colonies.server.folder import DataFolder

PROC = r"""/dev/vda / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/home /home nfs4 rw,vers=4.2 0 0
/dev/vdb /home/local\040disk xfs rw 0 0
ada@host:/ /home/local\040disk/far fuse.sshfs rw 0 0
C:\134 /mnt/c 9p rw,aname=drvfs 0 0
overmounted /home/ada nfs rw 0 0
tmpfs /home/ada tmpfs rw 0 0
"""

MACOS = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
//ada@nas/my (old) share on /Volumes/my (old) share (smbfs, nodev, nosuid, mounted by ada)
nas:/export on /Volumes/export (nfs)
"""


@pytest.fixture
def mounts(monkeypatch):
    def use(found):
        monkeypatch.setattr(filesystem, "mounts", lambda: found)

    return use


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/data", "ext4"),
        ("/home/eve/data", "nfs4"),
        ("/home/local disk/data", "xfs"),
        ("/home/local disk/far/data", "fuse.sshfs"),
        ("/home/local diskette", "nfs4"),
        ("/home/ada/data", "tmpfs"),
        ("/mnt/c/data", "9p"),
    ],
)
def test_the_deepest_and_last_mount_counts(mounts, tmp_path, folder, kind):
    mounts(filesystem.from_proc(PROC))
    assert filesystem.mount_of(type(tmp_path)(folder))[1] == kind


def test_what_macos_prints():
    assert filesystem.from_mount(MACOS) == [
        ("/", "apfs"),
        ("/System/Volumes/Data", "apfs"),
        ("/Volumes/my (old) share", "smbfs"),
        ("/Volumes/export", "nfs"),
    ]


@pytest.mark.parametrize(
    "kind",
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "fuse.rclone", "ceph", "lustre", "9p"],
)
def test_network_file_systems_are_refused_with_a_hint(mounts, tmp_path, kind):
    mounts([("/", "ext4"), (str(tmp_path.resolve()), kind)])
    with pytest.raises(InvalidConfiguration, match="local disk.*PostgreSQL"):
        DataFolder(tmp_path / "colonies")


@pytest.mark.parametrize(
    "kind", ["ext4", "xfs", "btrfs", "zfs", "overlay", "tmpfs", "apfs", "virtiofs", "fuseblk"]
)
def test_file_systems_of_this_machine_are_taken(mounts, tmp_path, kind):
    mounts([("/", "nfs"), (str(tmp_path.resolve()), kind)])
    DataFolder(tmp_path / "colonies")


def test_a_sandbox_may_have_9p_as_its_own_disk(mounts, tmp_path):
    mounts([("/", "9p")])
    DataFolder(tmp_path / "colonies")


def test_this_system_tells_something(tmp_path):
    mounted, kind = filesystem.mount_of(tmp_path)
    assert mounted.startswith("/")
    assert kind
    assert filesystem.mount_of(tmp_path / "not" / "there") == (mounted, kind)
