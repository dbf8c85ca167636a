"""What is loaded for the tests, and how it is kept from costing time again and again."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

# Programs that tests start find here what they are to do without.
WITHOUT = str(Path(__file__).parent / "programs" / "without")
sys.path.insert(0, WITHOUT)
_PATH = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each]
os.environ["PYTHONPATH"] = os.pathsep.join([WITHOUT, *(each for each in _PATH if each != WITHOUT)])

# Thousands of modules and tests stay until the end of the run. While they are loaded, and each
# time that a test leaves something behind, the collector would walk over all of them.
gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Load all tests without the garbage collector, and keep it away from them for good."""
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
