"""Background work: how it is asked for, and how it may end.

A job is asked for inside the transaction that makes it necessary, so both happen or neither. A
account job drains the rows of one account and one purpose in order and returns; its wake-up carries
no data and may be lost (`smena.kernel.sweep` heals that within a second), so a account job always
looks at its rows and never at what it was told. Two runs of one account job may overlap for a
moment when a heartbeat is late: a account job locks the row that orders its work.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries

from smena.kernel.clock import Clock
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId

Service = TypeVar("Service")

RERUN_CHANNEL = "smena_rerun"
"""The channel that tells running account jobs to look once more."""

SIGNAL_RERUN = "SELECT pg_notify($1, busy) FROM unnest($2::text[]) AS busy"


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job works with; `services` are made once by the composition root."""

    db: Database
    clock: Clock
    services: Mapping[type, object] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def service(self, kind: type[Service]) -> Service:
        found = self.services[kind]
        if not isinstance(found, kind):
            raise TypeError(f"the service {kind.__name__} is a {type(found).__name__}")
        return found


Job = Callable[..., Awaitable[None]]
AccountJob = Callable[[JobContext, AccountId], Awaitable[None]]
Pending = Callable[[Tx], Awaitable[Sequence[AccountId]]]


@dataclass(frozen=True, slots=True)
class AccountJobEntry:
    run: AccountJob
    pending: Pending


@dataclass(frozen=True, slots=True)
class CronEntry:
    run: Job
    expression: str


class Registry:
    """All background work of the installation, filled by plain calls in `app/wiring.py`."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.account_jobs: dict[str, AccountJobEntry] = {}
        self.crons: dict[str, CronEntry] = {}

    def job(self, name: str, run: Job) -> None:
        """Register work that takes keyword arguments (ids) beside its context."""
        self._check_new(name)
        self.jobs[name] = run

    def account_job(self, name: str, run: AccountJob, pending: Pending) -> None:
        """Register a account job; `pending` tells, across accounts, who has rows waiting now."""
        self._check_new(name)
        self.account_jobs[name] = AccountJobEntry(run, pending)

    def cron(self, name: str, expression: str, run: Job) -> None:
        """Register work by the clock (UTC); it runs on one node per tick."""
        self._check_new(name)
        self.crons[name] = CronEntry(run, expression)

    def _check_new(self, name: str) -> None:
        if name in self.jobs or name in self.account_jobs or name in self.crons:
            raise ValueError(f"background work {name} is registered twice")


async def enqueue(
    tx: Tx,
    name: str,
    /,
    *,
    after: timedelta | None = None,
    key: str | None = None,
    **arguments: int | str | None,
) -> None:
    """Ask for a job in this transaction; with `key`, at most one such job waits or runs."""
    await _queries(await tx.driver()).enqueue(
        [name],
        [json.dumps(arguments).encode()],
        [0],
        [after] if after else None,
        [key],
        on_conflict="skip",
    )


async def wake(tx: Tx, account_job: str, account: AccountId) -> None:
    """Make sure that a run of the account job begins after this transaction's commit.

    Written as the last thing before the commit, all at once and in one order: two transactions
    that wake the same account jobs wait for each other shortly and never in a circle.
    """
    tx.account_jobs_to_wake.add((account_job, account))
    tx.before_commit(_wake_all)


async def publish(tx: Tx, topic: str) -> None:
    """Wake every account job that listens to the topic, for this transaction's account."""
    for account_job in tx.topics.get(topic, ()):
        await wake(tx, account_job, tx.account)


async def wake_waiting(tx: Tx, account_job: str, accounts: Sequence[AccountId]) -> bool:
    """Wake without ringing, for who comes again anyway; tell whether all were asleep."""
    return not await _enqueue_account_jobs(
        tx, sorted((account_job, account) for account in accounts)
    )


async def _wake_all(tx: Tx) -> None:
    asleep = sorted(tx.account_jobs_to_wake)
    if busy := await _enqueue_account_jobs(tx, asleep):
        # They wait or run already. One that runs may have looked before our rows were there, and
        # only this tells it to look again; the sweep would do so half a second later.
        raw = await tx.driver()
        await raw.execute(
            SIGNAL_RERUN, RERUN_CHANNEL, [account_job_key(*account_job) for account_job in busy]
        )


async def _enqueue_account_jobs(
    tx: Tx, account_jobs: Sequence[tuple[str, AccountId]]
) -> list[tuple[str, AccountId]]:
    """Enqueue what is not queued or running; return what is."""
    if not account_jobs:
        return []
    found = await _queries(await tx.driver()).enqueue(
        [account_job for account_job, _account in account_jobs],
        [json.dumps({"account": account}).encode() for _account_job, account in account_jobs],
        [0] * len(account_jobs),
        None,
        [account_job_key(*account_job) for account_job in account_jobs],
        on_conflict="skip",
    )
    return [
        account_job for account_job, job in zip(account_jobs, found, strict=True) if job is None
    ]


def account_job_key(account_job: str, account: AccountId) -> str:
    return f"{account_job}:{account}"


def _queries(connection: asyncpg.Connection) -> Queries:
    return Queries(AsyncpgDriver(connection))
