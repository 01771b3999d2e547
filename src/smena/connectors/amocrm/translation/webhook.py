"""Bodies of webhooks in our words.

A body is unsigned, so what it says of a lead, a contact, a company or a task is taken as a
claim (`Source.WEBHOOK`); what it cannot say exactly becomes something to read back: removals and
returns (no moment in the body), calls (no length in the body), and rows that could not be read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from smena.connectors.amocrm.api.core.form import Tree, branch, branches, leaf
from smena.connectors.amocrm.api.core.values import (
    BadValue,
    identity,
)
from smena.connectors.amocrm.translation import cards, webhook_dialogue, webhook_json
from smena.connectors.amocrm.translation.events import CALL_NOTES
from smena.connectors.amocrm.translation.kinds import KINDS, KINDS_BY_NUMBER
from smena.connectors.amocrm.translation.webhook_dialogue import MessageDraft
from smena.connectors.amocrm.translation.webhook_json import Types
from smena.crm.model.conversations import NO_CONVERSATIONS, Conversations, Note
from smena.crm.model.entities import (
    Changes,
    Company,
    Contact,
    EntityKind,
    Lead,
    NoteId,
    Source,
    Task,
)
from smena.kernel.ids import AccountId

Claim = TypeVar("Claim", Lead, Contact, Company)
Card = TypeVar("Card", bound=Lead | Contact | Company | Task)
Row = TypeVar("Row", bound=Lead | Contact | Company | Task | Note)

AHEAD_MAX = timedelta(days=1)
TEXT_AHEAD_MAX = timedelta(minutes=10)
"""A moment that is written as a text in who knows which time zone is believed when it has been."""
NO_TYPES: Mapping[EntityKind, Types] = {}
CLAIMS = ("add", "update", "status", "responsible")
READ_BACK = ("delete", "restore")
KINDS_BY_ROOT = {one.webhook_root: one.kind for one in KINDS}


@dataclass(frozen=True, slots=True)
class WebhookReading:
    """What a body says: changes to take in, and what the API must be asked about."""

    changes: Changes
    entities: frozenset[tuple[EntityKind, int]] = frozenset()
    notes: frozenset[tuple[EntityKind, NoteId]] = frozenset()
    malformed: tuple[str, ...] = ()
    conversations: Conversations = NO_CONVERSATIONS
    talks: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Draft:
    zone: ZoneInfo
    messages: MessageDraft
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
    number, name = leaf(named, "id"), leaf(named, "subdomain")
    if number and number != str(account):
        raise ForeignBody(f"the body names account {number[:40]}")
    if not number and name.casefold() != subdomain.casefold():
        raise ForeignBody(f"the body names subdomain {name[:40]!r}")


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
    messages = MessageDraft(zone, received_at, latest)
    draft = _Draft(zone, messages, latest, received_at + TEXT_AHEAD_MAX, types)
    webhook_dialogue.read(tree, messages)
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
    malformed = (*draft.malformed, *messages.malformed)
    talks = frozenset(messages.talks_to_read)
    return WebhookReading(changes, entities, notes, malformed, messages.conversations(), talks)


def _read_item(draft: _Draft, root: str, action: str, item: Tree) -> None:
    kind = KINDS_BY_ROOT[root]
    if root == "contacts" and leaf(item, "type") == "company":
        kind = EntityKind.COMPANY
    try:
        if action == "note":
            _note(draft, kind, item)
        elif action in READ_BACK:
            draft.entities.add((kind, identity(leaf(item, "id"))))
        elif action in CLAIMS:
            _claimed(draft, kind, item)
    except BadValue as error:
        draft.malformed.append(f"{root}[{action}]: {error}")
        _ask_instead(draft, kind, item)


def _claimed(draft: _Draft, kind: EntityKind, item: Tree) -> None:
    types = draft.types_of(kind)
    match kind:
        case EntityKind.LEAD:
            lead = _claim(cards.lead(webhook_json.lead(item, types)))
            draft.leads.append(draft.believed(lead))
        case EntityKind.CONTACT:
            contact = _claim(cards.contact(webhook_json.contact(item, types)))
            draft.contacts.append(draft.believed(contact))
        case EntityKind.COMPANY:
            company = _claim(cards.company(webhook_json.company(item, types)))
            draft.companies.append(draft.believed(company))
        case _:
            task = draft.believed(cards.task(webhook_json.task(item, draft.zone)))
            if draft.is_dated(item, task):
                draft.tasks.append(task)
            else:
                draft.entities.add((kind, task.id))


def _claim(row: Claim) -> Claim:
    """Say nothing of tags and fields where the body names none: there may be some."""
    return replace(row, tags=row.tags or None, fields=row.fields or None)


def _ask_instead(draft: _Draft, kind: EntityKind, item: Tree) -> None:
    number = leaf(item, "id")
    if number.isascii() and number.isdigit() and 0 < len(number) <= 18:  # noqa: PLR2004 -- a bigint
        draft.entities.add((kind, int(number)))


def _note(draft: _Draft, kind: EntityKind, item: Tree) -> None:
    """Ask for the note of a call, whose body does not tell its length; believe other notes."""
    note = branch(item, "note") or item
    if leaf(note, "note_type") in CALL_NOTES:
        owner = KINDS_BY_NUMBER.get(leaf(note, "element_type"), kind)
        draft.notes.add((owner, NoteId(identity(leaf(note, "id")))))
        return
    claim = draft.believed(webhook_dialogue.note(note, draft.zone, kind))
    if draft.is_dated(note, claim):
        draft.messages.notes.append(claim)
    else:
        draft.notes.add((claim.entity_kind, claim.id))


def _latest(rows: Iterable[Card]) -> tuple[Card, ...]:
    """Keep the latest claim of each entity: one change comes as update, status, responsible."""
    kept: dict[int, Card] = {}
    for row in rows:
        earlier = kept.get(row.id)
        if earlier is None or earlier.updated_at <= row.updated_at:
            kept[row.id] = row
    return tuple(kept.values())
