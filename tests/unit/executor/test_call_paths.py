"""Paths of a container in a command that runs outside of one."""

import pytest

from jupyter_colonies.executor.programs.call import placed


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cat /cfs/in/a", "cat /tmp/x/in/a"),
        ("cd /cfs; ls '/cfs/in' \"/cfs\"", "cd /tmp/x; ls '/tmp/x/in' \"/tmp/x\""),
        ("--out=/cfs/out", "--out=/tmp/x/out"),
        ("ls /cfsx /other/cfs/in ./cfs", "ls /cfsx /other/cfs/in ./cfs"),
    ],
)
def test_paths_below_the_mount_move(line, expected):
    assert placed(line, "/cfs", "/tmp/x") == expected
    assert placed(line, "/cfs/", "/tmp/x") == expected
