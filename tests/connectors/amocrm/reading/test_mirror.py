"""The mirror ends where amoCRM is, whatever webhooks and kills do (I12, F9)."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest

from smena.connectors.amocrm import queries
from smena.connectors.amocrm.reading import queries as reading_queries
from smena.connectors.amocrm.reading.store import first_load
from smena.crm.facts import queries as facts_queries
from smena.crm.facts.model import LeadAppeared
from smena.kernel.db import Database
from smena.kernel.errors import TryLater
from tests.connectors.amocrm import proxy as net
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.interruptions import faults, kill, killing
from tests.connectors.amocrm.mirror.equality import compare
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team

pytestmark = pytest.mark.anyio


async def test_first_load_then_news(db: Database) -> None:
    async with stand(db, history_days=14) as made:
        team = Team(made, 1)
        team.begin()
        team.act_often(60)
        await made.connect()
        await made.load()
        assert await compare(made) == []
        team.act_often(60)
        assert await compare(made) != []
        await made.emulator.flush_hooks()
        await made.settle()
        assert await compare(made) == []


async def test_history_starts_nothing(db: Database) -> None:
    """Only leads created after the connection are told to features."""
    async with stand(db) as made:
        team = Team(made, 2)
        team.begin(leads=3)
        made.age_everything(by_seconds=60)
        await made.connect()
        await made.load()
        async with db.tenant(ACCOUNT) as tx:
            assert not [
                fact for fact in await facts_queries.facts(tx, 0, 100) if _is_appeared(fact)
            ]
        team.new_lead()
        await made.settle()
        async with db.tenant(ACCOUNT) as tx:
            told = [fact for fact in await facts_queries.facts(tx, 0, 100) if _is_appeared(fact)]
        assert len(told) == 1


async def test_webhooks_alone_are_quick(db: Database) -> None:
    """A new lead is in the mirror without a single request to amoCRM."""
    async with stand(db) as made:
        Team(made, 3).begin(leads=1)
        await made.connect()
        await made.load()
        asked = sum(made.emulator.limiter.requests.values())
        Team(made, 4).new_lead()
        await made.emulator.flush_hooks()
        await made.drain()
        async with db.tenant(ACCOUNT) as tx:
            found = await tx.value("SELECT count(*) FROM crm_lead")
        assert found == 2
        assert sum(made.emulator.limiter.requests.values()) == asked


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
async def test_lost_doubled_reordered(db: Database, seed: int) -> None:
    async with stand(db, history_days=14) as made:
        team, dice = Team(made, seed), random.Random(seed)
        team.begin()
        await made.connect()
        await faults(made, drop=0.3, duplicate=0.5, reorder=0.5, seed=seed)
        loading = asyncio.create_task(made.load())
        for _ in range(6):
            team.act_often(15)
            if dice.random() < 0.5:
                await made.step()
            await asyncio.sleep(dice.random() * 0.2)
        await loading
        await made.emulator.flush_hooks()
        await made.settle(rounds=5)
        assert await compare(made) == []


@pytest.mark.parametrize("seed", range(3))
async def test_first_load_goes_on_after_kills(db: Database, seed: int) -> None:
    """Cancelled at any page, it goes on from there and ends complete."""
    with killing():
        async with stand(db, history_days=14) as made:
            team, dice = Team(made, seed), random.Random(seed)
            team.begin(leads=20)
            team.act_often(250)
            await made.connect()
            kills = 0
            while not await is_loaded(made):
                running = asyncio.create_task(made.load())
                kills += await kill(made, running, dice.randrange(1, 25))
            assert kills > 3
            assert await compare(made) == []
            async with db.tenant(ACCOUNT) as tx:
                slices = await first_load.slices(tx)
                events = sum(one.rows for one in slices if one.stage == "events")
                assert events == await tx.value("SELECT count(*) FROM crm_event")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
async def test_malformed_answers(db: Database, seed: int) -> None:
    """Half of the answers are lost, cut, replaced; what is read is whole all the same (F7, F8)."""
    async with stand(db, history_days=2) as made, net.between(made.emulator.url) as proxy:
        team, dice = Team(made, seed), random.Random(seed)
        team.begin(leads=20)
        team.act_often(250)
        await made.connect(through=proxy.url)
        spoils = (net.lose, net.cut, net.html, net.not_json, *[net.fine] * 4)
        empty = [net.no_content, *[net.fine] * 6]
        proxy.faults = {"GET": [*empty, *dice.choices(spoils, k=50)]}
        await persistently(made.load)
        team.act_often(60)
        await made.emulator.flush_hooks()
        await persistently(made.settle)
        assert proxy.malformed > 20
        proxy.faults = {}
        await made.settle(rounds=2)
        assert await compare(made) == []


async def test_undeclared_limit_is_honoured(db: Database) -> None:
    """Told that nobody counts, we still slow down at the first answer 429."""
    async with stand(db, per_second=7, history_days=1) as made:
        team = Team(made, 1)
        team.begin()
        await asyncio.sleep(1)
        await made.connect(load=0, every_day=0)
        await persistently(made.load)
        assert 0 < made.emulator.limiter.refused < 30
        await asyncio.sleep(1)
        assert await compare(made) == []


async def persistently(work: Callable[[], Awaitable[None]]) -> None:
    """Run work as a job is run: what cannot go on now goes on later, here at once."""
    for _ in range(50):
        try:
            return await work()
        except TryLater:
            continue
    raise AssertionError("the work never ended")


async def is_loaded(made: Stand) -> bool:
    async with made.db.tenant(ACCOUNT) as tx:
        progress = await reading_queries.progress(tx, made.clock.now())
        found = await queries.connection(tx)
    assert progress is not None
    assert found is not None
    return found.load_finished_at is not None


def _is_appeared(recorded: object) -> bool:
    return isinstance(getattr(recorded, "fact", None), LeadAppeared)
