"""The package is built from its source distribution, and installed as its users install it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.wheel import ROOT, Installed, build

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel that is built from the source distribution, labextension and all."""
    folder = tmp_path_factory.mktemp("built")
    sources = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(sources, cwd=ROOT, capture_output=True, check=True).stdout
    clean = folder / "clean"
    for name in names.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (clean / name).parent.mkdir(parents=True, exist_ok=True)
            (clean / name).write_bytes((ROOT / name).read_bytes())
    make = (
        "import sys\nfrom hatchling.build import build_sdist\nprint(build_sdist(sys.argv[1]))",
        str(folder),
    )
    subprocess.run([sys.executable, "-c", *make], cwd=clean, check=True)
    [sdist] = folder.glob("*.tar.gz")
    return build(sdist, folder / "wheel")


def test_a_wheel_from_the_source_distribution_works_without_node(tmp_path, wheel) -> None:
    installed = Installed.complete(tmp_path / "installed", wheel, "jupyterlab", "notebook")
    assert "seen.pth" not in {file.name for file in installed.prefix.rglob("*.pth")}
    extensions = installed.extensions("jupyterlab.labextensions")
    assert re.search(r"jupyter-colonies v\S+ enabled +OK +\(python, jupyter_colonies\)", extensions)
    extensions = installed.extensions("jupyter_server.extension.serverextension")
    assert re.search(r"jupyter_colonies .*OK\n", extensions)
    static = installed.prefix / "share/jupyter/labextensions/jupyter-colonies/static"
    assert list(static.glob("remoteEntry.*.js"))
    assert list(static.glob("*.map")) == []
