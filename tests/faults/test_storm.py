"""F9: a storm of webhooks, each three times, out of order, some lost: nothing else is lost.

`SMENA_STORM=10000` makes it as large as in reliability.md F9; without it there are fewer.
"""

import asyncio
import os
import random
from collections import Counter

import pytest

from smena.connectors.amocrm import jobs
from smena.crm.facts import queries
from smena.crm.facts.model import LeadAppeared
from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.checking import check, found
from tests.connectors.amocrm.mirror.equality import compare
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

WEBHOOKS = int(os.environ.get("SMENA_STORM", "1500"))
COPIES, LOST, SUPERSEDED_BY = 3, 0.05, 200
SENDERS = 16
AT_ONCE = 50


async def test_a_storm_of_webhooks(db: Database) -> None:
    async with stand(db, history_days=1) as made:
        team = Team(made, 9)
        team.begin(leads=20)
        await made.connect()
        await made.load()
        told = bodies(made, team)
        sent = as_networks_do(told, random.Random(9))
        assert len(sent) > WEBHOOKS * COPIES * 0.9
        draining = asyncio.create_task(drained(made, len(sent)))
        await post_all(made, sent)
        await draining
        async with db.tenant(ACCOUNT) as tx:
            kept = await tx.rows("SELECT body FROM inbox")
            troubles = await tx.value("SELECT count(*) FROM inbox WHERE trouble <> ''")
        assert Counter(row.body for row in kept) == Counter(sent), "acknowledged, but not kept"
        assert troubles == 0

        await rested(made)
        assert await compare(made) == []
        assert found(await check(made)) == {}
        async with db.tenant(ACCOUNT) as tx:
            facts = [one.fact for one in await queries.facts(tx, 0, 1_000_000)]
        appeared = Counter(fact.lead for fact in facts if isinstance(fact, LeadAppeared))
        assert set(appeared.values()) == {1}


async def rested(made: Stand) -> None:
    """Go on as in life until no card waits to be read: the larger the storm, the longer."""
    left = 1
    for _ in range(WEBHOOKS // 100):
        await made.settle(rounds=1)
        async with made.db.tenant(ACCOUNT) as tx:
            left = await tx.value("SELECT count(*) FROM amocrm_fetch")
        if not left:
            return
    raise AssertionError(f"{left} cards still wait to be read")


def bodies(made: Stand, team: Team) -> list[bytes]:
    """Let the team work until there are so many bodies; take them before anybody sends them."""
    told: list[bytes] = []
    while len(told) < WEBHOOKS:
        team.act_often(AT_ONCE)
        told += [row[0] for row in made.crm.store.rows("SELECT body FROM delivery ORDER BY id")]
        made.crm.store.run("DELETE FROM delivery")
    return told[:WEBHOOKS]


def as_networks_do(told: list[bytes], dice: random.Random) -> list[bytes]:
    """Lose some, send the others three times, and let each be superseded."""
    copies = [
        (place + dice.random() * SUPERSEDED_BY, body)
        for place, body in enumerate(told)
        if dice.random() >= LOST
        for _ in range(COPIES)
    ]
    return [body for _, body in sorted(copies)]


async def post_all(made: Stand, sent: list[bytes]) -> None:
    """Send all over a few connections; a refused body is sent again, as amoCRM does."""
    left = iter(sent)
    host, _, port = made.webhooks_url.rpartition("//")[2].partition(":")
    path = f"/hooks/amocrm/{ACCOUNT}/{made.service.webhook_key(ACCOUNT)}"

    async def sender() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        for body in left:
            status = b"503"
            while status == b"503":
                head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n"
                kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
                writer.write((head + kind).encode() + body)
                answer = await reader.readuntil(b"\r\n\r\n")
                status = answer.split(b" ", 2)[1]
            assert status == b"200", answer
        writer.close()

    await asyncio.gather(*(sender() for _ in range(SENDERS)))


async def drained(made: Stand, expected: int) -> None:
    """Understand bodies while they come in, until all are."""
    taken = 0
    while taken < expected:
        await jobs.drain_inbox(made.context, ACCOUNT)
        async with made.db.tenant(ACCOUNT) as tx:
            taken = await tx.value("SELECT count(*) FROM inbox WHERE taken_at IS NOT NULL")
