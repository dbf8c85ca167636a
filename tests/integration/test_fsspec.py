"""fsspec's own tests of file systems, against the files of a colony.

Those that move trees between a folder and the file system, and the globs, are in `tests/long`.
"""

import pytest
from fsspec.tests import abstract

from jupyter_colonies.client.colony import connect
from jupyter_colonies.client.discovery import RUNTIME_VARIABLE
from jupyter_colonies.testing import server_in_thread


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    with server_in_thread(folder, synchronous="normal") as server:
        yield server


@pytest.fixture(scope="module")
def colony(server):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(RUNTIME_VARIABLE, str(server.runtime_file))
        colony = connect()
    yield colony
    colony.close()


class Fixtures(abstract.AbstractFixtures):
    @pytest.fixture
    def fs(self, colony):
        return colony.fs

    @pytest.fixture
    def fs_path(self):
        return "dev/tests"

    @pytest.fixture
    def fs_join(self):
        return lambda *parts: "/".join(parts)

    @pytest.fixture
    def supports_empty_directories(self):
        return False


class TestCopy(abstract.AbstractCopyTests, Fixtures):
    test_copy_glob_edge_cases = None


class TestOpen(abstract.AbstractOpenTests, Fixtures):
    pass


class TestPipe(abstract.AbstractPipeTests, Fixtures):
    pass
