"""The subscription to webhooks is looked after: whole, on, without strays, and soon when silent."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from smena.connectors.amocrm import jobs, queries
from smena.connectors.amocrm.model import WebhookState
from smena.connectors.amocrm.webhooks.core.subscription import (
    SETTINGS,
    WebhookSeen,
    is_silent,
    plan,
)
from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT, TOKEN
from tests.connectors.amocrm.interruptions import faults
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team

PLACE = "https://smena.example/hooks/amocrm/31000001"
OURS, OLD_KEY = f"{PLACE}/new", f"{PLACE}/old"
STRANGER = "https://other.example/hooks/amocrm/31000001/new"
NEIGHBOUR = "https://smena.example/hooks/amocrm/31000002/new"
ALL = frozenset(SETTINGS)


def seen(destination: str, *, is_off: bool = False, settings: frozenset[str] = ALL) -> WebhookSeen:
    return WebhookSeen(destination, is_off, settings)


@pytest.mark.parametrize(
    ("webhooks", "lacking", "is_alive", "strays"),
    [
        pytest.param([], (), False, (), id="nothing there"),
        pytest.param([seen(OURS)], (), True, (), id="whole"),
        pytest.param([seen(OURS, is_off=True)], (), False, (), id="switched off by amoCRM"),
        pytest.param(
            [seen(OURS, settings=ALL - {"add_talk"})], (), False, (), id="an event is missing"
        ),
        pytest.param(
            [seen(OURS, settings=ALL - {"add_talk"})], ("add_talk",), True, (),
            id="the account has no such event",
        ),
        pytest.param([seen(OURS), seen(OLD_KEY)], (), True, (OLD_KEY,), id="an old key"),
        pytest.param([seen(OLD_KEY)], (), False, (OLD_KEY,), id="only an old key"),
        pytest.param(
            [seen(OURS), seen(STRANGER), seen(NEIGHBOUR)], (), True, (), id="strangers stay"
        ),
    ],
)  # fmt: skip
def test_plan(
    webhooks: list[WebhookSeen],
    lacking: tuple[str, ...],
    *,
    is_alive: bool,
    strays: tuple[str, ...],
) -> None:
    found = plan(webhooks, OURS, lacking)
    assert (found.is_alive, found.strays) == (is_alive, strays)


NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def before(hours: float) -> datetime:
    return NOON - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("webhook_at", "news_at", "since", "expected"),
    [
        pytest.param(before(0.1), NOON, before(9), False, id="heard a moment ago"),
        pytest.param(before(1.1), NOON, before(9), True, id="not heard for an hour"),
        pytest.param(before(9), before(9), before(20), False, id="a quiet night"),
        pytest.param(None, NOON, before(9), True, id="never heard"),
        pytest.param(None, NOON, before(0.5), False, id="looked at half an hour ago"),
        pytest.param(None, None, before(9), False, id="no news at all"),
        pytest.param(None, NOON, None, False, id="never subscribed"),
    ],
)
def test_silence(
    webhook_at: datetime | None, news_at: datetime | None, since: datetime | None, *, expected: bool
) -> None:
    assert is_silent(webhook_at, news_at, since) is expected


def webhook_of(made: Stand) -> tuple[str, int]:
    ((destination, is_off),) = made.crm.store.rows("SELECT destination, disabled FROM hook")
    return destination, is_off


@pytest.mark.anyio
async def test_each_day_it_is_mended(db: Database) -> None:
    """Thrown away, switched off, narrowed, doubled by an old key: whole again after the look."""
    async with stand(db, history_days=1) as made:
        await made.connect()
        ours, _off = webhook_of(made)
        damages = (
            "DELETE FROM hook",
            "UPDATE hook SET disabled = 1",
            'UPDATE hook SET settings = \'["add_lead", "update_lead"]\'',
            (
                "INSERT INTO hook (destination, settings, created_at, updated_at, created_by, sort)"
                f" VALUES ('{ours.rpartition('/')[0]}/0123', '[\"add_lead\"]', 1, 1, 1, 1)"
            ),
        )
        before = made.crm.store.rows("SELECT settings FROM hook")
        for damage in damages:
            made.crm.store.run(damage)
            await jobs.check_webhooks(made.context)
            assert webhook_of(made) == (ours, 0), damage
            assert made.crm.store.rows("SELECT settings FROM hook") == before, damage
        async with db.tenant(ACCOUNT) as tx:
            found = await queries.connection(tx)
        assert found is not None
        assert found.webhook_state is WebhookState.ALIVE
        asked = made.emulator.limiter.requests["POST /api/v4/webhooks"]
        await jobs.check_webhooks(made.context)
        assert made.emulator.limiter.requests["POST /api/v4/webhooks"] == asked


@pytest.mark.anyio
async def test_somebody_elses_webhooks_stay(db: Database) -> None:
    async with stand(db, history_days=1) as made:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx2.AsyncClient(trust_env=False, headers=headers) as client:
            told = {"destination": STRANGER, "settings": ["add_lead"]}
            await client.post(f"{made.emulator.url}/api/v4/webhooks", json=told)
        await made.connect()
        await jobs.check_webhooks(made.context)
        rows = made.crm.store.rows("SELECT destination FROM hook ORDER BY id")
        assert [row[0] for row in rows] == [STRANGER, made.service.webhook_url(ACCOUNT)]


@pytest.mark.anyio
async def test_silence_is_noticed_soon(db: Database) -> None:
    """amoCRM has switched us off; the next change that only polling brings has it mended."""
    async with stand(db, history_days=1) as made:
        team = Team(made, 1)
        await made.connect()
        await made.load()
        await faults(made, drop=1.0)
        made.crm.store.run("UPDATE hook SET disabled = 1")
        await made.settle(rounds=1)
        await jobs.check_silent_webhooks(made.context)
        assert webhook_of(made)[1] == 1
        made.clock.offset += timedelta(hours=2)
        team.begin()
        await made.settle(rounds=1)
        await jobs.check_silent_webhooks(made.context)
        assert webhook_of(made)[1] == 0
