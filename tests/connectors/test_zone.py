"""An account that counts in a zone of its own, while amoCRM goes on in another (CORE-6)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from smena.accounts import actions as accounts
from smena.accounts import queries as accounts_queries
from smena.connectors.amocrm import polling
from smena.kernel.db import Database
from tests.connectors.stand import ACCOUNT, ANNA, Stand, stand

pytestmark = pytest.mark.anyio


async def zones(made: Stand) -> tuple[str, str]:
    async with made.db.tenant(ACCOUNT) as tx:
        account = await accounts_queries.account(tx)
    return account.time_zone, account.crm_time_zone


async def test_amocrms_zone_is_followed_until_another_is_chosen(db: Database) -> None:
    async with stand(db) as made:
        await made.connect()
        assert await zones(made) == ("Europe/Moscow", "Europe/Moscow")
        made.crm.account["time_zone"] = "Asia/Omsk"
        made.clock.offset += timedelta(minutes=11)
        await polling.cards(made.context, ACCOUNT)
        assert await zones(made) == ("Asia/Omsk", "Asia/Omsk")
        async with db.tenant(ACCOUNT) as tx:
            await accounts.choose(tx, "Asia/Vladivostok", "")
        made.crm.account["time_zone"] = "no zone at all"
        made.clock.offset += timedelta(minutes=11)
        await polling.cards(made.context, ACCOUNT)
        assert await zones(made) == ("Asia/Vladivostok", "Asia/Omsk")


async def test_texts_of_webhooks_stay_in_amocrms_zone(db: Database) -> None:
    async with stand(db) as made:
        await made.connect()
        async with db.tenant(ACCOUNT) as tx:
            await accounts.choose(tx, "Asia/Vladivostok", "")
        due = datetime(2030, 1, 15, 12, 0, tzinfo=ZoneInfo("Europe/Moscow"))
        made.crm.add_task(ANNA, made.now(), "Позвонить", int(due.timestamp()))
        await made.emulator.flush_hooks()
        await made.drain()
        async with db.tenant(ACCOUNT) as tx:
            found = await tx.value("SELECT due_at FROM crm_task")
        assert found == due.astimezone(UTC)
