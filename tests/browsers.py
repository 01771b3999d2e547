"""A real Chromium for tests, as patient as all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.patience import browser_patience

PROGRAM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def launched() -> Iterator[Browser]:
    """Run a browser; its driver keeps a loop of its own running until it has gone."""
    if not Path(PROGRAM).exists():
        pytest.skip("Chromium is not installed: ./run test installs it")
    expect.set_options(timeout=browser_patience())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=PROGRAM, args=FLAGS, timeout=browser_patience()
        )
        yield browser
        browser.close()


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """Make what a fresh browser of somebody is: no cookies, a window of its own."""
    made = browser.new_context(**options)
    made.set_default_timeout(browser_patience())
    return made
