"""Which facts follow from a change of the mirror. History never triggers anything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from smena.crm.facts.model import (
    Fact,
    LeadAppeared,
    Removal,
    ResponsibleChanged,
    StageEntered,
    TaskChanged,
)
from smena.crm.mirror.core.merge import Bin, Binned
from smena.crm.model.entities import CommandId, EntityKind, Lead, Task
from smena.crm.outbox.model import Command, CommandKind, Stage

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


def of_lead(before: Lead | None, after: Lead, frame: FactContext) -> list[Fact]:
    """Return what happened to a lead between two states of it."""
    if before is None:
        is_fresh = frame.covers(after.created_at) and not after.is_deleted
        return [_appeared(after)] if is_fresh else []
    facts: list[Fact] = []
    ours = frame.sending.get((CommandKind.LEAD, after.id), ())
    if (before.pipeline, before.status) != (after.pipeline, after.status):
        facts.append(_entered(before, after, _by(ours, stage=Stage(after.pipeline, after.status))))
    if before.responsible != after.responsible:
        facts.append(_handed(before, after, _by(ours, responsible=after.responsible)))
    if before.is_deleted != after.is_deleted:
        facts.append(Removal(kind=EntityKind.LEAD, id=after.id, is_restored=not after.is_deleted))
    return facts


def of_task(before: Task | None, after: Task, frame: FactContext) -> list[Fact]:
    if before is None:
        return [TaskChanged(task=after.id)] if frame.covers(after.created_at) else []
    ours = frame.sending.get((CommandKind.TASK, after.id), ())
    changed = {
        name: getattr(after, name)
        for name in ("responsible", "text", "type_id", "due_at", "is_completed", "result")
        if getattr(after, name) != getattr(before, name)
    }
    return [TaskChanged(task=after.id, by_command=_by(ours, **changed) if changed else None)]


def of_bin(news: Bin, known: Bin, frame: FactContext) -> Iterable[Fact]:
    """Tell who went to the bin or came back; a first "came back" of somebody unknown is no news."""
    nowhere = Binned(frame.active_since, is_deleted=False)
    for key, binned in news.items():
        if binned.is_deleted != known.get(key, nowhere).is_deleted and frame.covers(binned.at):
            kind, number = key
            yield Removal(kind=kind, id=number, is_restored=not binned.is_deleted)


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
