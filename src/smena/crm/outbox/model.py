"""The words of the outbox: what we command of the CRM and what became of it.

A command is one change of one entity, or one creation. It is stored as a tagged document, so its
kinds may grow while old rows stay readable. None in a change means "leave as it is".
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

import msgspec

from smena.crm.model.entities import (
    CommandId,
    CompanyId,
    ContactId,
    EntityKind,
    LeadId,
    PipelineId,
    StatusId,
    TaskId,
    UserId,
)


class Priority(IntEnum):
    """Who goes first to the CRM (distribution.md section 3, rule g)."""

    FRESH = 0
    AGAIN = 1
    BULK = 2


class CommandKind(IntEnum):
    """What one request can carry together, in the order of going.

    Leads of a whole burst first, then tasks, contacts, companies (distribution.md section 3,
    rule a).
    """

    LEAD = 0
    TASK = 1
    CONTACT = 2
    COMPANY = 3
    NEW_TASK = 4
    LEAD_NOTE = 5
    CONTACT_NOTE = 6
    COMPANY_NOTE = 7


NOTES = {
    EntityKind.LEAD: CommandKind.LEAD_NOTE,
    EntityKind.CONTACT: CommandKind.CONTACT_NOTE,
    EntityKind.COMPANY: CommandKind.COMPANY_NOTE,
}
CREATIONS = frozenset({CommandKind.NEW_TASK, *NOTES.values()})


class Stage(msgspec.Struct, frozen=True):
    """A stage is named with its pipeline: 142 and 143 exist in each."""

    pipeline: PipelineId
    status: StatusId


class FieldValue(msgspec.Struct, frozen=True, omit_defaults=True):
    """One value of a custom field; `enum` is its kind (phones) or the choice itself (lists)."""

    value: str | int | float | bool | None = None
    enum: int | None = None


class SetField(msgspec.Struct, frozen=True):
    """All values of one custom field; none of them clears it."""

    field: int
    values: tuple[FieldValue, ...] = ()


class _Card(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    responsible: UserId | None = None
    name: str | None = None
    fields: tuple[SetField, ...] = ()
    add_tags: tuple[str, ...] = ()
    drop_tags: tuple[str, ...] = ()


class ChangeLead(_Card, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    lead: LeadId
    stage: Stage | None = None
    price: int | None = None


class ChangeContact(_Card, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    contact: ContactId


class ChangeCompany(_Card, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    company: CompanyId


class ChangeTask(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """A result is written together with `is_completed`."""

    task: TaskId
    responsible: UserId | None = None
    text: str | None = None
    type_id: int | None = None
    due_at: datetime | None = None
    is_completed: bool | None = None
    result: str | None = None


class CreateTask(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """A new task; without a card it stands alone."""

    text: str
    due_at: datetime
    responsible: UserId | None = None
    card_kind: EntityKind | None = None
    card_id: int = 0
    type_id: int = 1
    duration_seconds: int = 0


class AddNote(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """A note in the feed of a lead, a contact or a company."""

    card_kind: EntityKind
    card_id: int
    text: str


Change = ChangeLead | ChangeContact | ChangeCompany | ChangeTask | CreateTask | AddNote


@dataclass(frozen=True, slots=True)
class NewCommand:
    """A change that somebody asks the CRM for; `cause` is theirs to recognise it by."""

    change: Change
    cause: str
    priority: Priority


class CommandState(StrEnum):
    PLANNED = "planned"
    SENDING = "sending"
    DELIVERED = "delivered"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Command:
    """A write to the CRM that somebody asked for; `cause` says who, e.g. `distribution:17`.

    `before` is who was responsible when it was asked; `created` is what a creation has made.
    """

    id: CommandId
    change: Change
    priority: Priority
    cause: str
    state: CommandState
    attempts: int
    asked_at: datetime
    not_before: datetime
    sent_at: datetime | None = None
    finished_at: datetime | None = None
    before: UserId | None = None
    created: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One place in a request: all that is asked of one entity now, or one creation."""

    change: Change
    commands: tuple[Command, ...]

    @property
    def key(self) -> CommandId:
        """The number by which the CRM's answer names this item."""
        return self.commands[0].id

    @property
    def attempts(self) -> int:
        return max(command.attempts for command in self.commands)


@dataclass(frozen=True, slots=True)
class Delivered:
    """An item that the CRM has confirmed; None is an `updated_at` that it did not tell."""

    item: Item
    updated_at: datetime | None
    created: int | None = None


BATCH_MAX = 250
"""What amoCRM takes in one request; 50 are what it recommends."""


@dataclass(frozen=True, slots=True)
class OutboxSettings:
    """How an account's commands travel. `is_dry`: they are planned and shown, and never sent."""

    is_dry: bool = False
    is_dry_since: datetime | None = None
    batch: int = 50


class AfterDry(StrEnum):
    """What becomes of the commands that wait when sending is switched on again."""

    SEND_RECENT = "send_recent"
    SEND_ALL = "send_all"
    CANCEL_ALL = "cancel_all"


@dataclass(frozen=True, slots=True)
class CommandFilter:
    """Which commands a list shows; `before` is the last one of the page above."""

    states: tuple[CommandState, ...] = ()
    kinds: tuple[CommandKind, ...] = ()
    entity: int | None = None
    has_error: bool = False
    before: CommandId | None = None
    limit: int = field(default=50)


def entity_of(change: Change) -> tuple[CommandKind, int]:
    """Return what a change is about: the kind of its request, and the entity's or card's id."""
    match change:
        case ChangeLead():
            return CommandKind.LEAD, change.lead
        case ChangeContact():
            return CommandKind.CONTACT, change.contact
        case ChangeCompany():
            return CommandKind.COMPANY, change.company
        case ChangeTask():
            return CommandKind.TASK, change.task
        case CreateTask():
            return CommandKind.NEW_TASK, change.card_id
        case AddNote():
            return NOTES[change.card_kind], change.card_id


@dataclass(frozen=True, slots=True)
class CommandCount:
    """How many commands are in one state, and since when the oldest waits."""

    commands: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class PriorityCount:
    """How many commands of one priority are on their way, and since when the oldest waits."""

    priority: Priority
    commands: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Sentinel:
    """A note or a task that is known to be in the CRM, on which card, and when it changed last."""

    id: int
    card_id: int | None
    updated_at: datetime
