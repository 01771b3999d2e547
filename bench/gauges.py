"""The figures of many connections for monitoring: whoever reads /metrics waits three seconds."""

from datetime import timedelta
from time import perf_counter

import httpx2

from smena.accounts import actions as accounts
from smena.accounts.model import NewAccount
from smena.connectors.amocrm.api.store import request_counts
from smena.connectors.amocrm.health.metrics import Gauges
from smena.connectors.amocrm.service import AmocrmService
from smena.connectors.amocrm.store import connections
from smena.crm.model.entities import UserId
from smena.kernel.clock import SystemClock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.ids import AccountId

KINDS = ("GET events", "GET leads", "GET contacts", "GET tasks", "PATCH leads")


async def main(url: str, many: int = 300) -> None:
    """Print figures for a fresh, migrated database at `url`."""
    db, clock = Database.open(url, pool_size=12, topics={}), SystemClock()
    now = clock.now()
    for number in range(many):
        account = AccountId(31_000_000 + number)
        new = NewAccount(account, f"Account {number}", "https://x.amocrm.ru", "x", "Europe/Moscow")
        async with db.tenant(account) as tx:
            await accounts.connect(tx, new, now)
            await connections.connect(tx, UserId(1), None, None, now)
            await request_counts.add(tx, {
                (now - timedelta(minutes=minute), kind, "200"): 3
                for minute in range(60) for kind in KINDS
            })  # fmt: skip
    async with httpx2.AsyncClient(trust_env=False) as http:
        service = AmocrmService(http, Vault("k" * 40))
        for what in ("first", "again"):
            begun = perf_counter()
            await Gauges(db, clock, service).refresh()
            print(f"  {many} accounts, {what}: {perf_counter() - begun:.2f} s")
    await db.close()
