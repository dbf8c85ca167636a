"""Who installs the wheel has the labextension and the server extension, without Node.js."""

import json
import re
import zipfile
from pathlib import Path

import pytest

from tests.wheel import ROOT, Installed, build

LABEXTENSION = "share/jupyter/labextensions/jupyter-colonies"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from the labextension that is there; Node.js has nothing to do."""
    return build(ROOT, tmp_path_factory.mktemp("wheel"), "--no-build-isolation")


@pytest.fixture(scope="module")
def installed(tmp_path_factory, wheel) -> Installed:
    return Installed.alone(tmp_path_factory.mktemp("installed"), wheel)


def test_jupyter_finds_both_extensions(installed: Installed) -> None:
    extensions = installed.extensions("jupyterlab.labextensions")
    version = json.loads((ROOT / "labextension/package.json").read_text())["version"]
    assert re.search(
        rf"jupyter-colonies v{version} enabled +OK +\(python, jupyter_colonies\)", extensions
    )
    extensions = installed.extensions("jupyter_server.extension.serverextension")
    assert re.search(r"jupyter_colonies enabled\n +- Validating jupyter_colonies\.\.\.", extensions)
    assert re.search(r"jupyter_colonies .*OK\n", extensions)


def test_the_settings_and_the_page_are_installed(installed: Installed) -> None:
    folder = installed.prefix / LABEXTENSION
    described = json.loads((folder / "package.json").read_text())
    assert (folder / described["jupyterlab"]["_build"]["load"]).is_file()
    schemas = ROOT / "labextension" / "schema"
    for schema in schemas.glob("*.json"):
        assert (folder / "schemas" / "jupyter-colonies" / schema.name).is_file()
    assert json.loads((folder / "install.json").read_text())["packageName"] == "jupyter_colonies"


def test_everything_but_the_sources_of_the_page_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = {name.partition("/")[2] for name in opened.namelist()}
    package = ROOT / "jupyter_colonies"
    wanted = {
        str(file.relative_to(package))
        for file in package.rglob("*")
        if file.is_file() and file.suffix != ".pyc" and "labextension" not in file.parts
    }
    assert wanted - names == set()
    assert [name for name in names if "labextension/" in name and "share/" not in name] == []
