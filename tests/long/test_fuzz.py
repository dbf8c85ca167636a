"""Far more nonsense than `make test` has time for."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_colonies.testing import server_in_thread
from tests.conformance.arbitrary import foreseen, outcome, requests
from tests.conformance.contents import reader
from tests.conformance.fuzzing import Fuzz
from tests.conformance.wire import Wire

MILLION = 1_000_000


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_nonsense(tmp_path):
    with server_in_thread(tmp_path, colonyname="host") as server:
        wire = Wire(server.host, server.port, server.server_key)
        colony = wire.new_colony("dev")
        callers = [
            colony.executor(name="E1").key,
            colony.user().key,
            colony.ownerkey,
            wire.serverkey,
        ]

        @given(request=requests(), caller=st.sampled_from(callers))
        @settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
        def try_one(request, caller):
            found = outcome(wire, request[0], caller, request[1])
            assert foreseen(found), found

        try_one()
        assert colony.executor(name="E9").submit()


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_a_million_spoiled_messages(server_database, tmp_path):
    """Half of them for each database, other ones in each part of the run."""
    with server_in_thread(tmp_path, database=server_database()) as server:
        wire = Wire(server.host, server.port, server.server_key)
        for seed in range(10):
            fuzz = Fuzz(server, wire, seed)
            secrets = reader(server, fuzz.closed.name, nobodys=False)
            before = secrets()
            fuzz.run(MILLION // 2 // 10)
            assert secrets() == before
        assert wire.new_colony().executor().submit()
