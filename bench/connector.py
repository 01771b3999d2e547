"""The connector: webhooks kept, the first load, a burst of commands, a webhook's way to the panel.

The emulator and the receiver run as processes of their own, as amoCRM and a node do.
"""

import asyncio
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median, quantiles
from time import perf_counter
from urllib.parse import quote_plus

import httpx2

from smena.connectors.amocrm.connecting.connect import Request, connect_by_token
from smena.connectors.amocrm.model import Connected
from smena.connectors.amocrm.reading import first_load, polling
from smena.connectors.amocrm.service import AmocrmService, Options
from smena.connectors.amocrm.webhooks import consumer
from smena.connectors.amocrm.writing import dispatcher
from smena.crm.mirror.queries import people
from smena.crm.model.entities import LeadId
from smena.crm.outbox import actions
from smena.crm.outbox.model import ChangeLead, NewCommand, Priority
from smena.kernel.clock import SystemClock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.http import new_client
from smena.kernel.ids import AccountId
from smena.kernel.ids_and_secrets import new_secret
from smena.kernel.jobs.registry import JobContext

ACCOUNT = AccountId(31_000_001)
TOKEN = "bench-token"
KEY = new_secret(32)
BODIES, SENDERS, PACE = 6_000, 32, 1_000
BURST = 1_000
WAYS = 20


async def main(url: str) -> None:
    """Print figures for a fresh, migrated database at `url`."""
    db = Database.open(url, pool_size=12, topics={})
    async with new_client(connections=20) as http:
        port = _free_port()
        options = Options(public_url=f"http://127.0.0.1:{port}")
        service = AmocrmService(http, Vault(KEY), options)
        context = JobContext(db, SystemClock(), {AmocrmService: service})
        async with emulated() as emulator, _receiver(url, port):
            await _first_load(context, emulator)
            await _way_of_a_webhook(context, emulator)
            await _burst(context, emulator)
            await _bodies(service, port)
    await db.close()


async def _first_load(context: JobContext, emulator: str) -> None:
    asked = Request(emulator, TOKEN, requests_per_second=0, load_requests_per_second=0)
    found = await connect_by_token(context.db, context.clock, context.service(AmocrmService), asked)
    assert isinstance(found, Connected), found
    begun = perf_counter()
    await first_load.load(context, ACCOUNT)
    seconds = perf_counter() - begun
    tables = ("crm_event", "crm_call", "crm_lead", "crm_contact", "crm_company", "crm_task")
    async with context.db.tenant(ACCOUNT) as tx:
        rows = {name: await tx.value(f"SELECT count(*) FROM {name}") for name in tables}
    total = sum(rows.values())
    print(f"  first load: {total} rows in {seconds:.1f} s, {total / seconds:.0f} rows/s")
    print("    " + ", ".join(f"{name[4:]} {count}" for name, count in rows.items()))


async def _way_of_a_webhook(context: JobContext, emulator: str) -> None:
    """From a write in amoCRM to its event in the mirror, without the queue between the steps."""
    times = []
    async with httpx2.AsyncClient(trust_env=False, base_url=emulator) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        for number in range(WAYS):
            await asyncio.sleep(0.5)
            begun = perf_counter()
            answer = await client.post("/api/v4/leads", json=[{"name": f"Пример {number}"}])
            lead = answer.json()["_embedded"]["leads"][0]["id"]
            while not await _knows(context, lead):
                await consumer.drain(context, ACCOUNT)
                await polling.events(context, ACCOUNT)
                await asyncio.sleep(0.005)
            times.append((perf_counter() - begun) * 1000)
    print(f"  write -> event in the mirror: median {median(times):.0f} ms, max {max(times):.0f} ms")


async def _knows(context: JobContext, lead: int) -> bool:
    async with context.db.tenant(ACCOUNT) as tx:
        found = await tx.value(
            "SELECT count(*) FROM crm_event WHERE account_id = :account AND entity_id = :lead"
            " AND entity_kind = 'lead'",
            account=ACCOUNT,
            lead=lead,
        )
    return bool(found)


