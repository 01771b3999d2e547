"""A data folder that the server's system user can reach, and ears for what the supervisor says."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from smena.kernel.postgres import processes
from tests.folders import new_folder


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder for one server. Pytest's own is closed for other users; a server left is killed."""
    root = new_folder()
    yield root
    for folder in [root, *root.rglob("cluster*")]:
        for found in processes.standing_in(folder):
            processes.kill(found.pid)
    shutil.rmtree(root)


@pytest.fixture
def heard() -> list[str]:
    return []
