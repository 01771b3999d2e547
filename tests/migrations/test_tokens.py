"""Tokens that were kept beside their accounts are still there in their own table."""

import pytest

from smena.connectors.amocrm.tokens.core.refresh import AccessWay
from smena.connectors.amocrm.tokens.store import tokens
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.migrations.apply import upgrade
from tests.migrations.test_apply import (
    connected,
    limited_user,
    older_database,
    upgrade_once_so_that_roles_exist,
)

pytestmark = pytest.mark.anyio

ACCOUNT = AccountId(31000001)
VAULT = Vault("k" * 40)
OLD_ACCOUNT = """
INSERT INTO account (id, name, base_url, subdomain, time_zone, state, token, connected_at,
                     active_since)
VALUES ($1, 'Окна', 'https://okna.amocrm.ru', 'okna', 'Europe/Moscow', 'connected', $2, now(),
        now())
"""


async def test_a_token_survives_its_move(server_url: str) -> None:
    async with older_database(server_url) as url:
        await _connect_as_before(url)
        await upgrade(url)
        assert await _token(url) == "eyJ.long.lived"


async def test_a_token_survives_where_the_owner_is_behind_the_walls_too(server_url: str) -> None:
    await upgrade_once_so_that_roles_exist(server_url)
    async with limited_user(server_url, "") as user:
        async with connected(server_url) as admin:
            await admin.execute(
                f'GRANT smena_app, smena_system TO "{user}" WITH INHERIT FALSE, SET TRUE'
            )
        async with older_database(server_url, owner=user) as url:
            await _connect_as_before(url)
            await upgrade(url)
            assert await _token(url) == "eyJ.long.lived"


async def _connect_as_before(url: str) -> None:
    async with connected(url) as connection, connection.transaction():
        await connection.execute("SET LOCAL ROLE smena_system")
        await connection.execute(OLD_ACCOUNT, ACCOUNT, VAULT.seal(b"eyJ.long.lived"))


async def _token(url: str) -> str:
    db = Database.open(url, pool_size=1, topics={})
    async with db.tenant(ACCOUNT) as tx:
        found = await tokens.one(tx, VAULT)
    await db.close()
    assert found is not None
    assert found.way is AccessWay.TOKEN
    return found.access
