"""Random lives of processes and workflows behave as the model of the protocol says."""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conformance.machine import Desk, Lives


def test_lives(database):
    desk = Desk(database)
    try:
        run_state_machine_as_test(
            lambda: Lives(desk),
            settings=settings(max_examples=60, stateful_step_count=40, deadline=None),
        )
    finally:
        desk.close()
