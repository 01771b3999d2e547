"""Consumers read facts in order, once, each at its own pace."""

import asyncio
from dataclasses import replace

import pytest

from smena.crm.facts.consumer import behind, consume
from smena.crm.model.entities import LeadId
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from tests.crm.cast import ACME, LEAD, MONDAY_10_00, OTHER, absorb_leads, open_account

pytestmark = pytest.mark.anyio


async def three_leads(db: Database) -> None:
    await open_account(db)
    for place in range(3):
        await absorb_leads(db, replace(LEAD, id=LeadId(4000001 + place)))


async def read(db: Database, consumer: str, limit: int = 10) -> list[int]:
    async with db.tenant(ACME) as tx:
        return [recorded.id for recorded in await consume(tx, consumer, limit)]


async def waiting(db: Database, consumer: str) -> list[AccountId]:
    async with db.system() as tx:
        return list(await behind(consumer)(tx, MONDAY_10_00))


async def test_each_consumer_reads_everything_once(db: Database) -> None:
    await three_leads(db)
    first = await read(db, "alerts", 2)
    assert len(first) == 2
    assert await waiting(db, "alerts") == [ACME]
    rest = await read(db, "alerts")
    assert len(rest) == 1
    assert await read(db, "alerts") == []
    assert await read(db, "reminders") == [*first, *rest]


async def test_who_has_read_all_is_not_woken(db: Database) -> None:
    await three_leads(db)
    await open_account(db, OTHER)
    assert await waiting(db, "alerts") == [ACME]
    await read(db, "alerts")
    assert await waiting(db, "alerts") == []
    assert await waiting(db, "reminders") == [ACME]


async def test_what_was_read_is_unread_when_the_work_on_it_fails(db: Database) -> None:
    await three_leads(db)
    with pytest.raises(RuntimeError):
        await read_and_fail(db)
    assert len(await read(db, "alerts")) == 3


async def read_and_fail(db: Database) -> None:
    async with db.tenant(ACME) as tx:
        await consume(tx, "alerts", 10)
        raise RuntimeError("the feature's own work failed")


async def test_two_runs_of_one_consumer_share_nothing(db: Database) -> None:
    await three_leads(db)
    found = await asyncio.gather(*(read(db, "alerts", 2) for _ in range(3)))
    taken = sorted(number for part in found for number in part)
    assert len(taken) == len(set(taken)) == 3
