"""How fast an account may be asked: one row per limit, exact over all nodes.

The row's lock orders concurrent callers; `core/rate_limit.py` decides. `free_at_us` is the moment
of the next free slot in whole microseconds.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from smena.connectors.kit.core import rate_limit
from smena.connectors.kit.core.rate_limit import NEVER, LimiterState
from smena.kernel.db import Database
from smena.kernel.ids import AccountId

OPEN = """
INSERT INTO rate_limit (account_id, name, free_at_us) VALUES (:account, :name, 0)
ON CONFLICT DO NOTHING
"""

LOCK = """
SELECT free_at_us, waiting_us, asked_us, served_us FROM rate_limit
 WHERE account_id = :account AND name = :name FOR UPDATE
"""

SAVE = """
UPDATE rate_limit
   SET free_at_us = :free_at, waiting_us = :waiting, asked_us = :asked, served_us = :served
 WHERE account_id = :account AND name = :name
"""

HOLD_BACK = """
INSERT INTO rate_limit AS limits (account_id, name, free_at_us)
VALUES (:account, :name, :until_us)
ON CONFLICT (account_id, name) DO UPDATE
   SET free_at_us = greatest(limits.free_at_us, excluded.free_at_us)
"""


async def reserve(
    db: Database, account: AccountId, name: str, now: datetime, *, per_second: float
) -> timedelta:
    """Take the next free slot and return how long to wait for it (zero: go now)."""
    wait, _ = await acquire(db, account, name, now, rank=0, per_second=per_second)
    return wait


async def acquire(
    db: Database, account: AccountId, name: str, now: datetime, *, rank: int, per_second: float
) -> tuple[timedelta, bool]:
    """Take a slot and return how long to wait for it, or how long until asking again (False).

    Slots are 1/per_second s apart; a lower `rank` goes first (see `core/rate_limit.py`).
    Raises RuntimeError when the account's row vanishes meanwhile.
    """
    key = {"account": account, "name": name}
    async with db.tenant(account) as tx:
        row = await tx.row(LOCK, **key)
        if row is None:
            await tx.run(OPEN, **key)
            row = await tx.row(LOCK, **key)
        if row is None:
            raise RuntimeError(f"the limit {name} of account {account} is gone")
        waiting, asked, served = row.waiting_us, row.asked_us, row.served_us
        line = LimiterState(row.free_at_us, _times(waiting), _times(asked), _times(served))
        line, told = rate_limit.request(
            line, rank, _microseconds(now), round(1_000_000 / per_second)
        )
        await tx.run(
            SAVE,
            free_at=line.free_at,
            waiting=list(line.waiting),
            asked=list(line.asked),
            served=list(line.served),
            **key,
        )
    return timedelta(microseconds=told.wait), told.is_given


async def block_until(db: Database, account: AccountId, name: str, until: datetime) -> None:
    """Give no slot before `until`: the other side said that we are too fast."""
    async with db.tenant(account) as tx:
        await tx.run(HOLD_BACK, account=account, name=name, until_us=_microseconds(until))


def _times(stored: Sequence[int]) -> rate_limit.Times:
    return tuple(stored) if len(stored) == len(NEVER) else NEVER


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
