"""The account jobs of this node: one run drains what there is, a ring makes it look once more."""

import asyncio
import time

import structlog

from smena.kernel.ids import AccountId
from smena.kernel.jobs.registry import AccountJobEntry, JobContext, account_job_key, wake_waiting
from smena.kernel.jobs.rerun_signal import RerunSignal

ROUNDS_MAX = 50
"""How often a account job looks again in one job before other jobs get its place."""

REWAKE_SECONDS = (0.01, 0.03, 0.1)
"""When to try to wake a account job whose job is just being taken off the queue."""

log = structlog.get_logger(__name__)


class AccountJobs:
    """Runs account jobs and answers the bell for them."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._bell = RerunSignal()
        self._rewaking: set[asyncio.Task[None]] = set()

    async def drain(self, name: str, account_job: AccountJobEntry, account: AccountId) -> None:
        """Run the account job, and again as long as the bell rings meanwhile."""
        key = account_job_key(name, account)
        has_rung = False
        try:
            for _round in range(ROUNDS_MAX):
                self._bell.begin(key)
                await account_job.run(self._context, account)
                if not self._bell.has_rung(key):
                    break
        finally:
            has_rung = self._bell.end(key, time.monotonic())
        if has_rung:
            self._rewake(key)

    def on_bell(self, key: str | bytes | bytearray) -> None:
        """Hear that rows were committed for a account job that was waiting or running."""
        text = key if isinstance(key, str) else bytes(key).decode()
        if self._bell.ring(text, time.monotonic()):
            self._rewake(text)

    def close(self) -> None:
        for task in self._rewaking:
            task.cancel()

    def _rewake(self, key: str) -> None:
        task = asyncio.create_task(self._wake_again(key))
        self._rewaking.add(task)
        task.add_done_callback(self._rewaking.discard)

    async def _wake_again(self, key: str) -> None:
        account_job, _, account = key.rpartition(":")
        for pause in REWAKE_SECONDS:
            await asyncio.sleep(pause)
            try:
                async with self._context.db.system() as tx:
                    if await wake_waiting(tx, account_job, [AccountId(int(account))]):
                        return
            except Exception as error:  # noqa: BLE001 -- a hint; the sweep comes anyway
                log.debug("bell_not_answered", trouble=repr(error))
