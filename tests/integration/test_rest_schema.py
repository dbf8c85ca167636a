"""The REST API is what its OpenAPI document says, by a program that knows nothing else."""

import pytest

from jupyter_colonies.testing import server_in_thread
from tests.restcases import TRIED, Stage, attempt


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with server_in_thread(tmp_path_factory.mktemp("schema")) as server:
        yield Stage(server)


@pytest.mark.parametrize("name", TRIED)
def test_replies_are_as_the_document_says(stage, name):
    attempt(stage, name, examples=3)
