"""The state of one batch of facts while it is decided: queues, people, earlier attempts.

In memory only. `actions` loads it once and saves the changed queues once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from smena.accounts.model import Switch
from smena.crm.facts.model import UserRef
from smena.crm.model.entities import LeadId, PipelineId, User
from smena.crm.outbox.model import ChangeLead, NewCommand, Priority
from smena.distribution.core.decide import Availability, decide
from smena.distribution.core.ledger import enrol
from smena.distribution.core.members import members, owner_of
from smena.distribution.model import Assigned, Decided, ResultKey, TemplateId
from smena.distribution.store.results import DecisionAttempts
from smena.distribution.store.templates import QueueState, with_ledger

CAUSE = "distribution"
NO_ATTEMPTS = DecisionAttempts(0, ())
WORKING = Switch()


@dataclass(slots=True)
class _Slot:
    queue: QueueState
    is_changed: bool = False


class Batch:
    """The state of one batch. Members follow the CRM's groups as they are now (DIS-2)."""

    def __init__(
        self,
        queues: Iterable[QueueState],
        users: Iterable[User | UserRef],
        attempts: Mapping[tuple[LeadId, TemplateId], DecisionAttempts],
        switch: Switch = WORKING,
    ) -> None:
        people = tuple(users)
        self._active = frozenset(user.id for user in people if user.is_active)
        self._attempts = dict(attempts)
        self._switch = switch
        self.decided: list[Decided] = []
        self.commands: dict[LeadId, NewCommand] = {}
        self._slots = {queue.template.id: _Slot(_enrolled(queue, people)) for queue in queues}

    @property
    def is_on(self) -> bool:
        """Tell whether leads are given to anybody at all in this account."""
        return self._switch.is_on

    def claim(self, lead: LeadId, pipeline: PipelineId, created_at: datetime) -> TemplateId | None:
        """Return the template that shares out this new lead, if one does and has not yet.

        A lead that came while distribution was switched off stays where it is, also afterwards:
        hundreds of them given out at once would do more harm than good.
        """
        if not begins_now(self._switch, created_at):
            return None
        owner = owner_of(pipeline, [slot.queue.template for slot in self._slots.values()])
        if owner is None or owner.active_since is None or created_at < owner.active_since:
            return None
        return None if (lead, owner.id) in self._attempts else owner.id

    def queue(self, template: TemplateId) -> QueueState:
        return self._slots[template].queue

    def availability(self, queue: QueueState) -> Availability:
        return Availability(self._active, queue.refused)

    def before(self, lead: LeadId, template: TemplateId) -> DecisionAttempts:
        return self._attempts.get((lead, template), NO_ATTEMPTS)

    def put(self, queue: QueueState) -> None:
        self._slots[queue.template.id] = _Slot(queue, is_changed=True)

    def decide(self, lead: LeadId, template: TemplateId, priority: Priority) -> None:
        """Decide about a lead and put the decision, and the command if any, on the pile."""
        queue, before = self.queue(template), self.before(lead, template)
        decision, ledger = decide(queue.ledger, self.availability(queue), before.tried)
        self.put(with_ledger(queue, ledger))
        attempt = before.last + 1
        self.decided.append(Decided(queue.template, lead, attempt, decision))
        tried = before.tried
        if isinstance(decision, Assigned):
            tried = (*before.tried, decision.user)
            cause = cause_of(ResultKey(template, lead, attempt))
            self.commands[lead] = NewCommand(
                ChangeLead(lead=lead, responsible=decision.user), cause, priority
            )
        self._attempts[lead, template] = DecisionAttempts(attempt, tried)

    def remember(self, attempts: Mapping[tuple[LeadId, TemplateId], DecisionAttempts]) -> None:
        self._attempts.update(attempts)

    def changed_queues(self) -> list[QueueState]:
        return [slot.queue for slot in self._slots.values() if slot.is_changed]


def cause_of(key: ResultKey) -> str:
    """Write a result's key into the cause of its command, to recognise what becomes of it."""
    return f"{CAUSE}:{key.template}:{key.lead}:{key.attempt}"


def key_of(cause: str) -> ResultKey | None:
    """Read the key back; None when the command is somebody else's."""
    whose, *numbers = cause.split(":")
    if whose != CAUSE or len(numbers) != 3:  # noqa: PLR2004 -- the parts of a key
        return None
    template, lead, attempt = map(int, numbers)
    return ResultKey(TemplateId(template), LeadId(lead), attempt)


def begins_now(switch: Switch, created_at: datetime) -> bool:
    """Tell whether a lead came while distribution works. The CRM stamps whole seconds."""
    if not switch.is_on:
        return False
    return switch.since is None or created_at >= switch.since.replace(microsecond=0)


def _enrolled(queue: QueueState, people: Iterable[User | UserRef]) -> QueueState:
    return replace(queue, ledger=enrol(queue.ledger, members(queue.template, people)))
