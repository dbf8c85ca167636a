"""The package is built from its source distribution, and installed as its users install it."""

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.wheel import ROOT, Installed, build

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

SHOW = """
import sys
from jupyterlab.labextensions import main
sys.argv = ["jupyter", "list"]
main()
"""


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
    told = re.sub(r"\x1b\[[\d;]*m", "", installed.run("-c", SHOW))
    assert re.search(r"jupyter-colonies v\S+ enabled +OK +\(python, jupyter_colonies\)", told)
    static = installed.prefix / "share/jupyter/labextensions/jupyter-colonies/static"
    assert list(static.glob("remoteEntry.*.js"))
    assert list(static.glob("*.map")) == []
    page = serve_lab(installed)
    assert "jupyter-colonies" in page


def serve_lab(installed: Installed) -> str:
    """The page of JupyterLab, from the server that starts in the new environment."""
    command: list[str | Path] = [
        installed.prefix / "bin" / "jupyter-lab",
        *("--no-browser", "--allow-root", "--ServerApp.port=0", "--IdentityProvider.token=t"),
    ]
    process = subprocess.Popen(
        command,
        env=installed.environment,
        cwd=installed.prefix,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        for line in process.stderr:
            if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab", line):
                break
        else:
            raise AssertionError("JupyterLab did not start")
        with urllib.request.urlopen(found[1] + "/lab?token=t", timeout=60) as answer:
            return str(answer.read().decode())
    finally:
        process.terminate()
        process.communicate(timeout=60)
