"""Have those read again who hang on a card that went to the bin.

A card that is merged into another one vanishes, and its links, calls and notes move without any
news of their own; the log names only the two cards.
"""

from collections.abc import Iterable
from datetime import datetime

from smena.connectors.amocrm.core.entities import PLURALS
from smena.connectors.amocrm.store import unread as asked
from smena.crm import queries as crm
from smena.crm.model import EntityKind, Removed
from smena.kernel.db import Tx

CARDS = (EntityKind.LEAD, EntityKind.CONTACT, EntityKind.COMPANY)


async def ask_for_neighbours(tx: Tx, removed: Iterable[Removed], now: datetime) -> None:
    """Ask for the leads and contacts linked to these cards, and for the notes of their calls."""
    wanted: set[tuple[str, int]] = set()
    gone = [item for item in removed if not item.is_restored]
    for kind in CARDS:
        ids = {item.id for item in gone if item.kind is kind}
        if not ids:
            continue
        notes = await crm.calls_on(tx, kind, ids)
        wanted |= {(f"{PLURALS[kind]}/notes", note) for note in notes}
        wanted |= {("leads", lead) for lead in await crm.leads_with(tx, kind, ids)}
        if kind is EntityKind.COMPANY:
            wanted |= {("contacts", one) for one in await crm.contacts_with(tx, ids)}
    await asked.ask(tx, wanted, now)
