"""Upkeep of access."""

from smena.access import actions
from smena.kernel.i18n import gettext as _
from smena.kernel.jobs.registry import JobContext


async def forget(context: JobContext) -> None:
    """Forget old attempts of signing in and sessions long over; once a night."""
    await actions.forget(context.db, context.now)


def label() -> str:
    """Name this work to people."""
    return _("уборка старых сеансов")
