"""Random lives of processes and workflows behave as the model of the protocol says."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conformance.machine import Desk, Lives


def live(database, *, examples, steps):
    desk = Desk(database)
    try:
        run_state_machine_as_test(
            lambda: Lives(desk),
            settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None),
        )
    finally:
        desk.close()


def test_lives(database):
    live(database, examples=10, steps=40)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_long_lives(database):
    live(database, examples=500, steps=80)
