"""Names of deployments, pauses between their kernels, and what of a notebook is run."""

import json

import pytest

from jupyter_colonies.core.deployment import check_deployment_name, name_of, pause_after
from jupyter_colonies.errors import AccessDenied, InvalidRequest
from jupyter_colonies.server.deploy.desk import confined
from jupyter_colonies.server.deploy.program import program_of


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/ada/analysis.ipynb", "analysis"),
        ("/home/ada/My analysis (2).ipynb", "My-analysis-2"),
        ("C:\\work\\a.b.ipynb", "a.b"),
        ("/x/…", "notebook"),
        ("/x/" + "y" * 200 + ".ipynb", "y" * 80),
    ],
)
def test_a_deployment_is_called_like_its_file(path, name):
    assert name_of(path) == name
    check_deployment_name(name)


@pytest.mark.parametrize("name", ["", "..", "a/b", "-x", "a b", "x" * 81, "ä"])
def test_other_names_are_refused(name):
    with pytest.raises(InvalidRequest, match="is no name for a deployment"):
        check_deployment_name(name)


def test_pauses_double_up_to_a_minute():
    assert [pause_after(deaths) for deaths in (1, 2, 3, 6, 7, 10_000)] == [1, 2, 4, 32, 60, 60]


def notebook(*cells, **metadata):
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": cells, "metadata": metadata})


def test_what_is_run():
    text = notebook(
        {"cell_type": "markdown", "source": "# Title", "metadata": {}},
        {"cell_type": "code", "id": "a", "source": ["x = 1\n", "x"], "outputs": []},
        {"cell_type": "code", "source": "  \n", "metadata": {}},
        {"cell_type": "code", "source": "demo()", "metadata": {"tags": ["skip-deploy"]}},
        {"cell_type": "code", "source": "y", "metadata": {"tags": ["raises-exception"]}},
        kernelspec={"name": "ir", "display_name": "R", "language": "R"},
    )
    program = program_of(text, "x.ipynb")
    assert program.kernelname == "ir"
    assert [tuple(cell) for cell in program.cells] == [
        (2, "a", "x = 1\nx", False),
        (5, "", "y", True),
    ]
    assert program_of(text.replace("# Title", "# Other"), "x.ipynb") == program


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"nbformat": 4, "cells": 1}', '{"nbformat": 3, "worksheets": []}']
)
def test_what_is_no_notebook(text):
    with pytest.raises(InvalidRequest, match=r"x\.ipynb"):
        program_of(text, "x.ipynb")


def test_paths_below_jupyters_root(tmp_path):
    def path_of(path, *, anywhere=False):
        body = json.dumps({"path": path}).encode()
        return json.loads(confined(body, str(tmp_path), anywhere=anywhere))["path"]

    assert path_of("a/b.ipynb") == path_of("/a/b.ipynb") == str(tmp_path / "a/b.ipynb")
    assert path_of("a/../b.ipynb") == str(tmp_path / "b.ipynb")
    assert path_of("/etc/b.ipynb", anywhere=True) == "/etc/b.ipynb"
    for outside in ("../b.ipynb", "a/../../b.ipynb"):
        with pytest.raises(AccessDenied, match="outside of this server's root"):
            path_of(outside)