async def _burst(context: JobContext, emulator: str) -> None:
    """A thousand leads change hands at seven requests a second."""
    async with context.db.tenant(ACCOUNT) as tx:
        await tx.run("UPDATE amocrm_connection SET requests_per_second = 7")
        leads = [row.id for row in await tx.rows("SELECT id FROM crm_lead LIMIT :n", n=BURST)]
        users = [user.id for user in await people.users(tx)]
        commands = [
            NewCommand(
                ChangeLead(lead=LeadId(lead), responsible=users[i % len(users)]),
                f"bench:{i}",
                Priority.FRESH,
            )
            for i, lead in enumerate(leads)
        ]
        await actions.request_all(tx, commands, now=context.now)
    await asyncio.sleep(1)
    async with httpx2.AsyncClient(trust_env=False, base_url=emulator) as client:
        await client.post("/control/limits", json={"per_second": 7})
        before = (await client.get("/control/requests")).json()
        begun = perf_counter()
        await dispatcher.dispatch(context, ACCOUNT)
        seconds = perf_counter() - begun
        after = (await client.get("/control/requests")).json()
        await client.post("/control/limits", json={"per_second": None})
    path = "PATCH /api/v4/leads"
    sent = after["requests"].get(path, 0) - before["requests"].get(path, 0)
    refused = after["refused"] - before["refused"]
    print(f"  burst of {len(leads)} leads: {sent} requests, {seconds:.1f} s, {refused} answers 429")


async def _bodies(service: AmocrmService, port: int) -> None:
    """At the pace of the budget first, then as fast as it goes."""
    path = f"/hooks/amocrm/{ACCOUNT}/{service.webhook_key(ACCOUNT)}"
    for per_second in (PACE, 0):
        times, seconds = await _send(path, port, per_second)
        cuts = quantiles(times, n=100)
        told = f"at {per_second} a second" if per_second else "as fast as it goes"
        print(
            f"  webhooks {told}: {BODIES / seconds:.0f} bodies/s acknowledged after commit,"
            f" median {median(times):.1f} ms, p99 {cuts[98]:.1f} ms"
        )


async def _send(path: str, port: int, per_second: int) -> tuple[list[float], float]:
    """Post all bodies over a few connections; at a pace, a body is late from its own moment on."""
    times: list[float] = []
    left = iter(range(BODIES))
    start = perf_counter()

    async def sender() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in left:
            due = start + number / per_second if per_second else perf_counter()
            await asyncio.sleep(max(0.0, due - perf_counter()))
            writer.write(_request(path, number))
            head = await reader.readuntil(b"\r\n\r\n")
            times.append((perf_counter() - due) * 1000)
            assert b" 200 " in head.split(b"\r\n")[0], head
        writer.close()

    await asyncio.gather(*(sender() for _ in range(SENDERS)))
    return times, perf_counter() - start


def _request(path: str, number: int) -> bytes:
    fields = {
        "id": 5_000_000 + number, "name": "Поставка", "status_id": 71001, "price": 1000,
        "responsible_user_id": 9000002, "last_modified": 1_790_000_000, "modified_user_id": 0,
        "created_user_id": 0, "date_create": 1_790_000_000, "pipeline_id": 700,
        "created_at": 1_790_000_000, "updated_at": 1_790_000_000,
    }  # fmt: skip
    pairs = [f"leads%5Badd%5D%5B0%5D%5B{key}%5D={quote_plus(str(v))}" for key, v in fields.items()]
    body = "&".join([f"account%5Bid%5D={ACCOUNT}", *pairs]).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    return head.encode() + body


@asynccontextmanager
async def emulated() -> AsyncIterator[str]:
    """A department of 24 with its past two weeks, without limits."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "amocrm_emulator.serving.cli", "--port", "0", "--token", TOKEN,
        "--users", "24", "--days", "14", "--speed", "3", "--no-limits", "--no-team",
        "--end-with-parent", stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    try:
        yield (await child.stdout.readline()).decode().split()[0]
    finally:
        child.terminate()
        await child.wait()


@asynccontextmanager
async def _receiver(url: str, port: int) -> AsyncIterator[None]:
    """A node that serves pages and webhooks only."""
    with tempfile.TemporaryDirectory(prefix="smena-bench-") as folder:
        env = {
            "SMENA_DATABASE_URL": url, "SMENA_SECRET_KEY": KEY, "SMENA_DATA_DIR": folder,
            "SMENA_LOG_LEVEL": "error",
        }  # fmt: skip
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "smena.app.cli", "up", "--role", "web", "--port", str(port),
            env=os.environ | env, stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await _answers(port)
            yield
        finally:
            child.terminate()
            await child.wait()


async def _answers(port: int) -> None:
    async with httpx2.AsyncClient(trust_env=False) as client:
        for _ in range(300):
            try:
                if (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200:
                    return
            except httpx2.TransportError:
                await asyncio.sleep(0.1)
    raise RuntimeError("the receiver does not answer")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
