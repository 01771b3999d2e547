"""Tokens are renewed in time, by one at a time, and never lost on our side (I8)."""

import asyncio
from collections.abc import Callable

import pytest

from smena.accounts import actions as accounts_actions
from smena.accounts import queries as accounts
from smena.accounts.model import AccountState
from smena.connectors.amocrm import jobs, queries
from smena.connectors.amocrm.api.client import AccessLost
from smena.connectors.amocrm.api.core.listing import users
from smena.connectors.amocrm.connecting import access, disconnect
from smena.connectors.amocrm.model import Connected
from smena.connectors.amocrm.tokens.store import tokens
from smena.kernel.db import Database
from smena.kernel.errors import TryLater
from tests.connectors.amocrm import proxy as net
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.consent import (
    code,
    connect_by_code,
    consent,
    grow_old,
    kept,
    newest_refresh,
    spend_access,
)
from tests.connectors.amocrm.stand import Stand, stand
from tests.crm.cast import until_somebody_waits
from tests.patience import patience

pytestmark = pytest.mark.anyio


async def ask(made: Stand) -> None:
    client = await made.service.client(made.db, made.clock, ACCOUNT)
    assert (await client.list_page(users())).items


async def works(made: Stand) -> None:
    """Prove that the stored pair is amoCRM's newest, and that requests are taken."""
    await ask(made)
    pair = await kept(made)
    assert pair.refresh in newest_refresh(made)
    assert pair.lost_at is None


def grants(made: Stand) -> int:
    return len(made.crm.store.rows("SELECT 1 FROM oauth_refresh"))


async def test_a_fresh_pair_is_left_alone(db: Database) -> None:
    async with stand(db) as made:
        await consent(made)
        await ask(made)
        assert grants(made) == 1


async def test_renewed_before_its_end(db: Database) -> None:
    async with stand(db) as made:
        await consent(made)
        before = await kept(made)
        await grow_old(made)
        await ask(made)
        after = await kept(made)
        assert after.number == before.number + 1
        assert after.access != before.access
        await works(made)


async def test_the_pair_before_is_kept_until_the_new_one_was_used(db: Database) -> None:
    async with stand(db) as made:
        await consent(made)
        before = await kept(made)
        await grow_old(made)
        refresher = made.service.refresher(db, made.clock)
        await refresher.refresh(ACCOUNT)
        between = await kept(made)
        assert (between.previous_refresh, between.is_used) == (before.refresh, False)
        await ask(made)
        after = await kept(made)
        assert (after.previous_refresh, after.is_used) == (None, True)


async def test_a_token_refused_before_its_time_is_renewed_once(db: Database) -> None:
    async with stand(db) as made:
        await consent(made)
        spend_access(made)
        await works(made)
        assert grants(made) == 2


async def test_a_write_refused_by_401_is_made_with_the_new_token(db: Database) -> None:
    async with stand(db) as made:
        await consent(made)
        client = await made.service.client(db, made.clock, ACCOUNT)
        spend_access(made)
        await client.turn()
        answer = await client.send("POST", "/api/v4/leads", b'[{"name": "Once"}]')
        assert answer.status == 200
        assert len(made.crm.store.rows("SELECT 1 FROM entity WHERE kind = 'leads'")) == 1


async def test_many_at_once_renew_once(db: Database) -> None:
    async with stand(db) as made:
        await consent(made)
        await grow_old(made)
        await asyncio.gather(*(ask(made) for _ in range(20)))
        assert grants(made) == 2
        await works(made)


async def test_another_process_has_renewed_meanwhile(db: Database) -> None:
    """A client that holds an older token finds the new one in the database after its 401."""
    async with stand(db) as made:
        await consent(made)
        client = await made.service.client(db, made.clock, ACCOUNT)
        await grow_old(made)
        await made.service.refresher(db, made.clock).refresh(ACCOUNT)
        newest = (await kept(made)).access
        made.crm.store.run("DELETE FROM oauth_access WHERE token <> ?", newest)
        assert (await client.list_page(users())).items
        assert grants(made) == 2


