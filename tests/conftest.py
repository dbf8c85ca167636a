"""A skipped test is a failure: what cannot run here must say so loudly."""

import pytest

pytest_plugins = ["tests.servers", "tests.databases"]

# What takes long by itself, or one after the other in one browser: begun last, it would make
# the whole run wait.
FIRST = (
    "tests/ui/",
    "tests/notebooks/",
    "tests/conformance/test_lives.py",
    "tests/integration/test_kill.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a run with skipped tests into a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        reporter.ensure_newline()
        reporter.write_line("A skipped test is a failure: see the list of skips.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
