"""The many of fsspec's own tests of file systems."""

import pytest
from fsspec.tests import abstract

from tests.integration.test_fsspec import Fixtures, colony, server

__all__ = ["colony", "server"]


@pytest.mark.long
class TestTrees(
    abstract.AbstractCopyTests, abstract.AbstractGetTests, abstract.AbstractPutTests, Fixtures
):
    pass
