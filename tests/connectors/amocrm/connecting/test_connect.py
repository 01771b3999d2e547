"""Connecting an account, being told why not, looking after webhooks, letting go (CORE-1)."""

import json
import socket
from dataclasses import replace

import httpx2
import pytest

from smena.accounts import queries as accounts
from smena.accounts.model import AccountState
from smena.connectors.amocrm import jobs, queries
from smena.connectors.amocrm.api.auth import TypedToken
from smena.connectors.amocrm.api.client import Client
from smena.connectors.amocrm.api.core.target import Target
from smena.connectors.amocrm.api.rate_limit import AMOCRM
from smena.connectors.amocrm.connecting import connect, disconnect
from smena.connectors.amocrm.connecting.connect import Request as Asked
from smena.connectors.amocrm.connecting.words import refusal_text
from smena.connectors.amocrm.model import Connected, ConnectRefusal, NotConnected, WebhookState
from smena.connectors.amocrm.reading import queries as reading_queries
from smena.connectors.amocrm.tokens.core.refresh import AccessWay
from smena.connectors.amocrm.tokens.store import tokens
from smena.connectors.amocrm.webhooks import subscription
from smena.connectors.amocrm.webhooks.core.subscription import SETTINGS
from smena.connectors.kit.rate_limiter import RateLimiter
from smena.kernel.clock import SystemClock
from smena.kernel.db import Database
from tests.connectors.amocrm import proxy as net
from tests.connectors.amocrm.account import ACCOUNT, CLERK_TOKEN, TOKEN
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team

pytestmark = pytest.mark.anyio


async def attempt(made: Stand, address: str, token: str = TOKEN) -> Connected | NotConnected:
    asked = Asked(address, token, requests_per_second=0)
    return await connect.connect_by_token(made.db, made.clock, made.service, asked)


async def test_connected(db: Database) -> None:
    async with stand(db) as made:
        found = await made.connect()
        assert found == Connected(ACCOUNT, "Проба", WebhookState.ALIVE)
        async with db.tenant(ACCOUNT) as tx:
            account = await accounts.account(tx)
            sealed = await tx.value("SELECT access FROM amocrm_token")
            kept = await tokens.one(tx, made.service.vault)
        assert (account.subdomain, account.time_zone) == ("proba", "Europe/Moscow")
        assert kept is not None
        assert (kept.way, kept.access, kept.refresh) == (AccessWay.TOKEN, TOKEN, None)
        assert TOKEN.encode() not in sealed
        rows = made.crm.store.rows("SELECT destination FROM hook")
        assert [row[0] for row in rows] == [made.service.webhook_url(ACCOUNT)]


async def test_refused(db: Database) -> None:
    async with stand(db) as made:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            closed = f"http://127.0.0.1:{silent.getsockname()[1]}"
        table = [
            (made.emulator.url, "wrong", ConnectRefusal.WRONG_TOKEN),
            (made.emulator.url, CLERK_TOKEN, ConnectRefusal.NOT_ADMIN),
            (made.emulator.url, "", ConnectRefusal.NO_TOKEN),
            (made.emulator.url, "x" * 9000, ConnectRefusal.NO_TOKEN),
            (made.emulator.url, "токен", ConnectRefusal.NO_TOKEN),
            ("https://example.com", TOKEN, ConnectRefusal.FOREIGN_HOST),
            (made.webhooks_url, TOKEN, ConnectRefusal.NOT_AMOCRM),
            (closed, TOKEN, ConnectRefusal.NO_ANSWER),
        ]
        for address, token, refusal in table:
            found = await attempt(made, address, token)
            assert isinstance(found, NotConnected)
            assert found.refusal is refusal
        async with db.tenant(ACCOUNT) as tx:
            assert await queries.connection(tx) is None


def test_each_refusal_has_its_sentence() -> None:
    sentences = {refusal_text(NotConnected(refusal, "example.com")) for refusal in ConnectRefusal}
    assert len(sentences) == len(ConnectRefusal)


