"""The short lists of the API in our words, and which of them a card names in vain."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from smena.connectors.amocrm.api.core.payload import RightsJson, Rows, read_rows
from smena.connectors.amocrm.api.core.reference_payload import (
    EntryJson,
    TaskTypesJson,
    TaskTypesOfAccountJson,
)
from smena.connectors.amocrm.api.core.values import identity, number_or_zero, text
from smena.connectors.amocrm.translation.people import rights
from smena.crm.model.details import NO_RIGHTS, ChoiceId
from smena.crm.model.entities import Changes, Company, Contact, EntityKind, Lead
from smena.crm.model.reference_data import Book, Choice, Directory, Entry, Listed

NAME_MAX = 500
CODE_MAX = 100
BOOKS: Mapping[str, Book] = {
    "roles": (Listed.ROLES, None),
    "leads/loss_reasons": (Listed.LOSS_REASONS, EntityKind.LEAD),
    "leads/custom_fields": (Listed.FIELDS, EntityKind.LEAD),
    "contacts/custom_fields": (Listed.FIELDS, EntityKind.CONTACT),
    "companies/custom_fields": (Listed.FIELDS, EntityKind.COMPANY),
    "leads/tags": (Listed.TAGS, EntityKind.LEAD),
    "contacts/tags": (Listed.TAGS, EntityKind.CONTACT),
    "companies/tags": (Listed.TAGS, EntityKind.COMPANY),
    "sources": (Listed.LEAD_SOURCES, EntityKind.LEAD),
}
"""Lists by their paths, in the order of reading."""

TASK_TYPES: Book = (Listed.TASK_TYPES, EntityKind.TASK)

Named = tuple[Book, int]


def entries(path: str, items: Sequence[msgspec.Raw]) -> Rows[Entry]:
    """Translate all items of a list."""
    book = BOOKS[path]
    return read_rows(items, EntryJson, lambda json: _entry(json, book))


def task_types(json: TaskTypesOfAccountJson) -> Rows[Entry]:
    held = json.embedded if isinstance(json.embedded, TaskTypesJson) else TaskTypesJson()
    items = [msgspec.Raw(msgspec.json.encode(one)) for one in held.task_types or ()]
    return read_rows(items, EntryJson, lambda one: _entry(one, TASK_TYPES))


def directory(book: Book, rows: Rows[Entry]) -> Directory:
    """Return a whole list; an empty one, or one with a spoiled line, retires nobody."""
    is_whole = bool(rows.good) and not rows.spoiled
    return Directory(rows.good, frozenset({book}) if is_whole else frozenset())


def sources_of(leads: Iterable[Lead], names: Mapping[int, str]) -> Directory:
    """Learn the names of sources from leads: the list holds only those of one's own making."""
    listed, owner = BOOKS["sources"]
    told = {lead.came_from for lead in leads if lead.came_from}
    return Directory(
        tuple(Entry(listed, number, names[number], owner) for number in told if number in names)
    )


def named(changes: Changes) -> set[Named]:
    """Return the numbers that cards name and lists should know."""
    found: set[Named] = set()
    for owner, cards in (
        (EntityKind.LEAD, changes.leads),
        (EntityKind.CONTACT, changes.contacts),
        (EntityKind.COMPANY, changes.companies),
    ):
        for card in cards:
            found |= _of_card(owner, card)
    reasons = {lead.loss_reason for lead in changes.leads if lead.loss_reason}
    found |= {((Listed.LOSS_REASONS, EntityKind.LEAD), number) for number in reasons}
    return found | {(TASK_TYPES, task.type_id) for task in changes.tasks if task.type_id}


def _of_card(owner: EntityKind, card: Lead | Contact | Company) -> set[Named]:
    fields = {((Listed.FIELDS, owner), int(filled.field)) for filled in card.fields or ()}
    return fields | {((Listed.TAGS, owner), int(tag.id)) for tag in card.tags or ()}


def _entry(json: EntryJson, book: Book) -> Entry:
    listed, owner = book
    return Entry(
        of=listed,
        id=identity(json.id),
        name=text(json.name)[:NAME_MAX],
        owner=owner,
        sort=number_or_zero(json.sort),
        code=text(json.code or json.origin_code)[:CODE_MAX],
        color=text(json.color)[:CODE_MAX],
        type=text(json.type)[:CODE_MAX] if listed is Listed.FIELDS else "",
        choices=tuple(
            Choice(
                ChoiceId(identity(one.id)),
                text(one.value)[:NAME_MAX],
                number_or_zero(one.sort),
                text(one.code)[:CODE_MAX],
            )
            for one in json.enums or ()
        ),
        rights=rights(json.rights) if isinstance(json.rights, RightsJson) else NO_RIGHTS,
    )
