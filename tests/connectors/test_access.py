"""An account that shut us out is knocked at, whatever was still under way when it did."""

import asyncio

import pytest

from smena.accounts import queries as accounts
from smena.accounts.model import AccountState
from smena.connectors.amocrm import actions, jobs, queries
from smena.kernel.db import Database
from tests.connectors.stand import ACCOUNT, Stand, stand

pytestmark = pytest.mark.anyio
LATENCY_SECONDS = 0.3


async def is_active(made: Stand) -> bool:
    async with made.db.tenant(ACCOUNT) as tx:
        found = await queries.connection(tx)
    assert found is not None
    return found.is_active


async def test_a_good_answer_that_comes_late_does_not_hide_the_loss(db: Database) -> None:
    async with stand(db, history_days=1) as made:
        await made.connect()
        await made.load()
        made.emulator.wire.latency_seconds = LATENCY_SECONDS
        polling = asyncio.create_task(jobs.poll(made.context, ACCOUNT))
        async with db.tenant(ACCOUNT) as tx:  # while it waits for its answer
            await asyncio.sleep(LATENCY_SECONDS / 3)
            await actions.access_lost(tx, 403, made.clock.now())
        await polling
        assert not await is_active(made)
        await jobs.check_access(made.context)
        assert await is_active(made)
        async with db.tenant(ACCOUNT) as tx:
            assert (await accounts.account(tx)).state is AccountState.CONNECTED


async def test_late_trouble_does_not_wake_a_connection_that_was_let_go(db: Database) -> None:
    async with stand(db, history_days=1) as made:
        await made.connect()
        await actions.disconnect(db, made.clock, made.reach, ACCOUNT)
        async with db.tenant(ACCOUNT) as tx:
            await actions.note_trouble(tx, "amoCRM answers 502", made.clock.now())
        async with db.system() as tx:
            assert await queries.troubled(tx) == []
