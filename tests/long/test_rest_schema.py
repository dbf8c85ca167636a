"""Many more cases of the REST API than `make test` has time for."""

import pytest

from jupyter_colonies.testing import server_in_thread
from tests.restcases import TRIED, Stage, attempt

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def stage(server_database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("schema")
    with server_in_thread(folder, database=server_database()) as server:
        yield Stage(server)


@pytest.mark.parametrize("name", TRIED)
def test_replies_are_as_the_document_says(stage, name):
    for number in range(4):
        attempt(stage, name, examples=50, number=number)
