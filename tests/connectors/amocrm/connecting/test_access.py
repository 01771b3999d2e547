"""An account that shut us out is knocked at, whatever was still under way when it did."""

import asyncio

import pytest

from smena.accounts import queries as accounts
from smena.accounts.model import AccountState
from smena.connectors.amocrm import jobs, queries
from smena.connectors.amocrm.api.client import AccessLost
from smena.connectors.amocrm.connecting import access, disconnect
from smena.crm.model.entities import LeadId
from smena.crm.outbox import actions as outbox_actions
from smena.crm.outbox.model import ChangeLead, NewCommand, Priority
from smena.kernel.db import Database
from smena.kernel.jobs.registry import AccountJob
from tests.connectors.amocrm import proxy as net
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.stand import Stand, stand

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
            await access.access_lost(tx, 403, made.clock.now())
        await polling
        assert not await is_active(made)
        await jobs.check_access(made.context)
        assert await is_active(made)
        async with db.tenant(ACCOUNT) as tx:
            assert (await accounts.account(tx)).state is AccountState.CONNECTED


@pytest.mark.parametrize("account_job", [jobs.poll, jobs.deliver], ids=["reading", "writing"])
async def test_a_refusal_of_old_tokens_does_not_shut_out_a_new_connection(
    db: Database, account_job: AccountJob
) -> None:
    """Somebody connects the account again while amoCRM's no to the old tokens is on its way."""
    async with stand(db, history_days=1) as made, net.between(made.emulator.url) as line:
        await made.connect(through=line.url)
        await made.load()
        async with db.tenant(ACCOUNT) as tx:
            change = ChangeLead(lead=LeadId(4000001), price=7)
            await outbox_actions.request_all(
                tx, [NewCommand(change, "test", Priority.FRESH)], made.clock.now()
            )

        async def connect_again(_answer: bytes) -> bytes:
            await made.connect(through=line.url)
            return net.forbidden(_answer) or b""

        verb = "GET" if account_job is jobs.poll else "PATCH"
        line.slow[verb] = [connect_again]
        with pytest.raises(AccessLost):
            await account_job(made.context, ACCOUNT)
        assert await is_active(made)
        async with db.tenant(ACCOUNT) as tx:
            assert (await accounts.account(tx)).state is AccountState.CONNECTED
        line.faults["GET"] = [net.forbidden]
        with pytest.raises(AccessLost):
            await jobs.poll(made.context, ACCOUNT)
        assert not await is_active(made), "a no to the tokens that are stored counts"


async def test_late_trouble_does_not_wake_a_connection_that_was_let_go(db: Database) -> None:
    async with stand(db, history_days=1) as made:
        await made.connect()
        await disconnect.disconnect(db, made.clock, made.service, ACCOUNT)
        async with db.tenant(ACCOUNT) as tx:
            await access.note_trouble(tx, "amoCRM answers 502", made.clock.now())
        async with db.system() as tx:
            assert await queries.troubled(tx) == []
