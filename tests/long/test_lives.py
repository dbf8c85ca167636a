"""Many more and much longer random lives than `make test` has time for."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conformance.machine import Desk, Lives


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_lives(database):
    desk = Desk(database)
    try:
        run_state_machine_as_test(
            lambda: Lives(desk),
            settings=settings(
                max_examples=2000,
                stateful_step_count=80,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        desk.close()
