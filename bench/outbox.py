"""A burst of a thousand leads with contact, company and task (distribution.md section 3).

amoCRM answers after 0.3 s and counts seven requests in a sliding second. Budget: at most 80
requests, 13 s, the first lead after 0.6 s, no answer 429; with batches of 250: 16 and 3.5 s.
"""

import asyncio
from collections.abc import Sequence
from time import perf_counter

import httpx2

from bench.connector import ACCOUNT, KEY, TOKEN, emulated
from smena.connectors.amocrm.connecting.connect import Request, connect_by_token
from smena.connectors.amocrm.model import Connected
from smena.connectors.amocrm.reading import first_load
from smena.connectors.amocrm.service import AmocrmService, Options
from smena.connectors.amocrm.writing import dispatcher
from smena.crm.mirror.queries import people
from smena.crm.model.entities import CompanyId, ContactId, LeadId, TaskId, UserId
from smena.crm.outbox import actions, queries
from smena.crm.outbox.model import (
    Change,
    ChangeCompany,
    ChangeContact,
    ChangeLead,
    ChangeTask,
    CommandState,
    NewCommand,
    Priority,
)
from smena.kernel.clock import SystemClock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.http import new_client
from smena.kernel.jobs.registry import JobContext

BURST, PIECE = 1_000, 250
PATHS = ("leads", "tasks", "contacts", "companies")
BATCHES = (50, 250)
LATENCY_MS = 300
LOOK_SECONDS = 0.01


async def main(url: str) -> None:
    """Print figures for a fresh, migrated database at `url`."""
    db = Database.open(url, pool_size=12, topics={})
    async with new_client(connections=20) as http, emulated() as emulator:
        service = AmocrmService(http, Vault(KEY), Options())
        context = JobContext(db, SystemClock(), {AmocrmService: service})
        async with httpx2.AsyncClient(trust_env=False, base_url=emulator, timeout=60) as client:
            client.headers["Authorization"] = f"Bearer {TOKEN}"
            ids = {path: await _add(client, path) for path in PATHS}
            asked = Request(emulator, TOKEN, requests_per_second=0, load_requests_per_second=0)
            assert isinstance(await connect_by_token(db, context.clock, service, asked), Connected)
            await first_load.load(context, ACCOUNT)
            for batch in BATCHES:
                await _burst(context, client, ids, batch)
    await db.close()


async def _add(client: httpx2.AsyncClient, path: str) -> list[int]:
    """Make as many cards or tasks as the burst needs."""
    item = {"text": "Перезвонить", "complete_till": 1_900_000_000} if path == "tasks" else {}
    made: list[int] = []
    for _ in range(BURST // PIECE):
        answer = await client.post(f"/api/v4/{path}", json=[item or {"name": "Пример"}] * PIECE)
        made += [row["id"] for row in answer.json()["_embedded"][path]]
    return made


async def _burst(
    context: JobContext, client: httpx2.AsyncClient, ids: dict[str, list[int]], batch: int
) -> None:
    async with context.db.tenant(ACCOUNT) as tx:
        await tx.run("UPDATE amocrm_connection SET requests_per_second = 7")
        await actions.set_batch(tx, batch)
        users = [user.id for user in await people.users(tx) if user.is_active]
    limits = {"per_second": 7, "latency_ms": LATENCY_MS}
    await client.post("/control/limits", json=limits)
    before = (await client.get("/control/requests")).json()
    await asyncio.sleep(1.5)  # nobody has asked in the last second
    begun, since = perf_counter(), context.now
    async with context.db.tenant(ACCOUNT) as tx:
        await actions.request_all(tx, _commands(ids, users), now=since)
    first = asyncio.create_task(_first(context, begun))
    await dispatcher.dispatch(context, ACCOUNT)
    seconds = perf_counter() - begun
    after = (await client.get("/control/requests")).json()
    await client.post("/control/limits", json={"per_second": None, "latency_ms": 0})
    async with context.db.tenant(ACCOUNT) as tx:
        done = (await queries.commands_finished_since(tx, since))[CommandState.DELIVERED]
    sent = sum(after["requests"].values()) - sum(before["requests"].values())
    print(
        f"  burst of {BURST} leads with their cards, batches of {batch}: {done} commands,"
        f" {sent} requests, {seconds:.1f} s, first lead after {await first:.2f} s,"
        f" {after['refused'] - before['refused']} answers 429"
    )


def _commands(ids: dict[str, list[int]], users: Sequence[UserId]) -> list[NewCommand]:
    """Give each lead, and all that belongs to it, to the next in turn."""
    found: list[NewCommand] = []
    for place in range(BURST):
        user = users[place % len(users)]
        changes: tuple[Change, ...] = (
            ChangeLead(lead=LeadId(ids["leads"][place]), responsible=user),
            ChangeTask(task=TaskId(ids["tasks"][place]), responsible=user),
            ChangeContact(contact=ContactId(ids["contacts"][place]), responsible=user),
            ChangeCompany(company=CompanyId(ids["companies"][place]), responsible=user),
        )
        found += [NewCommand(change, f"bench:{place}", Priority.FRESH) for change in changes]
    return found


async def _first(context: JobContext, begun: float) -> float:
    """Return how long it took until the first lead had its owner in amoCRM and here."""
    since = context.now
    while True:
        async with context.db.tenant(ACCOUNT) as tx:
            if CommandState.DELIVERED in await queries.commands_finished_since(tx, since):
                return perf_counter() - begun
        await asyncio.sleep(LOOK_SECONDS)
