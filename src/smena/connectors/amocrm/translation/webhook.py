"""Bodies of webhooks in our words.

A body is unsigned, so what it says of a lead, a contact, a company or a task is absorbed as a
claim (`Source.WEBHOOK`); what it cannot say exactly becomes something to read back: removals and
returns (no moment in the body), calls (no length in the body), and rows that could not be read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from smena.connectors.amocrm.api.core.form import Tree, branch, branches, leaf
from smena.connectors.amocrm.api.core.values import (
    BadValue,
    flag,
    identity,
    local_moment,
    moment,
    number_or_zero,
    text,
    whole,
)
from smena.connectors.amocrm.translation import fields, webhook_dialogue
from smena.connectors.amocrm.translation.cards import responsible
from smena.connectors.amocrm.translation.events import CALL_NOTES
from smena.connectors.amocrm.translation.fields import Types
from smena.connectors.amocrm.translation.webhook_dialogue import ELEMENTS as KINDS_BY_NUMBER
from smena.connectors.amocrm.translation.webhook_dialogue import MessageDraft
from smena.crm.model.conversations import NO_CONVERSATIONS, Conversations, Note
from smena.crm.model.entities import (
    Changes,
    Company,
    CompanyId,
    Contact,
    ContactId,
    EntityKind,
    Lead,
    LeadId,
    NoteId,
    PipelineId,
    Source,
    StatusId,
    Task,
    TaskId,
    UserId,
)
from smena.kernel.ids import AccountId

Card = TypeVar("Card", bound=Lead | Contact | Company | Task)
Row = TypeVar("Row", bound=Lead | Contact | Company | Task | Note)

AHEAD_MAX = timedelta(days=1)
TEXT_AHEAD_MAX = timedelta(minutes=10)
"""A moment that is written as a text in who knows which time zone is believed when it has been."""
NO_TYPES: Mapping[EntityKind, Types] = {}
TOLD = ("add", "update", "status", "responsible")
READ_BACK = ("delete", "restore")
KINDS_BY_ROOT = {
    "leads": EntityKind.LEAD,
    "contacts": EntityKind.CONTACT,
    "companies": EntityKind.COMPANY,
    "task": EntityKind.TASK,
}


@dataclass(frozen=True, slots=True)
class WebhookReading:
    """What a body says: changes to absorb, and what the API must be asked about."""

    changes: Changes
    entities: frozenset[tuple[EntityKind, int]] = frozenset()
    notes: frozenset[tuple[EntityKind, NoteId]] = frozenset()
    malformed: tuple[str, ...] = ()
    conversations: Conversations = NO_CONVERSATIONS
    talks: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Draft:
    zone: ZoneInfo
    said: MessageDraft
    latest: datetime
    soon: datetime
    types: Mapping[EntityKind, Types]
    leads: list[Lead] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    companies: list[Company] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    entities: set[tuple[EntityKind, int]] = field(default_factory=set)
    notes: set[tuple[EntityKind, NoteId]] = field(default_factory=set)
    malformed: list[str] = field(default_factory=list)

    def types_of(self, kind: EntityKind) -> Types:
        return self.types.get(kind, {})

    def believed(self, row: Row) -> Row:
        """Raise BadValue for a claim from the future: no later one could take its place."""
        if row.updated_at > self.latest:
            raise BadValue(f"changed in the future: {row.updated_at:%Y-%m-%d %H:%M}")
        return row

    def is_dated(self, item: Tree, row: Row) -> bool:
        """Tell whether the moment of a change is a Unix second, or a text that can be true."""
        return bool(leaf(item, "updated_at")) or row.updated_at <= self.soon


class ForeignBody(ValueError):  # noqa: N818 -- named after what was received
    """The body names another account than the address it came to."""


def check_account(tree: Tree, account: AccountId, subdomain: str) -> None:
    """Raise ForeignBody for a body of another account; old ones name the subdomain only."""
    named = branch(tree, "account")
    told_id, told_name = leaf(named, "id"), leaf(named, "subdomain")
    if told_id and told_id != str(account):
        raise ForeignBody(f"the body names account {told_id[:40]}")
    if not told_id and told_name.casefold() != subdomain.casefold():
        raise ForeignBody(f"the body names subdomain {told_name[:40]!r}")


def read(
    tree: Tree,
    zone: ZoneInfo,
    received_at: datetime,
    types: Mapping[EntityKind, Types] = NO_TYPES,
) -> WebhookReading:
    """Translate a body; an entity that cannot be read as it stands is asked for instead.

    `types` are those of the custom fields, by kind of card: a body does not name them.
    """
    latest = received_at + AHEAD_MAX
    said = MessageDraft(zone, received_at, latest)
    draft = _Draft(zone, said, latest, received_at + TEXT_AHEAD_MAX, types)
    webhook_dialogue.read(tree, said)
    for root in KINDS_BY_ROOT:
        for action, items in branch(tree, root).items():
            if isinstance(items, dict):
                for item in branches(items):
                    _read_item(draft, root, action, item)
    changes = Changes(
        source=Source.WEBHOOK,
        leads=_latest(draft.leads),
        contacts=_latest(draft.contacts),
        companies=_latest(draft.companies),
        tasks=_latest(draft.tasks),
    )
    entities, notes = frozenset(draft.entities), frozenset(draft.notes)
    malformed = (*draft.malformed, *said.malformed)
    talks = frozenset(said.talks_to_read)
    return WebhookReading(changes, entities, notes, malformed, said.conversations(), talks)


def _read_item(draft: _Draft, root: str, action: str, item: Tree) -> None:
    kind = KINDS_BY_ROOT[root]
    if root == "contacts" and leaf(item, "type") == "company":
        kind = EntityKind.COMPANY
    try:
        if action == "note":
            _note(draft, kind, item)
        elif action in READ_BACK:
            draft.entities.add((kind, identity(leaf(item, "id"))))
        elif action in TOLD:
            _told(draft, kind, item)
    except BadValue as error:
        draft.malformed.append(f"{root}[{action}]: {error}")
        _ask_instead(draft, kind, item)


def _told(draft: _Draft, kind: EntityKind, item: Tree) -> None:
    match kind:
        case EntityKind.LEAD:
            draft.leads.append(draft.believed(_lead(item, draft.types_of(kind))))
        case EntityKind.CONTACT:
            draft.contacts.append(draft.believed(_contact(item, draft.types_of(kind))))
        case EntityKind.COMPANY:
            draft.companies.append(draft.believed(_company(item, draft.types_of(kind))))
        case _:
            task = draft.believed(_task(item, draft.zone))
            if draft.is_dated(item, task):
                draft.tasks.append(task)
            else:
                draft.entities.add((kind, task.id))


def _ask_instead(draft: _Draft, kind: EntityKind, item: Tree) -> None:
    number = leaf(item, "id")
    if number.isascii() and number.isdigit() and 0 < len(number) <= 18:  # noqa: PLR2004 -- a bigint
        draft.entities.add((kind, int(number)))


def _note(draft: _Draft, kind: EntityKind, item: Tree) -> None:
    """Ask for the note of a call, whose body does not tell its length; believe other notes."""
    note = branch(item, "note") or item
    if leaf(note, "note_type") in CALL_NOTES:
        told = KINDS_BY_NUMBER.get(leaf(note, "element_type"), kind)
        draft.notes.add((told, NoteId(identity(leaf(note, "id")))))
        return
    told_note = draft.believed(webhook_dialogue.note(note, draft.zone, kind))
    if draft.is_dated(note, told_note):
        draft.said.notes.append(told_note)
    else:
        draft.notes.add((told_note.entity_kind, told_note.id))


def _lead(item: Tree, types: Types) -> Lead:
    return Lead(
        id=LeadId(identity(leaf(item, "id"))),
        name=text(leaf(item, "name")),
        price=whole(leaf(item, "price")),
        responsible=responsible(leaf(item, "responsible_user_id")),
        pipeline=PipelineId(identity(leaf(item, "pipeline_id"))),
        status=StatusId(identity(leaf(item, "status_id"))),
        created_by=UserId(number_or_zero(leaf(item, "created_user_id"))),
        updated_by=UserId(number_or_zero(leaf(item, "modified_user_id"))),
        created_at=moment(_first(item, "created_at", "date_create")),
        updated_at=moment(_first(item, "updated_at", "last_modified")),
        tags=fields.tags_of_form(item),
        fields=fields.of_form(item, types),
    )


def _contact(item: Tree, types: Types) -> Contact:
    linked = whole(leaf(item, "linked_company_id"))
    return Contact(
        id=ContactId(identity(leaf(item, "id"))),
        name=text(leaf(item, "name")),
        responsible=responsible(leaf(item, "responsible_user_id")),
        created_at=moment(_first(item, "created_at", "date_create")),
        updated_at=moment(_first(item, "updated_at", "last_modified")),
        phones=_field(item, "PHONE"),
        emails=_field(item, "EMAIL"),
        company=CompanyId(linked) if linked and linked > 0 else None,
        tags=fields.tags_of_form(item),
        fields=fields.of_form(item, types),
    )


def _company(item: Tree, types: Types) -> Company:
    return Company(
        id=CompanyId(identity(leaf(item, "id"))),
        name=text(leaf(item, "name")),
        responsible=responsible(leaf(item, "responsible_user_id")),
        created_at=moment(_first(item, "created_at", "date_create")),
        updated_at=moment(_first(item, "updated_at", "last_modified")),
        tags=fields.tags_of_form(item),
        fields=fields.of_form(item, types),
    )


def _task(item: Tree, zone: ZoneInfo) -> Task:
    kind = KINDS_BY_NUMBER.get(leaf(item, "element_type"))
    return Task(
        id=TaskId(identity(leaf(item, "id"))),
        text=text(leaf(item, "text")),
        type_id=number_or_zero(_first(item, "task_type_id", "task_type")),
        responsible=responsible(leaf(item, "responsible_user_id")),
        entity_kind=kind,
        entity_id=(whole(leaf(item, "element_id")) or None) if kind else None,
        due_at=local_moment(_first(item, "complete_before", "complete_till"), zone),
        duration_seconds=0,
        is_completed=flag(leaf(item, "status")),
        result=text(leaf(branch(item, "result"), "text")),
        created_by=UserId(number_or_zero(leaf(item, "created_user_id"))),
        created_at=local_moment(_first(item, "created_at", "date_create"), zone),
        updated_at=local_moment(_first(item, "updated_at", "last_modified"), zone),
    )


def _field(item: Tree, code: str) -> tuple[str, ...]:
    """Return the values of a predefined field; a value is a branch, or a bare text for dates."""
    found: list[str] = []
    for one in branches(branch(item, "custom_fields")):
        if leaf(one, "code") == code:
            for value in branch(one, "values").values():
                told = value if isinstance(value, str) else leaf(value, "value")
                if told:
                    found.append(text(told))
    return tuple(found)


def _first(item: Tree, *keys: str) -> str:
    """Return the first text that is not empty: new bodies and old ones differ in names."""
    return next((told for key in keys if (told := leaf(item, key))), "")


def _latest(rows: Iterable[Card]) -> tuple[Card, ...]:
    """Keep the latest claim of each entity: one change comes as update, status, responsible."""
    kept: dict[int, Card] = {}
    for row in rows:
        there = kept.get(row.id)
        if there is None or there.updated_at <= row.updated_at:
            kept[row.id] = row
    return tuple(kept.values())
