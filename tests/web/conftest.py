"""Requests straight into the application, without a port."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.web.site import make_site, visitor


@pytest.fixture
async def browser() -> AsyncIterator[httpx2.AsyncClient]:
    """A client that keeps cookies, as a browser does."""
    async with visitor(make_site()) as client:
        yield client
