"""Trouble of background work that a person must know of: what gave up, what fails each time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

REASON_LENGTH_MAX = 2_000

KEEP = """
INSERT INTO job_failure AS known (job, key, kind, arguments, reason, first_at, last_at)
VALUES (:job, :key, :kind, CAST(:arguments AS jsonb), :reason, :now, :now)
ON CONFLICT (job, key) DO UPDATE
   SET kind = excluded.kind, reason = excluded.reason, arguments = excluded.arguments,
       times = known.times + 1, last_at = excluded.last_at
"""

FORGET = "DELETE FROM job_failure WHERE job = :job AND key = :key"

LIST = """
SELECT job, key, kind, arguments, reason, times, first_at, last_at FROM job_failure
 ORDER BY last_at DESC, job, key LIMIT :limit
"""

OF_ACCOUNT = """
SELECT job, key, kind, arguments, reason, times, first_at, last_at FROM job_failure
 WHERE arguments ->> 'account' = CAST(:account AS text) ORDER BY last_at DESC, job, key
"""

OF_ALL = """
SELECT job, key, kind, arguments, reason, times, first_at, last_at FROM job_failure
 WHERE arguments ->> 'account' IS NOT NULL ORDER BY last_at DESC, job, key
"""

CLEAN = "DELETE FROM job_failure WHERE last_at < :before"


class FailureKind(StrEnum):
    """`GAVE_UP`: a person must act. `DEFECT`: an error in the program; it is tried again."""

    GAVE_UP = "gave_up"
    DEFECT = "defect"


@dataclass(frozen=True, slots=True)
class Failure:
    """One piece of work; an account job has one for each account, gone when it succeeds again."""

    job: str
    key: str
    kind: FailureKind
    arguments: Mapping[str, object]
    reason: str
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """What has just happened to a job."""

    job: str
    key: str
    kind: FailureKind
    arguments: Mapping[str, object]
    reason: str


async def keep(tx: Tx, trouble: Trouble, now: datetime) -> None:
    """Store the trouble, or count it once more (system transaction, as all here)."""
    await tx.run(
        KEEP,
        job=trouble.job,
        key=trouble.key,
        kind=trouble.kind.value,
        arguments=json.dumps(trouble.arguments),
        reason=trouble.reason[:REASON_LENGTH_MAX].replace("\0", ""),
        now=now,
    )


async def forget(tx: Tx, job: str, key: str) -> None:
    await tx.run(FORGET, job=job, key=key)


async def latest(tx: Tx, limit: int = 100) -> list[Failure]:
    """Return what is wrong now, the newest first."""
    return await tx.all(Failure, LIST, limit=limit)


async def of_account(tx: Tx, account: AccountId) -> list[Failure]:
    """Return what is wrong with the work for one account (system transaction)."""
    return await tx.all(Failure, OF_ACCOUNT, account=str(account))


async def by_account(tx: Tx) -> dict[str, list[Failure]]:
    """Return what is wrong with the work for each account, by its number (system transaction)."""
    found: dict[str, list[Failure]] = {}
    for failure in await tx.all(Failure, OF_ALL):
        found.setdefault(str(failure.arguments["account"]), []).append(failure)
    return found


async def clean(tx: Tx, before: datetime) -> int:
    """Forget trouble that has not happened again since `before`."""
    return await tx.run(CLEAN, before=before)
