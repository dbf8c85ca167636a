"""A server of the package, and colonies on it, for the conformance tests."""

import pytest

from jupyter_colonies.testing import server_in_thread
from tests.conformance.ticking import Ticking
from tests.conformance.wire import Member, Wire
from tests.unit.broker.stage import Clock


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


@pytest.fixture(scope="session")
def ticking(server_database, tmp_path_factory):
    """A server whose clock stands still until a test moves it."""
    clock = Clock()
    folder = tmp_path_factory.mktemp("ticking")
    # Executors do not fall silent while a test lets much time pass.
    settings = {"database": server_database(), "stale_after": 0}
    with server_in_thread(folder, clock=clock, **settings) as server:
        yield Ticking(server, clock, Wire(server.host, server.port, server.server_key))


@pytest.fixture
def e(ticking):
    """An executor of a colony of its own on the server with the clock."""
    colony = ticking.wire.new_colony()
    yield colony.executor(name="E")
    ticking.wire.call("removecolonymsg", ticking.wire.serverkey, colonyname=colony.name)


@pytest.fixture
def owner(colony):
    return Member(colony, "owner", "t", colony.ownerkey)


@pytest.fixture
def reconciler(colony):
    return colony.executor("reconciler")
