"""Far more nonsense than `make test` has time for."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_colonies.testing import server_in_thread
from tests.conformance.arbitrary import foreseen, outcome, requests
from tests.conformance.wire import Wire


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
