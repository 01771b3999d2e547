"""Asking for background work inside the transaction that makes it necessary: both or neither.

A wake-up carries no data and may be lost (`smena.kernel.jobs.sweep` heals that within a second).
"""

import json
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries

from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

RERUN_CHANNEL = "smena_rerun"
"""The channel that tells running account jobs to look once more."""

SIGNAL_RERUN = "SELECT pg_notify($1, busy) FROM unnest($2::text[]) AS busy"


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
    """Wake every account job that listens to the topic, for this transaction's account.

    Raises RuntimeError in a system transaction, which has no account.
    """
    for account_job in tx.topics.get(topic, ()):
        await wake(tx, account_job, tx.account)


async def wake_waiting(tx: Tx, account_job: str, accounts: Sequence[AccountId]) -> bool:
    """Wake without a signal, for who comes again anyway; tell whether all were asleep."""
    return not await _enqueue_account_jobs(
        tx, sorted((account_job, account) for account in accounts)
    )


def account_job_key(account_job: str, account: AccountId) -> str:
    """Return what makes an account job unique in the queue."""
    return f"{account_job}:{account}"


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


def _queries(connection: asyncpg.Connection) -> Queries:
    return Queries(AsyncpgDriver(connection))
