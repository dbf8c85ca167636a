"""kill -9 at any moment loses nothing that was acknowledged and stores nothing by halves."""

from tests.integration.killing import kill_one_of_two, kill_under_load


def test_kill_under_load(tmp_path):
    kill_under_load(tmp_path, rounds=4, clients=4, seed=1)


def test_kill_under_load_on_postgresql(tmp_path, postgres_url):
    kill_under_load(tmp_path, rounds=3, clients=4, seed=2, database=postgres_url)


def test_kill_one_of_two_servers(tmp_path, postgres_url):
    kill_one_of_two(tmp_path, postgres_url, rounds=3, clients=4, seed=3)
