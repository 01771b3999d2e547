"""One pace for all nodes: slots on a real database, a step apart, the most urgent first."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from smena.connectors.kit.rate_limit import acquire, block_until, reserve
from smena.kernel.db import Database
from smena.kernel.ids import AccountId

pytestmark = pytest.mark.anyio
ACME, OTHER = AccountId(31000001), AccountId(31000002)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
STEP = timedelta(seconds=0.2)
LIMIT = "amocrm"


async def test_slots_taken_at_once_on_many_nodes_are_a_step_apart(db: Database) -> None:
    waits = await asyncio.gather(*(reserve(db, ACME, LIMIT, NOON, per_second=5) for _ in range(20)))
    assert sorted(waits) == [STEP * place for place in range(20)]


async def test_each_account_and_each_limit_has_its_own_pace(db: Database) -> None:
    for account, name in ((ACME, LIMIT), (OTHER, LIMIT), (ACME, "comparison")):
        assert await reserve(db, account, name, NOON, per_second=5) == timedelta(0)


async def test_nobody_goes_before_the_end_of_a_punishment(db: Database) -> None:
    await block_until(db, ACME, LIMIT, NOON + timedelta(seconds=3))
    assert await reserve(db, ACME, LIMIT, NOON, per_second=5) == timedelta(seconds=3)


async def test_a_lower_rank_is_told_to_ask_again_and_goes_when_nobody_else_does(
    db: Database,
) -> None:
    await reserve(db, ACME, LIMIT, NOON, per_second=5)
    wait, is_given = await acquire(db, ACME, LIMIT, NOON, rank=2, per_second=5)
    assert not is_given
    wait, is_given = await acquire(db, ACME, LIMIT, NOON + wait, rank=2, per_second=5)
    assert is_given


async def test_two_nodes_of_different_ranks_never_share_a_slot(db: Database) -> None:
    """A dispatcher and a first load, each asking as fast as it may, in the time of the slots."""
    slots: list[datetime] = []

    async def node(rank: int) -> None:
        now = NOON
        while now < NOON + timedelta(seconds=4):
            wait, is_given = await acquire(db, ACME, LIMIT, now, rank=rank, per_second=5)
            now += wait
            if is_given:
                slots.append(now)

    await asyncio.gather(node(0), node(1), node(2))
    assert all(after - before >= STEP for before, after in pairwise(sorted(slots)))
    assert len(slots) >= 20
