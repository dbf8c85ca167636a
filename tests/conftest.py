"""A skipped test is a failure, and so is a server that a test leaves behind."""

import threading
from collections.abc import Iterator

import pytest

pytest_plugins = ["tests.servers", "tests.databases", "tests.workers"]

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, and keep together what shares the server of a module."""
    items.sort(key=lambda item: (not item.nodeid.startswith(FIRST), SINGLE in item.nodeid))
    for item in items:
        if SINGLE not in item.nodeid and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.fixture(scope="session", autouse=True)
def nothing_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Folders of Jupyter that are not the user's; who connects in them has to end what starts."""
    home = tmp_path_factory.mktemp("jupyter")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_RUNTIME_DIR", str(home / "runtime"))
        patch.setenv("JUPYTER_DATA_DIR", str(home / "data"))
        yield
    started = [each for each in threading.enumerate() if each.name == "colonies-serve-wait"]
    assert not started, "a test started a server by connecting where there was none"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a run with skipped tests into a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        reporter.ensure_newline()
        reporter.write_line("A skipped test is a failure: see the list of skips.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
