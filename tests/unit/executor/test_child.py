"""Programs that runs start end with whoever started them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# A run in a process that ends, in some way, as soon as it hears of the command's first line.
RUN = """
import os, signal, sys
from pathlib import Path
from jupyter_colonies.core.process import Process
from jupyter_colonies.executor.programs.child import attend
from jupyter_colonies.executor.running import RunningProcess

def heard(text):
    {end}

running = RunningProcess(Process(processid="ab" * 32), None, None, None)
attend(
    running, ["/bin/sh", "-c", "exec 9> pipe; echo runs; sleep 600 & sleep 600"],
    environment=os.environ, folder=Path({folder!r}), walltime=0, show=(heard, heard),
)
"""


@pytest.mark.parametrize(
    ("end", "code"),
    [("os.kill(os.getpid(), signal.SIGKILL)", -9), ("os._exit(3)", 3), ("sys.exit(4)", 4)],
    ids=["killed", "gone", "ended"],
)
def test_the_command_ends_with_its_program(tmp_path, end, code):
    os.mkfifo(tmp_path / "pipe")
    program = RUN.format(end=end, folder=str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", program]) as running:
        # The pipe is held open by the command and by all that it started.
        assert (tmp_path / "pipe").read_text() == ""
    assert running.returncode == code
