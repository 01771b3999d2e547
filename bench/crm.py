"""The mirror: events in bulk, a day of the panel, one webhook's way in, commands asked for."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

import asyncpg

from smena.accounts import actions as accounts
from smena.accounts.model import NewAccount
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.queries import timeline
from smena.crm.model.entities import (
    Changes,
    Event,
    EventId,
    Lead,
    LeadId,
    PipelineId,
    Source,
    StatusId,
    UserId,
)
from smena.crm.model.reading import Reading
from smena.crm.outbox import actions as outbox_actions
from smena.crm.outbox.model import ChangeLead, NewCommand, Priority
from smena.kernel.db import Database
from smena.kernel.ids import AccountId

LARGE, SMALL = AccountId(31000001), AccountId(31000002)
DAY = datetime(2026, 11, 16, tzinfo=UTC)
BATCH = 5000
TYPES = [f"custom_field_{number}_value_changed" for number in range(40)]


async def main(url: str) -> None:
    """Print figures for a fresh, migrated database at `url`."""
    db = Database.open(
        url, topics={"crm.facts": ["bench.facts"], "crm.commands": ["bench.commands"]}
    )
    try:
        for account in (LARGE, SMALL):
            new = NewAccount(account, "Acme", "http://127.0.0.1", "acme", "Europe/Moscow")
            async with db.tenant(account) as tx:
                await accounts.connect(tx, new, DAY)
        await _load(db, LARGE, people=500, days=1)
        await _load(db, SMALL, people=50, days=14)
        await _vacuum(url)
        for account in (SMALL, LARGE):
            await _panel(db, account)
        await _messages(db)
        await _commands(db)
    finally:
        await db.close()


def _events(people: int, days: int) -> Iterator[Event]:
    """Give each person 300 events a day, in the order of the log."""
    dice = random.Random(7)
    for day in range(days):
        moments = sorted(dice.randrange(30_000, 70_000) for _ in range(300 * people))
        for number, moment in enumerate(moments):
            at = DAY + timedelta(days=day, seconds=moment)
            yield Event(
                EventId(f"01k{day:05d}{number:018d}"), dice.choice(TYPES), at,
                UserId(1 + dice.randrange(people)), "lead", dice.randrange(1, 100_000),
                after=b'[{"note":{"id":1}}]',
            )  # fmt: skip


async def _load(db: Database, account: AccountId, *, people: int, days: int) -> None:
    events = list(_events(people, days))
    began = perf_counter()
    for first in range(0, len(events), BATCH):
        async with db.tenant(account) as tx:
            batch = tuple(events[first : first + BATCH])
            await ingest(tx, Reading(Changes(Source.API, events=batch)), DAY)
    spent = perf_counter() - began
    print(f"events in bulk: {len(events) / spent:,.0f}/s ({len(events):,}, {BATCH:,} at a time)")


async def _vacuum(url: str) -> None:
    """Do what autovacuum does within a minute: the panel reads the index alone."""
    connection = await asyncpg.connect(url)
    await connection.execute("VACUUM ANALYZE crm_event")
    await connection.close()


async def _panel(db: Database, account: AccountId) -> None:
    spent: list[float] = []
    for _ in range(9):
        began = perf_counter()
        async with db.tenant(account) as tx:
            found = await timeline.events_of(tx, None, DAY, DAY + timedelta(days=1))
            await timeline.calls_of(tx, None, DAY, DAY + timedelta(days=1))
            await timeline.event_words(tx)
        spent.append(perf_counter() - began)
    total = sum(len(one.moments) for one in found.values())
    print(f"a day of {len(found)} people, {total:,} events, read and folded: {_ms(spent)}")


async def _messages(db: Database) -> None:
    spent: list[float] = []
    for number in range(300):
        at = DAY + timedelta(seconds=number)
        lead = Lead(
            LeadId(number + 1), "Сделка", 1, UserId(1), PipelineId(1), StatusId(1), UserId(0),
            UserId(0), at, at,
        )  # fmt: skip
        began = perf_counter()
        async with db.tenant(SMALL) as tx:
            await ingest(tx, Reading(Changes(Source.WEBHOOK, leads=(lead,))), at)
        spent.append(perf_counter() - began)
    print(f"one new lead absorbed and committed: {_ms(spent)}")


async def _commands(db: Database) -> None:
    asked = [
        NewCommand(
            ChangeLead(lead=LeadId(number + 1), responsible=UserId(1)), "bench:1", Priority.FRESH
        )
        for number in range(2000)
    ]
    began = perf_counter()
    async with db.tenant(SMALL) as tx:
        for one in asked[:1000]:
            await outbox_actions.request(
                tx, one.change, cause=one.cause, priority=one.priority, now=DAY
            )
    print(f"commands asked for one by one: {1000 / (perf_counter() - began):,.0f}/s")
    began = perf_counter()
    async with db.tenant(SMALL) as tx:
        await outbox_actions.request_all(tx, asked[1000:], now=DAY)
    print(f"commands asked for together: {1000 / (perf_counter() - began):,.0f}/s")


def _ms(spent: Sequence[float]) -> str:
    return f"{1000 * median(spent):.1f} ms (slowest {1000 * max(spent):.1f})"
