"""Parameters of notebooks: found, checked, and written in the notebook's language."""

import json
import math

import pytest

from jupyter_colonies.core.notebook import read_notebook
from jupyter_colonies.core.notebookcall import reference_of
from jupyter_colonies.core.parameters import Parameter, injection, parameters_of
from jupyter_colonies.errors import InvalidRequest
from jupyter_colonies.executor.notebooks.source import prepared
from jupyter_colonies.executor.notebooks.values import from_outputs, tagged


def notebook(*cells, language="python"):
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": {"name": "k", "display_name": "k", "language": language}},
            "cells": [
                {
                    "cell_type": "code", "id": f"c{at}", "source": source, "outputs": [],
                    "execution_count": None, "metadata": {"tags": tags},
                }
                for at, (source, *tags) in enumerate(cells)
            ],
        }
    )  # fmt: skip


def parameters(*cells, language="python"):
    return parameters_of(read_notebook(notebook(*cells, language=language), "t.ipynb"), "t.ipynb")


def test_parameters_of_python():
    source = "# what to do\nrate: float = 0.1\nnames = ['a', 'b']\nflag: bool\nx.y = 1\nprint(rate)"
    found = parameters(("import os",), (source, "parameters"))
    assert found.position == 1
    assert found.known == (
        Parameter("rate", "float", "0.1"),
        Parameter("names", "", "['a', 'b']"),
        Parameter("flag", "bool", ""),
    )


def test_parameters_of_other_languages_and_of_cells_with_magics():
    found = parameters(("rate <- 0.1\nn = 3\nif (n == 3) x", "parameters"), language="R")
    assert [each.name for each in found.known] == ["rate", "n"]
    found = parameters(("%load_ext x\nrate: float = 0.1\n", "parameters"))
    assert [each.name for each in found.known] == ["rate"]


def test_unknown_parameters_are_named():
    with pytest.raises(InvalidRequest, match="no parameter 'rat': did you mean 'rate'"):
        parameters(("rate = 1", "parameters")).check(["rat"], "t.ipynb")
    with pytest.raises(InvalidRequest, match="no parameter 'b': there are: rate, n"):
        parameters(("rate = 1\nn = 2", "parameters")).check(["n", "b"], "t.ipynb")
    with pytest.raises(InvalidRequest, match="no cell of it is tagged 'parameters'"):
        parameters(("rate = 1",)).check(["rate"], "t.ipynb")
    with pytest.raises(InvalidRequest, match="2 cells tagged 'parameters'"):
        parameters(("a = 1", "parameters"), ("b = 1", "parameters"))


VALUES = {
    "a": None, "b": True, "c": 3, "d": 0.5, "e": "it's \"$x\" \\ \n", "f": [1, [None]],
    "g": {"k": False},
}  # fmt: skip


def test_values_in_python_are_what_they_were():
    names: dict[str, object] = {}
    exec(injection(VALUES, "python"), names)
    assert {name: names[name] for name in VALUES} == VALUES
    exec(injection({"x": [math.inf, math.nan]}, "python"), names)
    infinite, nan = names["x"]
    assert (infinite, math.isnan(nan)) == (math.inf, True)


def test_values_in_other_languages():
    assert injection(VALUES, "R").splitlines()[1:] == [
        "a <- NULL",
        "b <- TRUE",
        "c <- 3",
        "d <- 0.5",
        'e <- "it\'s \\"$x\\" \\\\ \\n"',
        "f <- list(1, list(NULL))",
        'g <- list("k" = FALSE)',
    ]
    assert injection(VALUES, "julia").splitlines()[1:] == [
        "a = nothing",
        "b = true",
        "c = 3",
        "d = 0.5",
        'e = "it\'s \\"\\$x\\" \\\\ \\n"',
        "f = [1, [nothing]]",
        'g = Dict("k" => false)',
    ]
    with pytest.raises(InvalidRequest, match="can't be given to a notebook in 'forth'"):
        injection(VALUES, "forth")


def test_the_injected_cell_follows_the_tagged_one_and_replaces_a_former_one():
    cells = [
        ("import os",),
        ("a = 1", "parameters"),
        ("# Parameters\na = 5", "injected-parameters"),
    ]
    plain = prepared(notebook(*cells, ("a",)).encode(), "t.ipynb", {"a": 2})
    assert [cell["source"] for cell in plain["cells"]] == [
        "import os", "a = 1", "# Parameters\na = 2", "a",
    ]  # fmt: skip
    assert plain["cells"][2]["metadata"]["tags"] == ["injected-parameters"]
    plain = prepared(notebook(*cells).encode(), "t.ipynb", {})
    assert [cell["source"] for cell in plain["cells"]] == ["import os", "a = 1"]


def test_which_cells_give_their_values_back():
    text = notebook(("x",), ("y = 1\nscore", "output"), ("1 + 1", "output"), ("z", "output:last"))
    assert tagged(read_notebook(text, "t"), "t") == {1: "score", 2: "output", 3: "last"}
    text = notebook(("1", "output"), ("2", "output"))
    with pytest.raises(InvalidRequest, match="two cells whose value is called 'output'"):
        tagged(read_notebook(text, "t"), "t")


def test_values_that_other_kernels_show():
    def shown(data):
        return from_outputs([{"output_type": "execute_result", "data": data}])

    assert shown({"text/plain": "3"}) == 3
    assert shown({"text/plain": "…", "application/json": {"a": 1}}) == {"a": 1}
    for outputs in ([], [{"output_type": "execute_result", "data": {"text/plain": "[1] 3"}}]):
        with pytest.raises(ValueError, match=r"shows none|Extra data"):
            from_outputs(outputs)


@pytest.mark.parametrize(
    "argument",
    [None, "x.ipynb", {}, {"notebook": "x"}, {"notebook": "x", "path": "/x", "fileid": "1"}],
)
def test_what_names_no_notebook(argument):
    with pytest.raises(InvalidRequest, match="first argument"):
        reference_of(argument)
