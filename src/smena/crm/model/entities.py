"""The words of the mirror: what the CRM holds and what changed.

Past the connector nothing is a dictionary of the outside world: it is one of these.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from smena.crm.model.details import (
    NO_RIGHTS,
    Filled,
    LeadSourceId,
    LossReasonId,
    Rights,
    RoleId,
    Tag,
)

UserId = NewType("UserId", int)
GroupId = NewType("GroupId", int)
LeadId = NewType("LeadId", int)
ContactId = NewType("ContactId", int)
CompanyId = NewType("CompanyId", int)
TaskId = NewType("TaskId", int)
NoteId = NewType("NoteId", int)
PipelineId = NewType("PipelineId", int)
StatusId = NewType("StatusId", int)
EventId = NewType("EventId", str)


WON, LOST = StatusId(142), StatusId(143)
CLOSED = frozenset({WON, LOST})
"""The last stages of every pipeline."""


class EntityKind(StrEnum):
    LEAD = "lead"
    CONTACT = "contact"
    COMPANY = "company"
    TASK = "task"
    CUSTOMER = "customer"


class Source(StrEnum):
    """Where a row came from: an unsigned webhook, or a read of the API (the last word)."""

    WEBHOOK = "hook"
    API = "api"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Stamp(StrEnum):
    """Which end of a call its only known moment is (activity.md R3)."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class User:
    id: UserId
    name: str
    email: str
    group: GroupId
    is_active: bool
    is_admin: bool
    role: RoleId | None = None
    is_free: bool = False
    language: str = ""
    phone: str = ""
    rights: Rights = NO_RIGHTS


@dataclass(frozen=True, slots=True)
class Group:
    id: GroupId
    name: str


@dataclass(frozen=True, slots=True)
class Pipeline:
    id: PipelineId
    name: str
    sort: int
    is_main: bool
    is_archive: bool


@dataclass(frozen=True, slots=True)
class Status:
    """A stage; its key is (pipeline, id): 142 and 143 exist in every pipeline."""

    pipeline: PipelineId
    id: StatusId
    name: str
    sort: int
    color: str
    kind: int


@dataclass(frozen=True, slots=True)
class Lead:
    """`contacts`, `company`, `tags` and `fields` None mean "not said": what is stored stays.

    Company 0 is said: there is none. The first contact is the main one.
    """

    id: LeadId
    name: str
    price: int | None
    responsible: UserId | None
    pipeline: PipelineId
    status: StatusId
    created_by: UserId
    updated_by: UserId
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    is_deleted: bool = False
    contacts: tuple[ContactId, ...] | None = None
    company: CompanyId | None = None
    tags: tuple[Tag, ...] | None = None
    fields: tuple[Filled, ...] | None = None
    loss_reason: LossReasonId | None = None
    came_from: LeadSourceId | None = None
    labour_seconds: int | None = None
    next_task_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    id: ContactId
    name: str
    responsible: UserId | None
    created_at: datetime
    updated_at: datetime
    is_deleted: bool = False
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    company: CompanyId | None = None
    tags: tuple[Tag, ...] | None = None
    fields: tuple[Filled, ...] | None = None


@dataclass(frozen=True, slots=True)
class Company:
    id: CompanyId
    name: str
    responsible: UserId | None
    created_at: datetime
    updated_at: datetime
    is_deleted: bool = False
    tags: tuple[Tag, ...] | None = None
    fields: tuple[Filled, ...] | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """`due_at` of an all-day task is 23:59 of its day; `entity_kind` None means no card."""

    id: TaskId
    text: str
    type_id: int
    responsible: UserId | None
    entity_kind: EntityKind | None
    entity_id: int | None
    due_at: datetime
    duration_seconds: int
    is_completed: bool
    result: str
    created_by: UserId
    created_at: datetime
    updated_at: datetime
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call note. `duration_seconds` None is unknown, not 0; `user` 0 is nobody (R3, R4)."""

    note: NoteId
    entity_kind: EntityKind
    entity_id: int
    direction: Direction
    duration_seconds: int | None
    phone: str
    uniq: str
    user: UserId
    stamp: datetime
    status: int | None
    source: str
    stamp_is: Stamp = Stamp.END


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the CRM's event log; `before` and `after` are its JSON as received.

    `author` 0 is a robot or unknown; `client` is the integration that acted, where told (R1).
    """

    id: EventId
    type: str
    at: datetime
    author: UserId
    entity_kind: str
    entity_id: int
    note: NoteId | None = None
    before: bytes = b"[]"
    after: bytes = b"[]"
    client: str | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """An entity went to the recycle bin (`is_restored`: came back) at `at`."""

    kind: EntityKind
    id: int
    at: datetime
    is_restored: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """Another card was merged into this one; `event` is the line of the log that says so."""

    event: EventId
    kind: EntityKind
    id: int
    at: datetime


class WholeList(StrEnum):
    """Lists that arrive whole: whoever is absent from a whole list is no longer active."""

    USERS = "users"
    GROUPS = "groups"
    PIPELINES = "pipelines"


@dataclass(frozen=True, slots=True)
class Changes:
    """All that one message of the outside world says, in our words."""

    source: Source
    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    statuses: tuple[Status, ...] = ()
    leads: tuple[Lead, ...] = ()
    contacts: tuple[Contact, ...] = ()
    companies: tuple[Company, ...] = ()
    tasks: tuple[Task, ...] = ()
    calls: tuple[Call, ...] = ()
    events: tuple[Event, ...] = ()
    removed: tuple[Removed, ...] = ()
    merged: tuple[Merged, ...] = ()
    complete: frozenset[WholeList] = frozenset()


class Coverage(StrEnum):
    """What the connector reads as a whole up to some moment."""

    PEOPLE = "people"
    LEADS = "leads"
    CONTACTS = "contacts"
    COMPANIES = "companies"
    TASKS = "tasks"
    CALLS = "calls"
    EVENTS = "events"
    REFERENCE_DATA = "reference_data"
    UNSORTED = "unsorted"


CommandId = NewType("CommandId", int)
