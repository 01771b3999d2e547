"""The account in memory, and a receiver of its webhooks."""

from collections.abc import AsyncIterator

import pytest

from tests.amocrm_emulator.place import Place, Receiver, place, receiver


@pytest.fixture
async def at() -> AsyncIterator[Place]:
    async with place() as found:
        yield found


@pytest.fixture
async def heard() -> AsyncIterator[Receiver]:
    async with receiver() as found:
        yield found
