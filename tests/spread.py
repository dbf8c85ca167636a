"""Which tests run in one process, and in which order, when several processes run them."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# What takes long by itself, or one after the other in one browser: begun last, it would make
# the whole run wait.
FIRST = (
    "tests/ui/",
    "tests/notebooks/",
    "tests/integration/test_kill.py",
    "tests/integration/test_takeover.py",
    "tests/integration/test_server_",
    "tests/conformance/test_lives.py",
)
# Thousands of small tests on servers that each process has anyway: they fill up the end.
SINGLE = "tests/conformance/"
# These share one JupyterLab and one browser.
BROWSER = ("tests/ui/", "tests/notebooks/test_demo.py::test_with_a_browser")


def place(nodeid: str) -> str:
    """Tests with the same place run in the same process: those of a file, which share servers."""
    if nodeid.startswith(BROWSER):
        return "browser"
    return nodeid if nodeid.startswith(SINGLE) else nodeid.partition("::")[0]


class ByPlace(LoadScopeScheduling):
    """Gives all tests of a place to one process."""

    def _split_scope(self, nodeid: str) -> str:
        return place(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByPlace:
    """Spread tests by place, whatever `--dist` says."""
    return ByPlace(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: (not item.nodeid.startswith(FIRST), SINGLE in item.nodeid))
