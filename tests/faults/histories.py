"""Random histories of an account and its mirror, by a seed: work, webhooks, faults, kills.

A life is one account: it is connected, loaded in the middle of everything, and then goes through
some histories. After each one all trouble ends, the connector runs as it does in life, and the
mirror has to equal amoCRM.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from amocrm_emulator.account.clock import MovableClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.serving.faults.core.model import ApiFault
from amocrm_emulator.serving.faults.read import read_list
from amocrm_emulator.serving.faults.script import Script
from amocrm_emulator.serving.hooks.faults import HookFaults
from smena.connectors.amocrm import jobs, queries
from smena.connectors.amocrm.model import Connection
from smena.kernel.database.trouble import is_transient
from smena.kernel.db import Database
from smena.kernel.errors import GiveUp, TryLater
from tests.connectors.amocrm.account import ACCOUNT, SPEC
from tests.connectors.amocrm.checking import begin, last_report
from tests.connectors.amocrm.consent import consent
from tests.connectors.amocrm.mirror.equality import compare
from tests.connectors.amocrm.stand import Stand, stand
from tests.faults.commands_at_random import Commands, wrong_ends
from tests.faults.people_at_work import People

AccountJob = Callable[[Any, Any], Awaitable[None]]
ACCOUNT_JOBS: Sequence[AccountJob] = (
    jobs.drain_inbox, jobs.poll, jobs.read_cards, jobs.deliver, jobs.load, jobs.go_on_checking,
)  # fmt: skip
STEPS = 10
ROUNDS = (4, 61, 3_700)
"""Seconds after each round of settling: a second look at what was gone, a deep one, all lists."""
BUSY_MAX = 12
BUSY = """
SELECT (SELECT count(*) FROM crm_command WHERE state IN ('planned', 'sending'))
     + (SELECT count(*) FROM amocrm_fetch)
