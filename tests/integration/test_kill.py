"""kill -9 at any moment loses nothing that was acknowledged and stores nothing by halves."""

from tests.integration.killing import kill_under_load


def test_kill_under_load(tmp_path):
    kill_under_load(tmp_path, rounds=4, clients=4, seed=1)
