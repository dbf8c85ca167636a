"""Fixtures that give tests a real server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_colonies.testing import RunningServer, server_in_thread


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The same for all tests of a module."""
    with server_in_thread(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def colony_server(tmp_path: Path, empty_file: Path) -> Iterator[RunningServer]:
    """A real server on a free port, on a thread of its own, with a fresh database."""
    folder = tmp_path / "server"
    folder.mkdir()
    shutil.copy(empty_file, folder)
    with server_in_thread(folder) as server:
        yield server
