"""The truth behind the hints: each node looks, twice a second, who has work waiting.

A wake-up may be lost between an account job's last look and the end of its job, a NOTIFY may not
arrive, a moment may come at which work falls due (a timer is a row with its moment). All of that is
healed here. The same round keeps the queue itself healthy.
"""

import asyncio
import contextlib
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

import structlog

from smena.kernel.database.trouble import is_transient
from smena.kernel.db import Database
from smena.kernel.jobs.enqueue import wake_waiting
from smena.kernel.jobs.registry import AccountJobEntry, JobContext, Registry

SWEEP_SECONDS = 0.5
UNPARK_EACH = 6
"""In three seconds a job that the queue has parked goes on."""
TIDY_EACH = 120
LOG_KEPT = timedelta(minutes=10)

# The queue parks a job as failed only when it could not put it back: the database was away.
PARKED_TWICE = """
DELETE FROM pgqueuer parked
 WHERE parked.status = 'failed' AND parked.dedupe_key IS NOT NULL AND EXISTS (
       SELECT FROM pgqueuer other
        WHERE other.dedupe_key = parked.dedupe_key AND other.id <> parked.id
          AND (other.status IN ('queued', 'picked')
               OR other.status = 'failed' AND other.id > parked.id))
"""

PARKED = """
UPDATE pgqueuer
   SET status = 'queued', queue_manager_id = NULL, updated = now(), execute_after = now()
 WHERE status = 'failed'
"""

OLD_LOG = "DELETE FROM pgqueuer_log WHERE created < now() - CAST(:kept AS interval)"

log = structlog.get_logger(__name__)


async def keep_sweeping(context: JobContext, registry: Registry, stop: asyncio.Event) -> None:
    """Sweep until `stop`; a failing part is logged and does not keep the others waiting."""
    db, rounds = context.db, 0
    while not stop.is_set():
        if rounds % UNPARK_EACH == 0:
            await _try("jobs_not_unparked", unpark(db))
        if rounds % TIDY_EACH == 0:
            await _try("queue_not_tidied", forget_old_log(db))
        for name, account_job in registry.account_jobs.items():
            await _try(
                "account_job_not_swept",
                _sweep_one(db, name, account_job, context.now),
                account_job=name,
            )
        rounds += 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), SWEEP_SECONDS)


async def sweep(db: Database, registry: Registry, now: datetime) -> None:
    """Wake, once, every account job for every account that has work for it now."""
    for name, account_job in registry.account_jobs.items():
        await _sweep_one(db, name, account_job, now)


async def unpark(db: Database) -> None:
    """Put parked jobs back into the queue."""
    async with db.system() as tx:
        await tx.run(PARKED_TWICE)
        await tx.run(PARKED)


async def forget_old_log(db: Database) -> None:
    async with db.system() as tx:
        await tx.run(OLD_LOG, kept=LOG_KEPT)


async def _sweep_one(db: Database, name: str, account_job: AccountJobEntry, now: datetime) -> None:
    async with db.system() as tx:
        if waiting := await account_job.pending(tx, now):
            await wake_waiting(tx, name, waiting)


async def _try(complaint: str, work: Coroutine[Any, Any, None], **details: str) -> None:
    try:
        await work
    except Exception as error:
        if is_transient(error):
            log.warning(complaint, trouble=repr(error), **details)
        else:
            log.exception(complaint, **details)
