"""The kinds of cards: how amoCRM names each, what the mirror calls it, what changes it.

A new kind of card is a line here, its translation (`page.py`), and a line of the mirror's table.
"""

from dataclasses import dataclass

from smena.connectors.amocrm.api.core.values import BadValue
from smena.crm.mirror.model import ComparedKind
from smena.crm.model.entities import Coverage, EntityKind
from smena.crm.outbox.model import CommandKind


@dataclass(frozen=True, slots=True)
class NotesNames:
    """The notes of a kind of card, which stand in a list of their own."""

    kind: EntityKind
    path: str
    rows: ComparedKind
    add: CommandKind


@dataclass(frozen=True, slots=True)
class KindNames:
    """A kind of card that the mirror holds."""

    kind: EntityKind
    path: str
    """Its list in the API, and its name in the plural everywhere there."""
    webhook_root: str
    rows: ComparedKind
    coverage: Coverage
    change: CommandKind
    notes: NotesNames | None = None


KINDS = (
    KindNames(
        EntityKind.LEAD,
        "leads",
        "leads",
        ComparedKind.LEAD,
        Coverage.LEADS,
        CommandKind.LEAD,
        NotesNames(EntityKind.LEAD, "leads/notes", ComparedKind.LEAD_NOTE, CommandKind.LEAD_NOTE),
    ),
    KindNames(
        EntityKind.CONTACT,
        "contacts",
        "contacts",
        ComparedKind.CONTACT,
        Coverage.CONTACTS,
        CommandKind.CONTACT,
        NotesNames(
            EntityKind.CONTACT,
            "contacts/notes",
            ComparedKind.CONTACT_NOTE,
            CommandKind.CONTACT_NOTE,
        ),
    ),
    KindNames(
        EntityKind.COMPANY,
        "companies",
        "companies",
        ComparedKind.COMPANY,
        Coverage.COMPANIES,
        CommandKind.COMPANY,
        NotesNames(
            EntityKind.COMPANY,
            "companies/notes",
            ComparedKind.COMPANY_NOTE,
            CommandKind.COMPANY_NOTE,
        ),
    ),
    KindNames(
        EntityKind.TASK, "tasks", "task", ComparedKind.TASK, Coverage.TASKS, CommandKind.TASK
    ),
)
NOTES = tuple(one.notes for one in KINDS if one.notes)
MIRRORED = frozenset(one.kind for one in KINDS)
WITH_NOTES = tuple(notes.kind for notes in NOTES)
"""Leads, contacts and companies: what has links, calls and notes, and can be merged."""

PATHS = {one.kind: one.path for one in KINDS} | {EntityKind.CUSTOMER: "customers"}
KINDS_BY_PATH = {path: kind for kind, path in PATHS.items()}
KINDS_BY_NUMBER = {
    "1": EntityKind.CONTACT,
    "2": EntityKind.LEAD,
    "3": EntityKind.COMPANY,
    "12": EntityKind.CUSTOMER,
}
"""What `element_type` of a webhook means."""


def notes_path(kind: EntityKind) -> str:
    """Return the list of the notes on cards of a kind."""
    return f"{PATHS[kind]}/notes"


def kind_of(path: str) -> EntityKind:
    """Return the kind whose cards, or notes on them, a list holds."""
    name = path.partition("/")[0]
    try:
        return KINDS_BY_PATH[name]
    except KeyError:
        raise BadValue(f"not an entity: {name[:40]!r}") from None
