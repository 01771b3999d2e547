"""Wishes that waited when the outbox learned new kinds are still sent."""

import asyncpg
import pytest

from smena.crm.model.entities import LeadId, UserId
from smena.crm.outbox import queries
from smena.crm.outbox.model import ChangeLead, CommandFilter
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.migrations.apply import upgrade
from tests.migrations.test_apply import connected, older_database

pytestmark = pytest.mark.anyio

OLD_WISH = """
INSERT INTO crm_wish (account_id, lead_id, user_id, lane, cause, state, asked_at, not_before)
VALUES (31000001, 4000001, 9000002, 0, 'distribution:17', 'planned', now(), now())
"""


async def test_an_old_wish_can_be_read(server_url: str) -> None:
    async with older_database(server_url) as url:
        async with connected(url) as connection:
            await _ask(connection)
        await upgrade(url)
        db = Database.open(url, pool_size=1, topics={})
        async with db.tenant(AccountId(31000001)) as tx:
            (command,) = await queries.find_commands(tx, CommandFilter())
        await db.close()
    assert command.change == ChangeLead(lead=LeadId(4000001), responsible=UserId(9000002))
    assert command.cause == "distribution:17"


async def _ask(connection: asyncpg.Connection) -> None:
    async with connection.transaction():
        await connection.execute("SET LOCAL ROLE smena_system")
        await connection.execute(OLD_WISH)
