"""Running a notebook as a program does, with a kernel that finds a server of the tests."""

import os
import sysconfig
from pathlib import Path
from typing import Any

from nbclient import NotebookClient

from jupyter_colonies.testing import RunningServer

PATIENCE = 60


def run_notebook(notebook: Any, root: Path, folder: Path, server: RunningServer) -> Any:
    """Run a notebook from top to bottom as if it lay in `root`; `folder` is for what it needs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COLONIES_")}
    environment = {
        **kept,
        "JUPYTER_COLONIES_RUNTIME": str(server.runtime_file),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_DATA_DIR": str(folder / "jupyter"),
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
    }
    client = NotebookClient(
        notebook, timeout=PATIENCE, kernel_name="python3", resources={"metadata": {"path": root}}
    )
    client.execute(env=environment)
    return notebook
