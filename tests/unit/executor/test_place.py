"""Working folders: one for each run, and none is left behind for long."""

from __future__ import annotations

import subprocess
import sys

from jupyter_colonies.executor.programs import place

LEAVES = """
import os, signal
from jupyter_colonies.executor.programs import place
with place.folder("ab" * 32) as made:
    (made / "large").write_text("left")
    print(place.root(), flush=True)
    os.kill(os.getpid(), signal.{})
"""


def test_a_folder_is_empty_private_and_removed():
    with place.folder("ab" * 32) as made:
        assert list(made.iterdir()) == []
        assert place.root().stat().st_mode & 0o777 == 0o700
        (made / "folder").mkdir()
    assert not made.exists()
    assert place.is_held(place.root())


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path):
    def run(program):
        return subprocess.run(
            [sys.executable, "-c", program],
            env={"TMPDIR": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
            stdout=subprocess.PIPE, text=True, check=False,
        ).stdout.strip()  # fmt: skip

    left = run(LEAVES.format("SIGKILL"))
    (root,) = tmp_path.iterdir()
    assert str(root) == left
    assert not place.is_held(root)
    (tmp_path / f"{place.PREFIX}of-somebody-else").mkdir()
    run("from jupyter_colonies.executor.programs import place; place.root()")
    assert [each.name for each in tmp_path.iterdir()] == [f"{place.PREFIX}of-somebody-else"]


def test_looking_changes_nothing(tmp_path):
    assert not place.is_held(tmp_path)
    assert not place.is_held(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []
