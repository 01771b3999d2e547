"""How fast an account may be asked: one row per limit, exact over all nodes.

The generic cell rate algorithm in one statement. `free_at_us` is the theoretical arrival time of
the next request in whole microseconds; the database's row lock orders concurrent callers.
"""

from datetime import datetime, timedelta

from smena.kernel.db import Database
from smena.kernel.ids import AccountId

RESERVE = """
INSERT INTO rate_limit AS limits (account_id, name, free_at_us)
VALUES (:account, :name, CAST(:now_us AS bigint) + :step_us)
ON CONFLICT (account_id, name) DO UPDATE
   SET free_at_us = greatest(limits.free_at_us, CAST(:now_us AS bigint) - :slack_us) + :step_us
RETURNING free_at_us - :step_us
"""

HOLD_BACK = """
INSERT INTO rate_limit AS limits (account_id, name, free_at_us)
VALUES (:account, :name, :until_us)
ON CONFLICT (account_id, name) DO UPDATE
   SET free_at_us = greatest(limits.free_at_us, excluded.free_at_us)
"""


async def reserve(
    db: Database,
    account: AccountId,
    name: str,
    now: datetime,
    *,
    per_second: float,
    burst: int = 1,
) -> timedelta:
    """Take the next free slot and return how long to wait for it (zero: go now).

    `burst` slots may be taken at once after a pause; then one each 1/per_second s.
    """
    step = round(1_000_000 / per_second)
    async with db.tenant(account) as tx:
        slot = await tx.value(
            RESERVE,
            account=account,
            name=name,
            now_us=_microseconds(now),
            step_us=step,
            slack_us=step * (burst - 1),
        )
    return timedelta(microseconds=max(0, int(slot) - _microseconds(now)))


async def hold_back(db: Database, account: AccountId, name: str, until: datetime) -> None:
    """Give no slot before `until`: the other side said that we are too fast."""
    async with db.tenant(account) as tx:
        await tx.run(HOLD_BACK, account=account, name=name, until_us=_microseconds(until))


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
