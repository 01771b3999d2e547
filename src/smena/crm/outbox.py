"""The words of the outbox: what we wish of the CRM and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NewType

from smena.crm.model import LeadId, UserId

WishId = NewType("WishId", int)


class Lane(IntEnum):
    """Who goes first to the CRM (distribution.md section 3, rule g)."""

    FRESH = 0
    AGAIN = 1
    BULK = 2


@dataclass(frozen=True, slots=True)
class ChangeResponsible:
    """The first kind of wish: make `user` responsible for `lead`."""

    lead: LeadId
    user: UserId


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that somebody asks the CRM for; `cause` is theirs to recognise it by."""

    change: ChangeResponsible
    cause: str
    lane: Lane


class WishState(StrEnum):
    PLANNED = "planned"
    SENDING = "sending"
    DELIVERED = "delivered"
    REFUSED = "refused"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class Wish:
    """A write to the CRM that somebody asked for; `cause` says who, e.g. `distribution:17`."""

    id: WishId
    change: ChangeResponsible
    lane: Lane
    cause: str
    state: WishState
    attempts: int
    asked_at: datetime
    not_before: datetime
    sent_at: datetime | None = None
    finished_at: datetime | None = None
    before: UserId | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A wish that the CRM has confirmed, with the entity's new `updated_at`."""

    wish: WishId
    updated_at: datetime
