"""kill -9 at any moment loses nothing that was acknowledged and stores nothing by halves."""

from collections.abc import Iterator
from random import SystemRandom

import pytest

from tests.integration.killing import (
    kill_database_under_load,
    kill_one_of_two,
    kill_under_load,
)
from tests.postgres import PostgresServer


@pytest.fixture(scope="module")
def durable() -> Iterator[PostgresServer]:
    """A PostgreSQL that may be killed."""
    server = PostgresServer(durable=True)
    yield server
    server.remove()


@pytest.fixture
def seed(record_property) -> int:
    """Another one in each run; shown when a test fails."""
    chosen = SystemRandom().randrange(1_000_000)
    record_property("seed", chosen)
    print(f"seed {chosen}")
    return chosen


def test_kill_under_load(tmp_path, seed):
    kill_under_load(tmp_path, rounds=5, clients=4, seed=seed)


def test_kill_under_load_on_postgresql(tmp_path, postgres_url, seed):
    kill_under_load(tmp_path, rounds=2, clients=4, seed=seed, database=postgres_url)


def test_kill_one_of_two_servers(tmp_path, postgres_url, seed):
    kill_one_of_two(tmp_path, postgres_url, rounds=2, clients=4, seed=seed)


def test_kill_the_database_under_load(tmp_path, durable, seed):
    kill_database_under_load(tmp_path, durable, rounds=2, clients=4, seed=seed)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_kill_under_load_500_times(tmp_path, seed):
    kill_under_load(tmp_path, rounds=500, clients=4, seed=seed)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_kill_under_load_500_times_on_postgresql(tmp_path, postgres_url, seed):
    kill_under_load(tmp_path, rounds=500, clients=4, seed=seed, database=postgres_url)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_kill_one_of_two_servers_500_times(tmp_path, postgres_url, seed):
    kill_one_of_two(tmp_path, postgres_url, rounds=500, clients=4, seed=seed)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_kill_the_database_500_times(tmp_path, durable, seed):
    kill_database_under_load(tmp_path, durable, rounds=500, clients=4, seed=seed)
