"""A server of the package, and colonies on it, for the conformance tests."""

import pytest

from jupyter_colonies.testing import server_in_thread
from tests.conformance.wire import Wire


@pytest.fixture(scope="session")
def server(server_database, tmp_path_factory):
    """One server for the whole run on each kind of database; each test makes its own colony."""
    folder = tmp_path_factory.mktemp("server")
    with server_in_thread(folder, database=server_database()) as server:
        yield server


@pytest.fixture(scope="session")
def wire(server):
    return Wire(server.host, server.port, server.server_key)


@pytest.fixture
def colony(wire):
    return wire.new_colony()


@pytest.fixture
def e1(colony):
    return colony.executor(name="E1")


@pytest.fixture
def e2(colony):
    return colony.executor(name="E2")


@pytest.fixture
def user(colony):
    return colony.user(name="U")


@pytest.fixture(scope="session")
def strangers(wire):
    """Keys of an executor and a user of some colony."""
    colony = wire.new_colony()
    return [colony.executor().key, colony.user().key]
