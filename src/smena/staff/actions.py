"""Verbs of working hours; each works inside the caller's transaction."""

from datetime import datetime

from smena.crm.model import UserId
from smena.kernel.db import Tx
from smena.staff import store
from smena.staff.model import OFFICE_HOURS, WorkHours


async def ensure_default(tx: Tx) -> None:
    """Give a new account its usual hours: Monday to Friday, 09:00 to 18:00. Repeating is safe."""
    await store.put_if_absent(tx, OFFICE_HOURS)


async def set_default(tx: Tx, hours: WorkHours, now: datetime) -> None:
    """Change the hours of everybody who has none of their own."""
    await store.put(tx, store.EVERYBODY, hours, now)


async def set_hours(tx: Tx, user: UserId, hours: WorkHours, now: datetime) -> None:
    """Give a person hours of their own."""
    if user <= 0:
        raise ValueError("a robot has no working hours")
    await store.put(tx, user, hours, now)


async def clear_hours(tx: Tx, user: UserId) -> None:
    """Let a person follow the account's hours again."""
    await store.clear(tx, user)
