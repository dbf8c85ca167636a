"""Files of gigabytes."""

import pytest

from jupyter_colonies.testing import server_in_thread
from tests.integration.moving import growth


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_gigabytes_need_no_more_memory_than_little(tmp_path):
    with server_in_thread(tmp_path / "server") as server:
        assert growth(server, tmp_path, 2 << 30) < 64 << 20
