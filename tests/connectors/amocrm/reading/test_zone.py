"""An account that counts in a zone of its own, while amoCRM goes on in another (CORE-6)."""

from datetime import UTC, datetime, timedelta

import pytest

from smena.accounts import actions as accounts
from smena.accounts import queries as accounts_queries
from smena.connectors.amocrm.reading import polling
from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.translation.test_webhook import TASK, body
from tests.connectors.amocrm.webhooks.test_endpoint import send

pytestmark = pytest.mark.anyio


async def zones(made: Stand) -> tuple[str, str]:
    async with made.db.tenant(ACCOUNT) as tx:
        account = await accounts_queries.account(tx)
    return account.time_zone, account.crm_time_zone


async def test_amocrms_zone_is_followed_until_another_is_chosen(db: Database) -> None:
    async with stand(db) as made:
        await made.connect()
        assert await zones(made) == ("Europe/Moscow", "Europe/Moscow")
        made.crm.account.doc["time_zone"] = "Asia/Omsk"
        made.clock.offset += timedelta(minutes=11)
        await polling.cards(made.context, ACCOUNT)
        assert await zones(made) == ("Asia/Omsk", "Asia/Omsk")
        async with db.tenant(ACCOUNT) as tx:
            await accounts.choose(tx, "Asia/Vladivostok", "")
        made.crm.account.doc["time_zone"] = "no zone at all"
        made.clock.offset += timedelta(minutes=11)
        await polling.cards(made.context, ACCOUNT)
        assert await zones(made) == ("Asia/Vladivostok", "Asia/Omsk")


async def test_texts_of_webhooks_stay_in_amocrms_zone(db: Database) -> None:
    async with stand(db) as made:
        await made.connect()
        async with db.tenant(ACCOUNT) as tx:
            await accounts.choose(tx, "Asia/Vladivostok", "")
        assert await send(made, body("task", "add", TASK)) == 200
        await made.drain()
        async with db.tenant(ACCOUNT) as tx:
            found = await tx.row("SELECT due_at, updated_at FROM crm_task")
        assert found is not None
        assert found.due_at == datetime(2026, 9, 22, 20, 59, tzinfo=UTC), "23:59 in Moscow"
        assert found.updated_at == datetime(2026, 9, 21, 11, 0, tzinfo=UTC)
