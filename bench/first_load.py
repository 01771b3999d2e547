"""The first load of a big account: `./run bench first_load:100000:100000:1000000`.

Sizes are leads, contacts, events; without them a tenth of that. First the other side only makes
answers up (`bench/bare_crm.py`), so that it is never the limit; how long those take by themselves
is printed too. `./run bench first_load_emulator` loads the same from the emulator without limits.
"""

import asyncio
import resource
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import perf_counter, process_time

import httpx2

from smena.connectors.amocrm.connecting.connect import Request, connect_by_token
from smena.connectors.amocrm.model import Connected
from smena.connectors.amocrm.reading import first_load
from smena.connectors.amocrm.reading.store import first_load as load
from smena.connectors.amocrm.service import AmocrmService, Options
from smena.kernel.clock import SystemClock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.http import new_client
from smena.kernel.ids import AccountId
from smena.kernel.ids_and_secrets import new_secret
from smena.kernel.jobs.registry import JobContext

ACCOUNT = AccountId(31_000_001)
SIZES = (10_000, 10_000, 100_000)
TABLES = ("crm_lead", "crm_contact", "crm_event")
PROBES = 200
TOKEN = "emulator-token"


async def main(url: str, *sizes: int) -> None:
    await measure(url, "bench.bare_crm", sizes or SIZES)


async def measure(url: str, other_side: str, sizes: tuple[int, ...]) -> None:
    """Print how long the first load takes, how many rows a second, how much memory."""
    db = Database.open(url, pool_size=12, topics={})
    async with new_client(connections=20) as http, _crm(other_side, sizes) as crm:
        service = AmocrmService(http, Vault(new_secret(32)), Options())
        context = JobContext(db, SystemClock(), {AmocrmService: service})
        found = await connect_by_token(db, context.clock, service, Request(crm, TOKEN, 0, 0))
        assert isinstance(found, Connected), found
        before = _memory()
        begun, busy = perf_counter(), process_time()
        await first_load.load(context, ACCOUNT)
        seconds, busy = perf_counter() - begun, process_time() - busy
        async with db.tenant(ACCOUNT) as tx:
            rows = {name: await tx.value(f"SELECT count(*) FROM {name}") for name in TABLES}
            pages = sum(one.page - 1 for one in await load.slices(tx))
            size = await tx.value("SELECT pg_database_size(current_database())")
        total = sum(rows.values())
        print("  " + ", ".join(f"{name[4:]} {count:,}" for name, count in rows.items()))
        print(f"  {seconds:.1f} s, {total / seconds:,.0f} rows/s, {pages / seconds:.0f} pages/s")
        print(f"  {busy:.1f} s of our own processor, {total / busy:,.0f} rows for each of them")
        print(f"  memory {before} -> {_memory()} MB at most, database {size / 2**20:,.0f} MB")
        await _probe(crm)
    await db.close()


async def _probe(crm: str) -> None:
    """Measure the other side alone."""
    async with httpx2.AsyncClient(base_url=crm, trust_env=False) as client:
        begun = perf_counter()
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        for page in range(1, PROBES + 1):
            await client.get("/api/v4/leads", params={"page": page, "limit": 250})
        spent = (perf_counter() - begun) / PROBES
    print(f"  the other side answers a page of 250 leads in {spent * 1000:.1f} ms")


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@asynccontextmanager
async def _crm(module: str, sizes: tuple[int, ...]) -> AsyncIterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    words = [str(number) for number in (port, *sizes)]
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *words, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        if not await child.stdout.readline():
            raise RuntimeError(f"{module} did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        with suppress(ProcessLookupError):
            child.terminate()
        await child.wait()
