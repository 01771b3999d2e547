"""The account jobs of this node: one run drains what there is, a signal makes it look once more."""

import asyncio
import time

import structlog

from smena.kernel.ids import AccountId
from smena.kernel.jobs.enqueue import account_job_key, wake_waiting
from smena.kernel.jobs.registry import AccountJobEntry, JobContext
from smena.kernel.jobs.rerun_signal import RerunSignal

ROUNDS_MAX = 50
"""How often an account job looks again in one job before other jobs get its slot."""

REWAKE_SECONDS = (0.01, 0.03, 0.1)
"""When to try to wake an account job whose last job is just being taken off the queue."""

log = structlog.get_logger(__name__)


class AccountJobs:
    """Runs account jobs and hears the signals for them."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._reruns = RerunSignal()
        self._rewaking: set[asyncio.Task[None]] = set()

    async def drain(self, name: str, account_job: AccountJobEntry, account: AccountId) -> None:
        """Run the account job, and again as long as signals come meanwhile."""
        key = account_job_key(name, account)
        has_signal = False
        try:
            for _round in range(ROUNDS_MAX):
                self._reruns.begin(key)
                await account_job.run(self._context, account)
                if not self._reruns.has_signal(key):
                    break
        finally:
            has_signal = self._reruns.end(key, time.monotonic())
        if has_signal:
            self._rewake(key)

    def on_signal(self, key: str | bytes | bytearray) -> None:
        """Hear that rows were committed for an account job that was waiting or running."""
        text = key if isinstance(key, str) else bytes(key).decode()
        if self._reruns.signal(text, time.monotonic()):
            self._rewake(text)

    def close(self) -> None:
        """Stop trying to wake what has just ended."""
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
                log.debug("rerun_signal_not_answered", trouble=repr(error))
