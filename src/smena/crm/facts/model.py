"""Facts: what happened in the CRM, in the order we learned it. Features live on them."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

from smena.crm.model.conversations import MessageId
from smena.crm.model.entities import (
    CommandId,
    EntityKind,
    GroupId,
    LeadId,
    NoteId,
    PipelineId,
    StatusId,
    TaskId,
    UserId,
)


class LeadAppeared(msgspec.Struct, frozen=True, tag=True):
    """A lead created since the account was connected was seen for the first time."""

    lead: LeadId
    pipeline: PipelineId
    status: StatusId
    responsible: UserId | None
    created_by: UserId
    created_at: datetime


class StageEntered(msgspec.Struct, frozen=True, tag=True):
    lead: LeadId
    pipeline: PipelineId
    status: StatusId
    was_pipeline: PipelineId
    was_status: StatusId
    by_command: CommandId | None = None


class ResponsibleChanged(msgspec.Struct, frozen=True, tag=True):
    """`by_command` names our own write when the change is its echo."""

    lead: LeadId
    before: UserId | None
    after: UserId | None
    by_command: CommandId | None = None


class Removal(msgspec.Struct, frozen=True, tag=True):
    """A card or a task was deleted, or came back."""

    kind: EntityKind
    id: int
    is_restored: bool


class CallEnded(msgspec.Struct, frozen=True, tag=True):
    note: NoteId
    user: UserId


class LeadClosed(msgspec.Struct, frozen=True, tag=True):
    """A lead came to one of the two last stages; it follows its StageEntered."""

    lead: LeadId
    is_won: bool
    by_command: CommandId | None = None


class CardMerged(msgspec.Struct, frozen=True, tag=True):
    """Another card was merged into this one and is no more."""

    kind: EntityKind
    id: int


class TaskCreated(msgspec.Struct, frozen=True, tag=True):
    """A task created since the account was connected was seen for the first time."""

    task: TaskId
    responsible: UserId | None
    created_by: UserId
    due_at: datetime


class TaskChanged(msgspec.Struct, frozen=True, tag=True):
    """Its text, type, responsible or result changed, or it was opened again."""

    task: TaskId
    by_command: CommandId | None = None


class TaskDueMoved(msgspec.Struct, frozen=True, tag=True):
    task: TaskId
    before: datetime
    after: datetime
    by_command: CommandId | None = None


class TaskCompleted(msgspec.Struct, frozen=True, tag=True):
    task: TaskId
    by_command: CommandId | None = None


class NoteAdded(msgspec.Struct, frozen=True, tag=True):
    """A person wrote a note; calls are told by CallEnded."""

    note: NoteId
    author: UserId
    entity_kind: EntityKind
    entity_id: int


class MessageSent(msgspec.Struct, frozen=True, tag=True):
    """A person wrote in a chat, to a customer or to a colleague."""

    message: MessageId
    author: UserId
    at: datetime
    is_direct: bool = False


class UserDeactivated(msgspec.Struct, frozen=True, tag=True):
    """A person may no longer sign in to the CRM."""

    user: UserId


class UserMoved(msgspec.Struct, frozen=True, tag=True):
    """A person works in another group now."""

    user: UserId
    before: GroupId
    after: GroupId


class CommandDelivered(msgspec.Struct, frozen=True, tag=True):
    """`created` is the number of what a creation has made."""

    command: CommandId
    cause: str
    created: int | None = None


class CommandRefused(msgspec.Struct, frozen=True, tag=True):
    command: CommandId
    cause: str
    reason: str


class CommandSuperseded(msgspec.Struct, frozen=True, tag=True):
    """A later command for the same field of the same entity took this one's place."""

    command: CommandId
    cause: str


class CommandCancelled(msgspec.Struct, frozen=True, tag=True):
    """An administrator took a command back before it was sent."""

    command: CommandId
    cause: str


Fact = (
    LeadAppeared
    | StageEntered
    | ResponsibleChanged
    | Removal
    | CallEnded
    | LeadClosed
    | CardMerged
    | TaskCreated
    | TaskChanged
    | TaskDueMoved
    | TaskCompleted
    | NoteAdded
    | MessageSent
    | UserDeactivated
    | UserMoved
    | CommandDelivered
    | CommandRefused
    | CommandSuperseded
    | CommandCancelled
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact with its number in the account's log and the moment it was written."""

    id: int
    at: datetime
    fact: Fact


class UserRef(NamedTuple):
    """A user of the CRM without the words: in which group, and whether they may sign in."""

    id: UserId
    group: GroupId
    is_active: bool


class DecisionInput(NamedTuple):
    """The next facts of the log, in order, and everybody ever seen, in no order."""

    facts: list[Recorded]
    users: list[UserRef]
