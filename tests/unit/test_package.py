"""The package's public names, and that importing one side never loads the other."""

import json
import subprocess
import sys

import pytest

import jupyter_colonies
from jupyter_colonies import widgets

SERVER_SIDE = [
    "jupyter_colonies.server", "jupyter_colonies.broker", "jupyter_colonies.store",
    "jupyter_server", "sqlalchemy", "sqlmodel", "alembic",
]  # fmt: skip
KERNEL_SIDE = [
    "jupyter_colonies.client", "jupyter_colonies.commands", "jupyter_colonies.executor",
    "jupyter_colonies.notebook", "jupyter_colonies.widgets", "IPython", "ipykernel", "ipywidgets",
    "ipycytoscape",
]  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """Names of the modules that are loaded after some code has run in a fresh interpreter."""
    program = f"{code}\nimport json, sys\nprint(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_package_alone_loads_neither_side() -> None:
    heavy = {"tornado", "click", "msgspec", "rich"}
    assert loaded_by("import jupyter_colonies") & {*SERVER_SIDE, *KERNEL_SIDE, *heavy} == set()


@pytest.mark.parametrize(
    "module",
    [
        "jupyter_colonies.notebook.magics",
        "jupyter_colonies.widgets.dag.view",
        "jupyter_colonies.cli.verbs",
        "jupyter_colonies.executor.programs.shell",
    ],
)
def test_a_kernel_never_loads_the_server(module) -> None:
    assert loaded_by(f"import {module}") & set(SERVER_SIDE) == set()


@pytest.mark.parametrize("module", ["jupyter_colonies.server.extension", "jupyter_colonies.server"])
def test_the_server_never_loads_a_kernel(module) -> None:
    # Jupyter itself loads IPython and ipykernel on its own account.
    by_jupyter = loaded_by("import jupyter_server.extension.application, jupyter_server.serverapp")
    assert (loaded_by(f"import {module}") - by_jupyter) & set(KERNEL_SIDE) == set()


def test_every_public_name_is_there() -> None:
    for name in jupyter_colonies.__all__:
        assert getattr(jupyter_colonies, name).__name__ == name
        assert name in dir(jupyter_colonies)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        jupyter_colonies.nonsense  # noqa: B018 - the attempt is the test


def test_every_public_widget_is_there_and_loaded_when_it_is_used() -> None:
    for name in widgets.__all__:
        assert getattr(widgets, name).__name__ == name
        assert name in dir(widgets)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        widgets.nonsense  # noqa: B018 - the attempt is the test
    assert "ipywidgets" not in loaded_by("import jupyter_colonies.widgets")


def test_jupyter_finds_both_extensions() -> None:
    (point,) = jupyter_colonies._jupyter_server_extension_points()
    assert point["module"].startswith("jupyter_colonies")
    (path,) = jupyter_colonies._jupyter_labextension_paths()
    assert path == {"src": "labextension", "dest": "jupyter-colonies"}
