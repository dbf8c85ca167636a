"""A skipped test is a failure, and so is a server that a test leaves behind."""

import threading
from collections.abc import Iterator

import pytest

pytest_plugins = [
    "tests.loading",
    "tests.servers",
    "tests.databases",
    "tests.workers",
    "tests.spread",
]


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
