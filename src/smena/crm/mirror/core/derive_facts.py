"""Which facts follow from a change of the mirror. History never triggers anything."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from smena.crm.facts.model import (
    CardMerged,
    Fact,
    LeadAppeared,
    LeadClosed,
    MessageSent,
    NoteAdded,
    Removal,
    ResponsibleChanged,
    StageEntered,
    TaskChanged,
    TaskCompleted,
    TaskCreated,
    TaskDueMoved,
    UserDeactivated,
    UserMoved,
)
from smena.crm.mirror.core.merge import Bin, Binned
from smena.crm.model.conversations import Message, MessageId, MessageWay, Note
from smena.crm.model.entities import (
    CLOSED,
    WON,
    CommandId,
    EntityKind,
    EventId,
    Lead,
    Merged,
    Task,
    User,
    UserId,
)
from smena.crm.outbox.model import Command, CommandKind, Stage

CALL_NOTES = frozenset({"call_in", "call_out", "10", "11"})
"""Notes that tell of a call."""

Sending = Mapping[tuple[CommandKind, int], Sequence[Command]]
"""Our own writes under way, by entity: their echo is not somebody's decision."""


@dataclass(frozen=True, slots=True)
class FactContext:
    """What facts depend on beside the entities themselves."""

    active_since: datetime
    sending: Sending

    def covers(self, at: datetime) -> bool:
        """Tell whether it is not history; the CRM stamps seconds, so that of connecting counts."""
        return at >= self.active_since.replace(microsecond=0)


def of_lead(before: Lead | None, after: Lead, context: FactContext) -> list[Fact]:
    """Return what happened to a lead between two states of it."""
    if before is None:
        is_fresh = context.covers(after.created_at) and not after.is_deleted
        return [_appeared(after)] if is_fresh else []
    facts: list[Fact] = []
    ours = context.sending.get((CommandKind.LEAD, after.id), ())
    if (before.pipeline, before.status) != (after.pipeline, after.status):
        by = _by(ours, stage=Stage(after.pipeline, after.status))
        facts.append(_entered(before, after, by))
        if after.status in CLOSED and before.status not in CLOSED:
            facts.append(LeadClosed(lead=after.id, is_won=after.status == WON, by_command=by))
    if before.responsible != after.responsible:
        facts.append(_handed(before, after, _by(ours, responsible=after.responsible)))
    if before.is_deleted != after.is_deleted:
        facts.append(Removal(kind=EntityKind.LEAD, id=after.id, is_restored=not after.is_deleted))
    return facts


def of_task(before: Task | None, after: Task, context: FactContext) -> list[Fact]:
    """Return what happened to a task: created, completed, moved in time, changed otherwise."""
    if before is None:
        is_fresh = context.covers(after.created_at) and not after.is_deleted
        return [_created(after)] if is_fresh else []
    ours = context.sending.get((CommandKind.TASK, after.id), ())
    changed = {
        name: getattr(after, name)
        for name in ("responsible", "text", "type_id", "due_at", "is_completed", "result")
        if getattr(after, name) != getattr(before, name)
    }
    by = _by(ours, **changed) if changed else None
    facts: list[Fact] = []
    if after.is_completed and not before.is_completed:
        facts.append(TaskCompleted(task=after.id, by_command=by))
    if after.due_at != before.due_at:
        moved = TaskDueMoved(task=after.id, before=before.due_at, after=after.due_at, by_command=by)
        facts.append(moved)
    told = {"due_at", "is_completed", "result"} if after.is_completed else {"due_at"}
    if changed.keys() - told:
        facts.append(TaskChanged(task=after.id, by_command=by))
    return facts


def of_notes(new: Iterable[Note], context: FactContext) -> list[Fact]:
    """Tell of notes that people have written; a note of a call is told by the call."""
    return [
        NoteAdded(
            note=note.id,
            author=note.author,
            entity_kind=note.entity_kind,
            entity_id=note.entity_id,
        )
        for note in new
        if note.author > 0 and note.type not in CALL_NOTES and context.covers(note.created_at)
    ]


def of_messages(
    before: Mapping[MessageId, Message], after: Iterable[Message], context: FactContext
) -> list[Fact]:
    """Tell of messages that people have sent, each once: as soon as its author is known."""
    nobody = UserId(0)
    return [
        MessageSent(
            message=message.id,
            author=message.author,
            at=message.at,
            is_direct=message.way is MessageWay.DIRECT,
        )
        for message in after
        if message.way is not MessageWay.IN and message.author > 0 and context.covers(message.at)
        if (before[message.id].author if message.id in before else nobody) == nobody
    ]


def of_people(before: Mapping[UserId, User], after: Iterable[User]) -> list[Fact]:
    """Tell who left and who works in another group; who is seen for the first time is no news."""
    facts: list[Fact] = []
    for user in after:
        known = before.get(user.id)
        if known is None:
            continue
        if known.is_active and not user.is_active:
            facts.append(UserDeactivated(user=user.id))
        if known.group != user.group:
            facts.append(UserMoved(user=user.id, before=known.group, after=user.group))
    return facts


def of_merges(
    merged: Iterable[Merged], new: Collection[EventId], context: FactContext
) -> list[Fact]:
    """Tell of cards that others were merged into, by the events that are new."""
    return [
        CardMerged(kind=one.kind, id=one.id)
        for one in merged
        if one.event in new and context.covers(one.at)
    ]


def of_bin(news: Bin, known: Bin, context: FactContext) -> Iterable[Fact]:
    """Tell who went to the bin or came back; a first "came back" of somebody unknown is no news."""
    nowhere = Binned(context.active_since, is_deleted=False)
    for key, binned in news.items():
        if binned.is_deleted != known.get(key, nowhere).is_deleted and context.covers(binned.at):
            kind, number = key
            yield Removal(kind=kind, id=number, is_restored=not binned.is_deleted)


def _created(task: Task) -> TaskCreated:
    return TaskCreated(
        task=task.id,
        responsible=task.responsible,
        created_by=task.created_by,
        due_at=task.due_at,
    )


def _appeared(lead: Lead) -> LeadAppeared:
    return LeadAppeared(
        lead=lead.id,
        pipeline=lead.pipeline,
        status=lead.status,
        responsible=lead.responsible,
        created_by=lead.created_by,
        created_at=lead.created_at,
    )


def _by(ours: Sequence[Command], **values: object) -> CommandId | None:
    """Return the latest of our commands that explains the news.

    Each value is said by one of them.
    """
    said: dict[str, CommandId] = {}
    for command in ours:
        for name, value in values.items():
            if value is not None and getattr(command.change, name, None) == value:
                said[name] = command.id
    return max(said.values()) if said.keys() == values.keys() else None


def _entered(before: Lead, after: Lead, by: CommandId | None) -> StageEntered:
    return StageEntered(
        lead=after.id,
        pipeline=after.pipeline,
        status=after.status,
        was_pipeline=before.pipeline,
        was_status=before.status,
        by_command=by,
    )


def _handed(before: Lead, after: Lead, by: CommandId | None) -> ResponsibleChanged:
    return ResponsibleChanged(
        lead=after.id, before=before.responsible, after=after.responsible, by_command=by
    )