async def test_known_account_at_another_address_is_not_taken_over(db: Database) -> None:
    async with stand(db) as made, net.between(made.emulator.url) as other:
        await made.connect()
        found = await attempt(made, other.url)
        assert found == NotConnected(ConnectRefusal.MOVED, made.emulator.url)
        await disconnect.disconnect(db, made.clock, made.service, ACCOUNT)
        assert isinstance(await attempt(made, other.url), Connected)


async def test_connecting_again_keeps_what_was_loaded(db: Database) -> None:
    async with stand(db) as made:
        Team(made, 1).begin()
        await made.connect()
        await made.load()
        await made.connect()
        async with db.tenant(ACCOUNT) as tx:
            progress = await reading_queries.progress(tx, made.clock.now())
        assert progress is not None
        assert progress.is_done


async def test_without_an_address_of_ours_we_only_ask(db: Database) -> None:
    async with stand(db) as made:
        made.forget_own_address()
        assert (await made.connect()).webhook_state is WebhookState.NO_ADDRESS
        await made.load()
        Team(made, 2).begin(leads=2)
        await made.settle()
        async with db.tenant(ACCOUNT) as tx:
            assert await tx.value("SELECT count(*) FROM crm_lead") == 2


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM hook",
        "UPDATE hook SET disabled = 1",
        "UPDATE hook SET settings = '[\"add_lead\"]'",
    ],
)
async def test_daily_look_repairs_the_subscription(db: Database, harm: str) -> None:
    async with stand(db) as made:
        await made.connect()
        before = made.crm.store.rows("SELECT destination, settings, disabled FROM hook")
        made.crm.store.run(harm)
        await jobs.check_webhooks(made.context)
        assert made.crm.store.rows("SELECT destination, settings, disabled FROM hook") == before


async def test_disconnected(db: Database) -> None:
    async with stand(db) as made:
        await made.connect()
        await disconnect.disconnect(db, made.clock, made.service, ACCOUNT)
        assert made.crm.store.rows("SELECT * FROM hook") == []
        asked = sum(made.emulator.limiter.requests.values())
        await made.load()
        await made.settle(rounds=2)
        await jobs.check_access(made.context)
        assert sum(made.emulator.limiter.requests.values()) == asked
        async with db.tenant(ACCOUNT) as tx:
            assert (await accounts.account(tx)).state is AccountState.DISCONNECTED
            assert await tx.value("SELECT count(*) FROM amocrm_token") == 0


async def test_this_machine_is_not_asked_where_others_may_type(db: Database) -> None:
    """A server's own network is not for whoever may connect an account."""
    async with stand(db, is_own_machine_allowed=False) as made:
        asked = Asked(made.emulator.url, TOKEN)
        found = await connect.connect_by_token(db, made.clock, made.service, asked)
        assert isinstance(found, NotConnected)
        assert found.refusal is ConnectRefusal.OWN_MACHINE
        assert made.requests() == 0
        allowed = replace(made.service.options, allowed_hosts=frozenset({"127.0.0.1"}))
        made.service = replace(made.service, options=allowed)
        await made.connect()


async def test_a_setting_that_is_refused_is_left_out(db: Database) -> None:
    """An account may not know all webhook settings; it still tells of the others."""
    known = {"add_lead", "update_lead", "add_task"}

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            return httpx2.Response(204)
        strange = [name for name in json.loads(request.content)["settings"] if name not in known]
        if strange:
            return httpx2.Response(400, json={"detail": f"Unknown setting {strange[0]}"})
        return httpx2.Response(201, json={"destination": "x"})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        pace = RateLimiter(db, SystemClock(), ACCOUNT, AMOCRM, 0)
        client = Client(http, TypedToken(Target("http://127.0.0.1", TOKEN)), pace)
        found = await subscription.ensure(client, "http://127.0.0.1/hooks/x")
    assert found.state is WebhookState.ALIVE
    assert set(found.detail.split(", ")) == set(SETTINGS) - known
