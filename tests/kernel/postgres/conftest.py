"""A data folder that the server's system user can reach, and ears for what the supervisor says."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from smena.kernel.postgres import processes


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder for one server. Pytest's own is closed for other users; a server left is killed."""
    root = Path(tempfile.mkdtemp(prefix="smena-test-"))
    root.chmod(0o755)
    yield root
    for folder in [root, *root.rglob("cluster*")]:
        for found in processes.standing_in(folder):
            processes.kill(found.pid)
    shutil.rmtree(root)


@pytest.fixture
def heard() -> list[str]:
    return []
