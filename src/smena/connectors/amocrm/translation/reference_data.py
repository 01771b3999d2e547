"""The reference data of the API in our words, and which of them a card names in vain."""

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
from smena.crm.model.reference_data import (
    FieldChoice,
    ReferenceData,
    ReferenceEntry,
    ReferenceKind,
    ReferenceList,
)

NAME_MAX = 500
CODE_MAX = 100
REFERENCE_LISTS: Mapping[str, ReferenceList] = {
    "roles": (ReferenceKind.ROLES, None),
    "leads/loss_reasons": (ReferenceKind.LOSS_REASONS, EntityKind.LEAD),
    "leads/custom_fields": (ReferenceKind.FIELDS, EntityKind.LEAD),
    "contacts/custom_fields": (ReferenceKind.FIELDS, EntityKind.CONTACT),
    "companies/custom_fields": (ReferenceKind.FIELDS, EntityKind.COMPANY),
    "leads/tags": (ReferenceKind.TAGS, EntityKind.LEAD),
    "contacts/tags": (ReferenceKind.TAGS, EntityKind.CONTACT),
    "companies/tags": (ReferenceKind.TAGS, EntityKind.COMPANY),
    "sources": (ReferenceKind.LEAD_SOURCES, EntityKind.LEAD),
}
"""Lists by their paths, in the order of reading."""

TASK_TYPES: ReferenceList = (ReferenceKind.TASK_TYPES, EntityKind.TASK)

Named = tuple[ReferenceList, int]


def entries(path: str, items: Sequence[msgspec.Raw]) -> Rows[ReferenceEntry]:
    """Translate all items of a list."""
    which = REFERENCE_LISTS[path]
    return read_rows(items, EntryJson, lambda json: _entry(json, which))


def task_types(json: TaskTypesOfAccountJson) -> Rows[ReferenceEntry]:
    held = json.embedded if isinstance(json.embedded, TaskTypesJson) else TaskTypesJson()
    items = [msgspec.Raw(msgspec.json.encode(one)) for one in held.task_types or ()]
    return read_rows(items, EntryJson, lambda one: _entry(one, TASK_TYPES))


def reference_data(which: ReferenceList, rows: Rows[ReferenceEntry]) -> ReferenceData:
    """Return a whole list; an empty one, or one with a malformed line, retires nobody."""
    is_whole = bool(rows.good) and not rows.malformed
    return ReferenceData(rows.good, frozenset({which}) if is_whole else frozenset())


def sources_of(leads: Iterable[Lead], names: Mapping[int, str]) -> ReferenceData:
    """Learn the names of sources from leads: the list holds only those of one's own making."""
    listed, owner = REFERENCE_LISTS["sources"]
    numbers = {lead.came_from for lead in leads if lead.came_from}
    return ReferenceData(
        tuple(
            ReferenceEntry(listed, number, names[number], owner)
            for number in numbers
            if number in names
        )
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
    found |= {((ReferenceKind.LOSS_REASONS, EntityKind.LEAD), number) for number in reasons}
    return found | {(TASK_TYPES, task.type_id) for task in changes.tasks if task.type_id}


def _of_card(owner: EntityKind, card: Lead | Contact | Company) -> set[Named]:
    fields = {((ReferenceKind.FIELDS, owner), int(filled.field)) for filled in card.fields or ()}
    return fields | {((ReferenceKind.TAGS, owner), int(tag.id)) for tag in card.tags or ()}


def _entry(json: EntryJson, which: ReferenceList) -> ReferenceEntry:
    listed, owner = which
    return ReferenceEntry(
        of=listed,
        id=identity(json.id),
        name=text(json.name)[:NAME_MAX],
        owner=owner,
        sort=number_or_zero(json.sort),
        code=text(json.code or json.origin_code)[:CODE_MAX],
        color=text(json.color)[:CODE_MAX],
        type=text(json.type)[:CODE_MAX] if listed is ReferenceKind.FIELDS else "",
        choices=tuple(
            FieldChoice(
                ChoiceId(identity(one.id)),
                text(one.value)[:NAME_MAX],
                number_or_zero(one.sort),
                text(one.code)[:CODE_MAX],
            )
            for one in json.enums or ()
        ),
        rights=rights(json.rights) if isinstance(json.rights, RightsJson) else NO_RIGHTS,
    )
