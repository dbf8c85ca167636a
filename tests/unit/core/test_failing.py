"""Where a traceback says that something failed."""

from jupyter_colonies.core.failing import Place, line_told, places

PYTHON = """Traceback (most recent call last):
  File "/tmp/ipykernel_7/1.py", line 18, in fit
    total = one / scale
            ~~~~^~~~~~~
ZeroDivisionError: division by zero
"""
COLOURED = (
    "\x1b[31mZeroDivisionError\x1b[39m  Traceback (most recent call last)\n"
    "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[3]\x1b[39m\x1b[32m, line 1\x1b[39m\n"
    "----> 1 fit(0)\n\n"
    "\x1b[36mFile\x1b[39m\x1b[36m \x1b[39m\x1b[32m/srv/model.py:12\x1b[39m, "
    "in \x1b[36mfit\x1b[39m\n"
)


def test_places_of_python_and_of_ipython() -> None:
    assert places(PYTHON) == [Place("/tmp/ipykernel_7/1.py", 18, "fit")]
    assert places(COLOURED) == [Place("Cell In[3]", 1), Place("/srv/model.py", 12, "fit")]
    assert places("Maximum execution time limit exceeded") == []


def test_the_line_is_found_by_its_text_if_it_is_there_once() -> None:
    source = ["def fit(one, scale):", "    total = one / scale", "    return total"]
    assert line_told(PYTHON, source) == 2
    assert line_told(PYTHON, [*source, "    total = one / scale"]) == 0
    assert line_told(PYTHON, []) == 0
