"""Requests are counted by minute, over all nodes, and summed up for the page."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from smena.connectors.amocrm.api.core.request_counts import Counted, KindRate, kind_of, rates
from smena.connectors.amocrm.api.request_counts import RequestCounter
from smena.connectors.amocrm.api.store import request_counts
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.stand import stand
from tests.connectors.amocrm.team import Team

NOW = datetime(2026, 11, 20, 12, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "leads", "GET leads"),
        ("GET", "leads/4000001", "GET leads/{id}"),
        ("POST", "leads/4000001/notes", "POST leads/{id}/notes"),
        ("PATCH", "tasks", "PATCH tasks"),
    ],
)
def test_kind(method: str, path: str, expected: str) -> None:
    assert kind_of(method, path) == expected


def test_rates() -> None:
    def at(minute: int) -> datetime:
        return NOW.replace(minute=minute, second=0)

    counted = [
        Counted(NOW - timedelta(hours=2), "GET events", "200", 500),
        Counted(at(5), "GET events", "200", 40),
        Counted(at(29), "GET events", "204", 12),
        Counted(at(29), "PATCH leads", "429", 2),
        Counted(at(30), "PATCH leads", "none", 1),
    ]
    found = rates(counted, NOW)
    assert found.kinds == (
        KindRate("GET events", last_minute=12, hour=52, failed=0),
        KindRate("PATCH leads", last_minute=2, hour=3, failed=3),
    )
    assert (found.last_minute, found.hour, found.too_fast) == (14, 55, 2)


@pytest.mark.anyio
async def test_two_nodes_add_to_the_same_minutes(db: Database) -> None:
    async with stand(db) as made:
        await made.connect()
        clock = SetClock(NOW)
        nodes = [RequestCounter(db, clock, ACCOUNT) for _ in range(2)]
        for node in nodes:
            for _ in range(3):
                node.count("GET", "leads", "200")
            await node.add_when_due()
        async with db.tenant(ACCOUNT) as tx:
            assert await request_counts.hour(tx, NOW) == []
        clock.moment = NOW + timedelta(seconds=11)
        for node in nodes:
            await node.add_when_due()
        async with db.tenant(ACCOUNT) as tx:
            (one,) = await request_counts.hour(tx, NOW + timedelta(minutes=1))
        assert one == Counted(NOW.replace(second=0), "GET leads", "200", 6)


@pytest.mark.anyio
async def test_every_request_of_the_connector_is_counted(db: Database) -> None:
    """But for the two that prove a token, before it is known whose it is."""
    async with stand(db, history_days=1) as made:
        Team(made, 1).begin()
        await made.connect()
        await made.load()
        await made.step()
        for request_counter in made.service.request_counters.values():
            await request_counter.add()
        async with db.tenant(ACCOUNT) as tx:
            counted = await request_counts.hour(tx, made.clock.now())
        told: Counter[str] = Counter()
        for one in counted:
            told[one.kind.replace(" ", " /api/v4/")] += one.requests
        seen = made.emulator.limiter.requests - Counter(
            ["GET /api/v4/account", "GET /api/v4/users"]
        )
        assert {kind: told[kind] for kind in seen} == seen
