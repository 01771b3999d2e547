"""Connecting by a code: what is kept, and why it may be refused (CORE-1)."""

import pytest

from smena.accounts import queries as accounts
from smena.connectors.amocrm.model import (
    Connected,
    ConnectRefusal,
    Integration,
    NotConnected,
    WebhookState,
)
from smena.connectors.amocrm.tokens.core.refresh import AccessWay
from smena.connectors.amocrm.tokens.store import tokens
from smena.kernel.db import Database
from tests.connectors.amocrm import proxy as net
from tests.connectors.amocrm.account import ACCOUNT, ANNA, BOSS
from tests.connectors.amocrm.consent import (
    BACK,
    CLIENT,
    OURS,
    SECRET,
    code,
    connect_by_code,
    consent,
    integrate,
    kept,
)
from tests.connectors.amocrm.stand import stand
from tests.connectors.amocrm.team import Team

pytestmark = pytest.mark.anyio


async def test_connected(db: Database) -> None:
    async with stand(db) as made:
        integrate(made)
        found = await connect_by_code(made, code(made))
        assert found == Connected(ACCOUNT, "Проба", WebhookState.ALIVE)
        pair = await kept(made)
        assert pair.way is AccessWay.OAUTH
        assert pair.refresh is not None
        async with db.tenant(ACCOUNT) as tx:
            assert await tokens.integration(tx, made.service.vault) == OURS
            stored = repr(await tx.rows("SELECT * FROM amocrm_token, amocrm_integration"))
        for secret in (pair.access, pair.refresh, SECRET):
            assert secret not in stored, "secrets are sealed at rest"
        Team(made, 1).begin(leads=2)
        await made.load()
        async with db.tenant(ACCOUNT) as tx:
            assert await tx.value("SELECT count(*) FROM crm_lead") == 2


async def test_refused(db: Database) -> None:
    async with stand(db) as made:
        integrate(made)
        used = code(made)
        assert isinstance(await connect_by_code(made, used), Connected)
        table = [
            (used, OURS, ConnectRefusal.WRONG_CODE),
            ("nonsense", OURS, ConnectRefusal.WRONG_CODE),
            (code(made), Integration(CLIENT, "another", BACK), ConnectRefusal.WRONG_CLIENT),
            (code(made), Integration("unknown", SECRET, BACK), ConnectRefusal.WRONG_CLIENT),
            (code(made), Integration(CLIENT, SECRET, f"{BACK}/"), ConnectRefusal.WRONG_CLIENT),
            (code(made, ANNA), OURS, ConnectRefusal.NOT_ADMIN),
        ]
        for given, integration, refusal in table:
            found = await connect_by_code(made, given, integration=integration)
            assert isinstance(found, NotConnected)
            assert found.refusal is refusal
        assert (await kept(made)).access, "a refused attempt leaves the connected account alone"


async def test_a_lost_answer_to_the_code_is_told(db: Database) -> None:
    async with stand(db) as made, net.between(made.emulator.url) as line:
        integrate(made)
        line.faults["POST"] = [net.lose]
        found = await connect_by_code(made, code(made), through=line.url)
        assert isinstance(found, NotConnected)
        assert found.refusal is ConnectRefusal.NO_ANSWER
        assert isinstance(await connect_by_code(made, code(made), through=line.url), Connected)


async def test_from_a_token_to_a_consent_and_back(db: Database) -> None:
    async with stand(db) as made:
        await made.connect()
        before = (await kept(made)).number
        await consent(made)
        pair = await kept(made)
        assert (pair.way, pair.number) == (AccessWay.OAUTH, before + 1)
        await made.connect()
        assert (await kept(made)).way is AccessWay.TOKEN
        async with db.tenant(ACCOUNT) as tx:
            assert (await accounts.account(tx)).state_reason == ""


async def test_who_gave_the_token_may_be_another_administrator(db: Database) -> None:
    async with stand(db) as made:
        integrate(made)
        assert isinstance(await connect_by_code(made, code(made, BOSS)), Connected)
        assert isinstance(await connect_by_code(made, code(made, BOSS)), Connected)
