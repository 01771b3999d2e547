"""A running demo and a real browser, shared by the journeys of one file.

The browser's driver keeps a loop of its own running: it must be gone before other tests need one.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsers import launched
from tests.folders import new_folder
from tests.journeys.demo import Demo, Told


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that a system user may enter, as a data folder must be when root runs us."""
    folder = new_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def demo(open_folder: Path) -> Iterator[tuple[Demo, Told]]:
    """A small, lively department."""
    started = Demo(open_folder / "demo", "--users", "12", "--seed", "3", "--speed", "3")
    try:
        yield started, started.start()
    finally:
        started.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as made:
        yield made


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: SMENA_SCREENSHOTS, or a temporary folder."""
    given = os.environ.get("SMENA_SCREENSHOTS")
    return Path(given).absolute() if given else tmp_path_factory.mktemp("pictures")
