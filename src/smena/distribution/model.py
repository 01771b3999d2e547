"""The vocabulary of distribution: templates, steps of a decision, results.

The step log of the results page is what `core.decide.decide` returned, stored as it was
(data.md D2): nothing here is ever written for a log's sake.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from smena.crm.model.entities import GroupId, LeadId, PipelineId, UserId
from smena.distribution.core.ledger import LedgerEntry

TemplateId = NewType("TemplateId", int)
ResultId = NewType("ResultId", int)


@dataclass(frozen=True, slots=True)
class Template:
    """A rule of who shares the new leads of one pipeline in strict turn (DIS-1, DIS-2, DIS-3)."""

    id: TemplateId
    name: str
    pipeline: PipelineId
    users: tuple[UserId, ...] = ()
    groups: tuple[GroupId, ...] = ()
    is_enabled: bool = True
    active_since: datetime | None = None
    version: int = 1


class RuleStep(StrEnum):
    """What a step of a decision looked at."""

    MEMBERS = "members"
    ACTIVE = "active"
    ACCEPTED = "accepted"
    NOT_TRIED = "not_tried"
    QUEUE = "queue"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Step:
    """One rule, who passed it and who did not, in the order of the template's list."""

    rule: RuleStep
    kept: tuple[UserId, ...]
    dropped: tuple[UserId, ...] = ()


@dataclass(frozen=True, slots=True)
class Assigned:
    """The lead goes to `user`; `seq` is the turn, `entries` the ledger's vector."""

    user: UserId
    seq: int
    steps: tuple[Step, ...]
    entries: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True)
class Nobody:
    """No member could receive the lead."""

    steps: tuple[Step, ...]


Decision = Assigned | Nobody


@dataclass(frozen=True, slots=True)
class ResultKey:
    """What makes a decision about a lead the only one of its kind; travels as a command's cause."""

    template: TemplateId
    lead: LeadId
    attempt: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that waits to be stored; `attempt` counts from 1."""

    template: Template
    lead: LeadId
    attempt: int
    decision: Decision


class State(StrEnum):
    """What became of a result. Green on screen: SENT and DONE; yellow: the others."""

    SENT = "sent"
    """Decided, the command is on its way to amoCRM."""
    DONE = "done"
    """amoCRM has confirmed the responsible person."""
    REFUSED = "refused"
    """amoCRM refused the person; the lead was decided again."""
    SUPERSEDED = "superseded"
    """A later command for the same lead took its place before it was sent."""
    CANCELLED = "cancelled"
    """An administrator took it back before it was sent; the turn returned."""
    NOBODY = "nobody"
    """There was no one to give it to."""


@dataclass(frozen=True, slots=True)
class Result:
    """One decision about one lead, with its reasons (DIS-9). `attempt` counts from 1."""

    id: ResultId
    template: TemplateId
    template_name: str
    lead: LeadId
    lead_name: str
    attempt: int
    decided_at: datetime
    state: State
    user: UserId | None
    user_name: str
    reason: str = ""
    finished_at: datetime | None = None
    steps: tuple[Step, ...] = ()
    entries: tuple[LedgerEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """What the reader of the results page asks for; `before` is the page above's last result."""

    lead: LeadId | None = None
    user: UserId | None = None
    template: TemplateId | None = None
    states: tuple[State, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    before: ResultId | None = None
    limit: int = 100


class TemplateTrouble(StrEnum):
    """Why a template cannot be saved; the page says it beside the field."""

    NO_NAME = "no_name"
    NAME_TOO_LONG = "name_too_long"
    NO_MEMBERS = "no_members"
    UNKNOWN_MEMBER = "unknown_member"
    UNKNOWN_PIPELINE = "unknown_pipeline"
    PIPELINE_TAKEN = "pipeline_taken"
    CHANGED_MEANWHILE = "changed_meanwhile"


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """A template as a person filled it in, before it is checked."""

    name: str
    pipeline: PipelineId
    users: tuple[UserId, ...]
    groups: tuple[GroupId, ...]
    is_enabled: bool


@dataclass(frozen=True, slots=True)
class TemplateRefusal:
    """The template was not saved."""

    troubles: tuple[TemplateTrouble, ...]
    pipeline_owner: str = ""


@dataclass(frozen=True, slots=True)
class MemberBalance:
    """One member on the template's page: the debt in leads and whether they take part."""

    user: UserId
    credit_leads: float
    is_active: bool
    is_refused: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """The state of a template's queue and its next receivers if nothing changes."""

    standings: tuple[MemberBalance, ...] = ()
    next_receivers: tuple[UserId, ...] = field(default_factory=tuple)
