"""What a spec's `fs` asks for."""

import pytest

from jupyter_colonies.core.mounts import Mounts, mounts_of
from jupyter_colonies.core.spec import Filesystem
from jupyter_colonies.errors import InvalidSpec

ID = "p" * 64


def test_the_example_of_the_protocol():
    wanted = mounts_of(
        Filesystem(
            mount="/cfs",
            snapshots=[
                {"snapshotid": "", "label": "/src", "dir": "/src", "keepsnapshot": False},
                {"snapshotid": "s", "label": "/src", "dir": "/src2", "keepsnaphot": True},
            ],
            dirs=[
                {
                    "label": "out/{processid}/x-{processid}",
                    "dir": "/out//{processid}/",
                    "keepfiles": False,
                    "onconflicts": {"onstart": {}, "onclose": {"keeplocal": True}},
                }
            ],
        ),
        ID,
    )
    (pinned,) = wanted.snapshots
    assert (pinned.snapshotid, pinned.dir, pinned.keepsnapshot) == ("s", "src2", False)
    (folder,) = wanted.folders
    assert (folder.label, folder.dir) == (f"/out/{ID}/x-{ID}", f"out/{ID}")
    rules = folder.onconflicts
    assert (rules.onstart.keeplocal, rules.onclose.keeplocal) == (False, True)


@pytest.mark.parametrize(
    "fs", [None, Filesystem(), Filesystem(dirs=[{"label": "/a", "dir": "/a"}])], ids=range(3)
)
def test_without_a_mount_nothing_is_mounted(fs):
    assert mounts_of(fs, ID) == Mounts()
    assert not mounts_of(fs, ID)


@pytest.mark.parametrize("folder", ["..", "/a/../b", "/a/./b", "a\0b", "x" * 256])
def test_a_folder_that_leads_elsewhere_is_refused(folder):
    fs = Filesystem(mount="/cfs", dirs=[{"label": "/a", "dir": folder}])
    with pytest.raises(InvalidSpec, match="names the folder"):
        mounts_of(fs, ID)


@pytest.mark.parametrize("raw", ["text", 1, None, {"dir": 1}, {"keepfiles": "yes"}], ids=range(5))
def test_what_cannot_be_read_is_refused(raw):
    with pytest.raises(InvalidSpec, match=r"fs\.snapshots can't be read"):
        mounts_of(Filesystem(mount="/cfs", snapshots=[raw]), ID)
