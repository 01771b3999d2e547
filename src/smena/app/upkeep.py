"""What must be thrown away for the installation not to grow without end, and made ahead."""

from datetime import timedelta

from smena.connectors.amocrm import actions
from smena.crm import actions as crm
from smena.kernel import inbox
from smena.kernel.i18n import gettext as _
from smena.kernel.jobs.registry import JobContext

BODIES_KEPT = timedelta(days=2)
DEAD_LETTERS_KEPT = timedelta(days=30)


async def trim(context: JobContext) -> None:
    """Forget bodies that were understood and facts that all have read; make the coming weeks."""
    now = context.now
    async with context.db.system() as tx:
        await inbox.clean(tx, now - BODIES_KEPT, now - DEAD_LETTERS_KEPT)
        await crm.trim(tx, now)
        await actions.trim(tx, now)
        await crm.make_room(tx, now)


def label() -> str:
    """Name this work to people."""
    return _("уборка базы данных")