async def test_a_cancelled_caller_does_not_take_the_renewal_with_it(db: Database) -> None:
    async with stand(db) as made:
        await consent(made)
        await grow_old(made)
        refresher = made.service.refresher(db, made.clock)
        for _ in range(3):
            caller = asyncio.create_task(refresher.refreshed(ACCOUNT))
            await asyncio.sleep(0)
            caller.cancel()
            with pytest.raises(asyncio.CancelledError):
                await caller
        assert refresher.under_way, "the renewal goes on"
        await made.service.settle()
        assert not refresher.under_way
        await works(made)
        assert grants(made) == 2


@pytest.mark.parametrize("spoil", [net.html, net.not_json, net.lose, net.no_content])
async def test_an_answer_lost_before_the_work_was_done(
    db: Database, spoil: Callable[[bytes], bytes | None]
) -> None:
    """amoCRM did not take the token: the second try with it succeeds."""
    async with stand(db) as made, net.between(made.emulator.url) as line:
        await consent(made, through=line.url)
        await grow_old(made)
        made.crm.store.run("CREATE TEMP TABLE before AS SELECT * FROM oauth_refresh")

        def undone(answer: bytes) -> bytes | None:
            made.crm.store.run("DELETE FROM oauth_refresh")
            made.crm.store.run("INSERT INTO oauth_refresh SELECT * FROM before")
            return spoil(answer)

        line.faults["POST"] = [undone]
        await works(made)


async def test_an_answer_lost_after_the_work_was_done(db: Database) -> None:
    """The new pair is nobody's now. The old access token serves its time and people are told."""
    async with stand(db) as made, net.between(made.emulator.url) as line:
        await consent(made, through=line.url)
        await grow_old(made)
        line.faults["POST"] = [net.lose]
        await ask(made)
        pair = await kept(made)
        assert (pair.lost_at is not None, pair.trouble) == (True, "lost_answer")
        async with db.tenant(ACCOUNT) as tx:
            account = await accounts.account(tx)
        assert account.state is AccountState.CONNECTED
        assert "потерялся" in account.state_reason
        asked = grants(made)
        await ask(made)
        assert grants(made) == asked, "a dead token is not sent again and again"
        await grow_old(made, hours=1)
        with pytest.raises(AccessLost):
            await jobs.poll(made.context, ACCOUNT)
        async with db.tenant(ACCOUNT) as tx:
            account = await accounts.account(tx)
        assert account.state is AccountState.SIGN_IN_AGAIN
        assert "потерялся" in account.state_reason
        await consent(made, through=line.url)
        await works(made)


async def test_passing_trouble_does_not_stop_the_work(db: Database) -> None:
    async with stand(db) as made, net.between(made.emulator.url) as line:
        await consent(made, through=line.url)
        await grow_old(made)
        line.faults["POST"] = [net.html] * 2
        spent = made.crm.store.rows("SELECT token FROM oauth_refresh")
        line.target = "http://127.0.0.1:9"  # nobody is there
        with pytest.raises(TryLater):
            await asyncio.wait_for(ask(made), patience())
        line.target = made.emulator.url
        pair = await kept(made)
        assert pair.retry_at is not None
        await ask(made)
        assert made.crm.store.rows("SELECT token FROM oauth_refresh") == spent
        made.clock.offset += (pair.retry_at - made.clock.now()) * 2
        line.faults.clear()
        await works(made)


async def test_over_and_amocrm_is_silent(db: Database) -> None:
    async with stand(db) as made, net.between(made.emulator.url) as line:
        await consent(made, through=line.url)
        await grow_old(made, hours=25)
        line.target = "http://127.0.0.1:9"
        with pytest.raises(TryLater):
            await ask(made)
        assert (await kept(made)).lost_at is None
        line.target = made.emulator.url
        made.clock.offset += (await kept(made)).retry_at - made.clock.now()  # type: ignore[operator]
        await works(made)


async def test_a_revoked_pair_is_given_up_with_its_reason(db: Database) -> None:
    async with stand(db) as made:
        await consent(made)
        made.crm.store.run("UPDATE oauth_refresh SET is_spent = 1")
        spend_access(made)
        with pytest.raises(AccessLost):
            await jobs.poll(made.context, ACCOUNT)
        async with db.tenant(ACCOUNT) as tx:
            account = await accounts.account(tx)
        assert (account.state, account.state_reason) == (
            AccountState.SIGN_IN_AGAIN,
            "amoCRM отозвала доступ",
        )
        assert account.reason == "spent", "each reader gets a sentence in their own language"
        asked = made.requests()
        await jobs.check_access(made.context)
        assert made.requests() == asked + 1, "one knock, and no dead token is sent again"
        await consent(made)
        await works(made)


