"""Ten thousand spoiled messages, half of them for each database: nothing unforeseen happens."""

import pytest

from jupyter_colonies.testing import server_in_thread
from tests.conformance.contents import reader
from tests.conformance.fuzzing import Fuzz
from tests.conformance.wire import Wire


@pytest.mark.timeout(300)
def test_spoiled_messages(server_database, tmp_path):
    with server_in_thread(tmp_path, database=server_database()) as server:
        fuzz = Fuzz(server, Wire(server.host, server.port, server.server_key), seed=4)
        secrets = reader(server, fuzz.closed.name, nobodys=False)
        before = secrets()
        fuzz.run(5000)
        assert secrets() == before
        assert fuzz.closed.executor().submit()
        # Much is refused, but not everything: what is behind the checks was reached too.
        assert sum(count for name, count in fuzz.found.items() if name.endswith("msg")) > 500
        assert len(fuzz.found) > 50
