from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from smena.accounts import actions, queries
from smena.accounts.model import AccountState, NewAccount
from smena.kernel.db import Database
from smena.kernel.ids import AccountId

pytestmark = pytest.mark.anyio

ACME, OTHER = AccountId(31000001), AccountId(31000002)
MONDAY_10_00 = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
TUESDAY = MONDAY_10_00 + timedelta(days=1)


def described(account: AccountId) -> NewAccount:
    return NewAccount(
        id=account,
        name="Акме",
        base_url="https://acme.amocrm.example",
        subdomain="acme",
        time_zone="Europe/Moscow",
    )


async def connect(db: Database, new: NewAccount, now: datetime = MONDAY_10_00) -> None:
    async with db.tenant(new.id) as tx:
        await actions.connect(tx, new, now)


async def test_a_connected_account_is_known(db: Database) -> None:
    await connect(db, described(ACME))
    async with db.tenant(ACME) as tx:
        found = await queries.account(tx)
        assert (found.name, found.state, found.active_since) == (
            "Акме",
            AccountState.CONNECTED,
            MONDAY_10_00,
        )


async def test_connecting_again_does_not_move_the_moment_from_which_it_acts(db: Database) -> None:
    await connect(db, described(ACME))
    async with db.tenant(ACME) as tx:
        await actions.set_state(tx, AccountState.SIGN_IN_AGAIN, "401")
    await connect(db, replace(described(ACME), name="Акме-2"), TUESDAY)
    async with db.tenant(ACME) as tx:
        found = await queries.account(tx)
        assert (found.name, found.state, found.reason) == (
            "Акме-2",
            AccountState.CONNECTED,
            "",
        )
        assert (found.active_since, found.connected_at) == (MONDAY_10_00, TUESDAY)


async def test_a_disconnected_account_begins_anew(db: Database) -> None:
    await connect(db, described(ACME))
    async with db.tenant(ACME) as tx:
        await actions.disconnect(tx)
        assert (await queries.account(tx)).state is AccountState.DISCONNECTED
    await connect(db, described(ACME), TUESDAY)
    async with db.tenant(ACME) as tx:
        assert (await queries.account(tx)).active_since == TUESDAY


async def test_accounts_do_not_see_each_other(db: Database) -> None:
    await connect(db, described(ACME))
    await connect(db, described(OTHER))
    async with db.tenant(ACME) as tx:
        assert [found.id for found in await queries.all_accounts(tx)] == [ACME]
    async with db.system() as tx:
        assert [found.id for found in await queries.all_accounts(tx)] == [ACME, OTHER]


async def test_an_account_cannot_write_another(db: Database) -> None:
    with pytest.raises(Exception, match="row-level security"):
        async with db.tenant(ACME) as tx:
            await actions.connect(tx, described(OTHER), MONDAY_10_00)
