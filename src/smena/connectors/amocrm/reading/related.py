"""Have those read again who hang on a card that went to the bin.

A card that is merged into another one vanishes, and its links, calls, notes and tasks move
without any news of their own; the log names only the two cards. The deadline of a lead's next
task moves with its tasks, and the lead does not tell either.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from smena.connectors.amocrm.reading.store import fetch_queue
from smena.connectors.amocrm.translation.kinds import PATHS, WITH_NOTES, notes_path
from smena.crm.mirror.queries import cards, comparison
from smena.crm.model.entities import EntityKind, Removed, Task
from smena.kernel.db import Tx

LEADS, CONTACTS = PATHS[EntityKind.LEAD], PATHS[EntityKind.CONTACT]
TASKS = PATHS[EntityKind.TASK]


async def ask_for_related(tx: Tx, removed: Iterable[Removed], now: datetime) -> None:
    """Ask for the leads and contacts linked to these cards, their tasks, the notes of calls."""
    removed, wanted = tuple(removed), set[tuple[str, int]]()
    gone = [item for item in removed if not item.is_restored]
    for kind in WITH_NOTES:
        ids = {item.id for item in gone if item.kind is kind}
        if not ids:
            continue
        notes = await comparison.calls_on(tx, kind, ids)
        wanted |= {(notes_path(kind), note) for note in notes}
        wanted |= {(TASKS, task) for task in await cards.tasks_on(tx, kind, ids)}
        wanted |= {(LEADS, lead) for lead in await cards.leads_with(tx, kind, ids)}
        if kind is EntityKind.COMPANY:
            wanted |= {(CONTACTS, one) for one in await cards.contacts_with(tx, ids)}
    tasks = {item.id for item in removed if item.kind is EntityKind.TASK}
    wanted |= await _leads_of(tx, tasks)
    await fetch_queue.ask(tx, wanted, now)


async def ask_for_leads_of(tx: Tx, tasks: Iterable[Task], now: datetime) -> None:
    """Ask for the leads of tasks that changed."""
    await fetch_queue.ask(tx, await _leads_of(tx, {int(task.id) for task in tasks}), now)


async def _leads_of(tx: Tx, tasks: Collection[int]) -> set[tuple[str, int]]:
    found = await cards.leads_of_tasks(tx, tasks) if tasks else set()
    return {(LEADS, lead) for lead in found}
