"""A process that asks amoCRM all the time and cuts its own requests short at random.

`python -m tests.faults.token_worker DATABASE SECRET SEED`; it ends when it is killed.
"""

import asyncio
import contextlib
import random
import sys

from smena.connectors.amocrm.api.client import AccessLost
from smena.connectors.amocrm.api.core.listing import users
from smena.connectors.amocrm.service import AmocrmService
from smena.kernel.clock import SystemClock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.errors import TryLater
from smena.kernel.http import new_client
from smena.kernel.ids import AccountId

ACCOUNT = AccountId(31000001)
ASKERS = 3


async def ask(db: Database, service: AmocrmService) -> None:
    client = await service.client(db, SystemClock(), ACCOUNT)
    with contextlib.suppress(AccessLost, TryLater):
        for _ in range(5):
            await client.list_page(users())


async def askers(db: Database, service: AmocrmService, dice: random.Random) -> None:
    while True:
        task = asyncio.create_task(ask(db, service))
        await asyncio.wait({task}, timeout=dice.uniform(0.001, 0.3))
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.1)


async def main(url: str, secret: str, seed: int) -> None:
    dice = random.Random(seed)
    db = Database.open(url, pool_size=4)
    async with new_client() as http:
        service = AmocrmService(http, Vault(secret))
        print("ready", flush=True)  # noqa: T201 -- told to the test
        await asyncio.gather(*(askers(db, service, dice) for _ in range(ASKERS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
