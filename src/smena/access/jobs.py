"""Upkeep of access."""

from smena.access import actions
from smena.kernel.jobs.registry import JobContext


async def forget(context: JobContext) -> None:
    """Forget old attempts of signing in and sessions long over; once a night."""
    await actions.forget(context.db, context.now)
