"""Facts: what happened in the CRM, in the order we learned it. Features live on them."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

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
    kind: EntityKind
    id: int
    is_restored: bool


class CallEnded(msgspec.Struct, frozen=True, tag=True):
    note: NoteId
    user: UserId


class TaskChanged(msgspec.Struct, frozen=True, tag=True):
    task: TaskId
    by_command: CommandId | None = None


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
    | TaskChanged
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
    seats: list[UserRef]