"""

SHARES = (0.0, 0.1, 0.5)
"""Of webhook bodies that are lost, come twice, are superseded."""

API = "/api/v4/*"
TROUBLE: Sequence[dict[str, Any]] = (
    {"kind": "status", "status": 502, "look": "html"},
    {"kind": "status", "status": 504, "look": "empty", "when": "after"},
    {"kind": "status", "status": 500, "when": "after"},
    {"kind": "status", "status": 429, "look": "html", "times": 1},
    {"kind": "status", "status": 403, "times": 1},
    {"kind": "html"},
    {"kind": "html", "when": "after"},
    {"kind": "empty", "when": "after"},
    {"kind": "nothing", "when": "after"},
    {"kind": "nothing", "times": 2},
    {"kind": "cut"},
    {"kind": "reset"},
    {"kind": "reset", "when": "after"},
    {"kind": "reset", "when": "middle"},
    {"kind": "shift", "method": "GET"},
    {"kind": "nulls", "method": "GET", "path": "/api/v4/leads"},
    {"kind": "text_ids", "path": "/api/v4/[!e]*"},  # what events carry is kept as it came
    {"kind": "wrong_types", "path": "/api/v4/tasks"},
    {"kind": "expire", "times": 1},
    {"kind": "large_batch", "over": 1, "when": "after"},
)


@dataclass(slots=True)
class Told:
    """What a life has to tell: its histories, and how often only the nightly check healed."""

    histories: int = 0
    healed_at_night: list[str] = field(default_factory=list)
    struck: int = 0
    kills: int = 0


class Life:
    """One account and its mirror, from the first day on."""

    def __init__(self, made: Stand, seed: int) -> None:
        self._made, self._seed = made, seed
        self._dice = random.Random(seed)
        self.people = People(made, seed)
        self.commands = Commands(made, self.people, seed)
        self.told = Told()

    async def begin(self) -> None:
        self.people.open()
        for _ in range(self._dice.randrange(30)):
            self.people.act()
        if self._dice.random() < 0.5:
            await consent(self._made)
        else:
            await self._made.connect()

    async def history(self) -> list[str]:
        """Live through one history; return what is wrong at its end."""
        self._make_trouble()
        for _ in range(STEPS):
            for _ in range(self._dice.randrange(4)):
                self.people.act()
            if self._dice.random() < 0.3:
                await self.commands.ask()
            await self._some_account_jobs()
            self._pass_time(self._dice.choice((0, 0, 1, 2, 7, 40)))
        await self._settle()
        self.told.histories += 1
        return await self._compare()

    def _make_trouble(self) -> None:
        dice = self._dice
        lines = [
            {"path": API, "share": dice.choice((0.05, 0.2, 0.5)), "seed": dice.randrange(10**6)}
            | dice.choice(TROUBLE)
            for _ in range(dice.randrange(4))
        ]
        self._script(read_list(lines))
        self._made.emulator.sender.set_faults(
            HookFaults(
                drop=dice.choice(SHARES),
                duplicate=dice.choice(SHARES),
                reorder=dice.choice(SHARES),
                seed=dice.randrange(10**6),
            )
        )

    def _script(self, faults: Sequence[ApiFault]) -> None:
        wire = self._made.emulator.wire
        self.told.struck += sum(line.struck for line in wire.script.lines)
        wire.script = Script(faults)

    async def _some_account_jobs(self) -> None:
        """Run some of the work, two kinds side by side, and now and then kill the process."""
        if self._dice.random() < 0.2:
            await jobs.check_access(self._made.context)
        chosen = self._dice.choices(ACCOUNT_JOBS, k=self._dice.randrange(4))
        running = [
            asyncio.create_task(_as_a_job(account_job, self._made)) for account_job in chosen
        ]
        if running and self._dice.random() < 0.15:
            await asyncio.wait(running, timeout=self._dice.random() * 0.05)
            await self._kill(running)
        await asyncio.gather(*running)

    async def _kill(self, running: list["asyncio.Task[None]"]) -> None:
        """End the node in the middle; another one begins with nothing in its memory."""
        self.told.kills += 1
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        running.clear()
        await self._made.service.settle()
        self._made.service = replace(self._made.service, seen={}, known={}, refreshers={})

    def _pass_time(self, seconds: float) -> None:
        """Let the same time pass on both sides; amoCRM's clock is kept with its account."""
        crm, offset = self._made.crm, timedelta(seconds=seconds)
        self._made.clock.offset += offset
        with crm.work.transaction():
            crm.store.set_meta("clock_ahead", self._made.clock.offset.total_seconds())
        crm.clock.advance(seconds)  # type: ignore[attr-defined]

    async def _settle(self) -> None:
        """Let all trouble end, and the connector go on as in life."""
        self._script(())
        self._made.emulator.sender.set_faults(HookFaults())
        await self._made.emulator.flush_hooks()
        await jobs.check_access(self._made.context)
        for seconds in ROUNDS:
            await self._all_account_jobs()
            self._pass_time(seconds)
        await self._made.emulator.flush_hooks()
        await self._all_account_jobs()
        for _ in range(BUSY_MAX):
            async with self._made.db.tenant(ACCOUNT) as tx:
                if not await tx.value(BUSY):
                    return
            self._pass_time(61)
            await self._all_account_jobs()

    async def _all_account_jobs(self) -> None:
        for account_job in ACCOUNT_JOBS:
            await _as_a_job(account_job, self._made)

    async def _compare(self) -> list[str]:
        wrong = await wrong_ends(self._made)
        found = await self._differences()
        if found:
            self.told.healed_at_night += found
            await self._check_of_the_night()
            found = await self._differences()
        return wrong + found

    async def _link(self) -> Connection | None:
        async with self._made.db.tenant(ACCOUNT) as tx:
            return await queries.connection(tx)

    async def _check_of_the_night(self) -> None:
        assert await begin(self._made), f"life {self._seed} cannot be checked: {await self._link()}"
        while (await last_report(self._made)).reconciliation.finished_at is None:
            await self._all_account_jobs()
            self._pass_time(30)
        await self._all_account_jobs()

    async def _differences(self) -> list[str]:
        return await compare(self._made)


async def live(db: Database, seed: int, histories: int) -> Told:
    """Live through so many histories; AssertionError tells where the first one went wrong."""
    crm = Crm.create(None, SPEC, MovableClock())
    async with stand(db, crm, history_days=1) as made:
        life = Life(made, seed)
        await life.begin()
        for number in range(histories):
            wrong = await life.history()
            assert not wrong, "\n".join([f"life {seed}, history {number}:", *wrong])
        return life.told


async def _as_a_job(account_job: AccountJob, made: Stand) -> None:
    """Run an account job as the worker does: what cannot go on now goes on later."""
    try:
        with suppress(TryLater, GiveUp):
            await account_job(made.context, ACCOUNT)
    except Exception as trouble:
        if not is_transient(trouble):
            raise
