"""A skipped test is a failure: what cannot run here must say so loudly."""

import pytest

pytest_plugins = ["tests.servers", "tests.databases"]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a run with skipped tests into a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        reporter.ensure_newline()
        reporter.write_line("A skipped test is a failure: see the list of skips.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