@pytest.mark.parametrize("status", [401, 404])
async def test_an_account_that_moved_is_followed(db: Database, status: int) -> None:
    async with stand(db) as made, net.between(made.emulator.url) as new_home:
        await consent(made)
        made.crm.oauth.rules.old_host_status = status
        made.crm.oauth.move("moved", new_home.url.partition("//")[2])
        new_home.target = made.emulator.url
        await ask(made)
        async with db.tenant(ACCOUNT) as tx:
            assert (await accounts.account(tx)).base_url == new_home.url
        await works(made)


async def test_a_typed_token_follows_its_account_too(db: Database) -> None:
    async with stand(db) as made, net.between(made.emulator.url) as new_home:
        await made.connect()
        made.crm.oauth.move("moved", new_home.url.partition("//")[2])
        await ask(made)
        async with db.tenant(ACCOUNT) as tx:
            assert (await accounts.account(tx)).base_url == new_home.url


@pytest.mark.parametrize("has_moved", [False, True], ids=["at home", "moved"])
async def test_a_database_that_fails_at_the_commit_gets_the_pair_again(
    db: Database,
    has_moved: bool,  # noqa: FBT001 -- a case of the table
) -> None:
    """The connection dies while amoCRM answers; the pair in hand is stored by another one."""
    async with stand(db) as made, net.between(made.emulator.url) as line:
        await consent(made, through=made.emulator.url if has_moved else line.url)
        await grow_old(made)
        if has_moved:
            made.crm.oauth.move("moved", line.url.partition("//")[2])
        refresher = made.service.refresher(db, made.clock)
        killed = asyncio.Event()

        async def kill() -> None:
            async with db.system() as tx:
                await tx.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND state = 'idle in transaction'"
                )
            killed.set()

        running: list[asyncio.Task[None]] = []

        async def slow(answer: bytes) -> bytes:
            running.append(asyncio.create_task(kill()))
            await killed.wait()
            return answer

        line.slow["POST"] = [slow]
        await refresher.refresh(ACCOUNT)
        await refresher.settle()
        assert running, "the connection was cut"
        async with db.tenant(ACCOUNT) as tx:
            assert (await accounts.account(tx)).base_url == line.url
        await works(made)


async def test_disconnecting_forgets_the_pair_and_the_integration(db: Database) -> None:
    async with stand(db) as made:
        await consent(made)
        await disconnect.disconnect(db, made.clock, made.service, ACCOUNT)
        async with db.tenant(ACCOUNT) as tx:
            assert await tx.value("SELECT count(*) FROM amocrm_token") == 0
            assert await tx.value("SELECT count(*) FROM amocrm_integration") == 0


async def test_an_answer_under_way_does_not_undo_a_disconnection(db: Database) -> None:
    async with stand(db) as made:
        await consent(made)
        await disconnect.disconnect(db, made.clock, made.service, ACCOUNT)
        async with db.tenant(ACCOUNT) as tx:
            await access.access_lost(tx, 401, made.clock.now())
            await access.access_regained(tx, made.clock.now())
            assert (await accounts.account(tx)).state is AccountState.DISCONNECTED
        async with db.system() as tx:
            assert ACCOUNT not in [*await queries.active(tx), *await queries.troubled(tx)]


async def test_connecting_waits_for_a_renewal_before_it_holds_the_account(db: Database) -> None:
    """A renewal that holds the tokens may have to tell of it in the account's row."""
    async with stand(db) as made:
        await consent(made)
        given = code(made)
        async with db.tenant(ACCOUNT) as tx:
            await tokens.lock(tx, made.service.vault)
            connecting = asyncio.create_task(connect_by_code(made, given))
            await until_somebody_waits(db)
            await accounts_actions.warn(tx, "скоро закончится")
        assert isinstance(await connecting, Connected)
