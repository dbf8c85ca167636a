"""Hundreds of killed servers."""

import pytest

from tests.integration.killing import kill_under_load


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(5))
def test_kill_under_load_many_times(tmp_path, seed):
    kill_under_load(tmp_path, rounds=40, clients=8, seed=seed)
