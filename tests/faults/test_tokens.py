"""A pair of tokens survives cancellations, kills and crashes, as far as anything can (I8, F11).

amoCRM's refresh token is good for once. A process that dies after amoCRM has answered and before
the commit takes the new pair with it; nobody can help that. Everywhere else nothing may be lost,
and there it has to be told while the old access token still works.
"""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from smena.accounts import queries as accounts
from smena.connectors.amocrm.api.core.listing import users
from smena.connectors.amocrm.tokens.store import tokens
from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.consent import consent, grow_old, kept, newest_refresh
from tests.connectors.amocrm.stand import Stand, stand
from tests.faults.cut import Crash, Cut, driver_complains
from tests.patience import patience, until

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

SECRET = "test key of the stand"  # the stand's own
PROCESSES = 4
KILLS = int(os.environ.get("SMENA_TOKEN_KILLS", "5"))
POINTS_MAX = 200
ACCESS_SECONDS = 3
START_SECONDS = 120
"""A busy machine needs long for a new process; this only bounds a wait in vain."""


async def ask(made: Stand) -> None:
    client = await made.service.client(made.db, made.clock, ACCOUNT)
    assert (await client.list_page(users())).items


async def is_well(made: Stand) -> bool:
    """Ask; tell whether the pair is amoCRM's newest. If not, it must have been told."""
    await ask(made)
    pair = await kept(made)
    if pair.refresh in newest_refresh(made):
        assert pair.lost_at is None
        return True
    assert pair.lost_at is not None, "a lost pair is known to be lost"
    async with made.db.tenant(ACCOUNT) as tx:
        assert (await accounts.account(tx)).state_reason, "and its administrators are told"
    return False


async def test_a_crash_at_every_point_of_a_renewal(db: Database) -> None:
    lost: list[int] = []
    async with stand(db) as made:
        await consent(made)
        with driver_complains():
            for point in range(POINTS_MAX):
                await grow_old(made)
                try:
                    await Cut(made.service.refresher(db, made.clock).refresh(ACCOUNT), point)
                except Crash:
                    pass
                else:
                    break
                if not await is_well(made):
                    lost.append(point)
                    await consent(made)
                    assert await is_well(made), "connecting again mends it"
        assert await is_well(made)
    print(f"{point} points, lost at {lost}")  # noqa: T201 -- a figure for the reader of -s
    assert point > 10, "the renewal waits for the database and for amoCRM"
    assert point < POINTS_MAX - 1, "a whole renewal was run at last"
    # Only from the request on its way to the commit; before it nothing can be lost.
    assert min(lost) > 3, "the row is read and locked before"


class Worker:
    """One of the processes; killed and started anew."""

    def __init__(self, db_url: str, seed: int) -> None:
        self._arguments = ("-m", "tests.faults.token_worker", db_url, SECRET, str(seed))
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, *self._arguments, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert self.process.stdout is not None
        async with asyncio.timeout(patience(START_SECONDS)):
            assert await self.process.stdout.readline() == b"ready\n"

    async def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


@asynccontextmanager
async def workers(db_url: str) -> AsyncIterator[list[Worker]]:
    made = [Worker(db_url, seed) for seed in range(PROCESSES)]
    try:
        await asyncio.gather(*(worker.start() for worker in made))
        yield made
    finally:
        await kill(made)


async def kill(victims: Sequence[Worker]) -> None:
    await asyncio.gather(*(worker.kill() for worker in victims))


async def kill_outside_renewals(db: Database, victims: Sequence[Worker]) -> None:
    """Hold the row that a renewal holds: whatever else the victims do, they die in it."""
    async with db.tenant(ACCOUNT) as tx:
        await tokens.hold(tx)
        await kill(victims)


async def renewals(made: Stand, at_least: int) -> None:
    """Wait until the pair has been renewed so many times more."""
    wanted = (await kept(made)).number + at_least

    async def were_made() -> bool:
        return (await kept(made)).number >= wanted

    await until(were_made, START_SECONDS)


async def test_four_processes_cancellations_and_kills(db: Database, db_url: str) -> None:
    """Each kill, the last ones too, is outside a renewal: no pair is lost."""
    dice = random.Random(8)
    async with stand(db) as made:
        made.crm.oauth.rules.access_seconds = ACCESS_SECONDS
        await consent(made)
        async with workers(db_url) as running:
            await renewals(made, 2)
            for _ in range(KILLS):
                await asyncio.sleep(dice.uniform(0.0, 0.5))
                victim = dice.choice(running)
                await kill_outside_renewals(db, [victim])
                await victim.start()
                assert (await kept(made)).lost_at is None
            await renewals(made, 2)
            await kill_outside_renewals(db, running)
        assert await is_well(made)
        issued = len(made.crm.store.rows("SELECT 1 FROM oauth_refresh"))
        assert issued == (await kept(made)).number, "no two renewed one pair"


async def test_kills_at_any_instant_are_survived_or_told(db: Database, db_url: str) -> None:
    dice = random.Random(9)
    mended = 0
    async with stand(db) as made:
        made.crm.oauth.rules.access_seconds = ACCESS_SECONDS
        await consent(made)
        async with workers(db_url) as running:
            for _ in range(KILLS):
                await asyncio.sleep(dice.uniform(0.0, 0.5))
                victim = dice.choice(running)
                await victim.kill()
                await victim.start()
                if (await kept(made)).lost_at is not None:
                    mended += 1
                    await consent(made)
        if (await kept(made)).lost_at is not None or not await is_well(made):
            mended += 1
            await consent(made)
        assert await is_well(made)
    print(f"{KILLS} kills, {mended} pairs lost in a kill and told")  # noqa: T201 -- a figure for the reader of -s
