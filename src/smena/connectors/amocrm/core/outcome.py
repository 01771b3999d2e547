"""What became of a batch of wishes: read from the answer, or from what the CRM holds now.

An answer that does not name a wish says nothing about it: its fate is unknown and is read back
before anything is sent again (reliability.md, F8).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from smena.connectors.amocrm.core.payload import UNREADABLE, BadAnswer, EntityJson, read_page
from smena.connectors.amocrm.core.values import identity, moment
from smena.crm.model import Lead, LeadId
from smena.crm.outbox import Wish, WishId

OK = 200
BAD_REQUEST = 400
REASON_MAX = 500
PATIENT_TRIES = 2
PAUSE_MAX = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """Each wish of a batch is in exactly one of the five."""

    delivered: Mapping[WishId, datetime] = field(default_factory=dict)
    refused: Mapping[WishId, str] = field(default_factory=dict)
    at_once: tuple[WishId, ...] = ()
    apart: tuple[WishId, ...] = ()
    unknown: tuple[WishId, ...] = ()


class _ErrorJson(msgspec.Struct):
    code: str | None = None
    path: str | None = None
    detail: str | None = None


class _ItemErrorsJson(msgspec.Struct):
    request_id: str | int | None = None
    errors: list[_ErrorJson] | None = None


class _ProblemJson(msgspec.Struct):
    validation: list[_ItemErrorsJson] | None = msgspec.field(default=None, name="validation-errors")
    title: str | None = None
    detail: str | None = None


def body_of(wishes: Sequence[Wish]) -> bytes:
    """Write the array for `PATCH /api/v4/leads`; each item names its wish."""
    return msgspec.json.encode(
        [
            {
                "id": wish.change.lead,
                "responsible_user_id": wish.change.user,
                "request_id": str(wish.id),
            }
            for wish in wishes
        ]
    )


def of_answer(wishes: Sequence[Wish], status: int, body: bytes) -> Outcome:
    """Sort a batch by the CRM's answer."""
    if status == OK:
        return _of_success(wishes, body)
    if status == BAD_REQUEST:
        return _of_refusal(wishes, body)
    return Outcome(unknown=tuple(wish.id for wish in wishes))


def of_read_back(wishes: Sequence[Wish], leads: Mapping[LeadId, Lead]) -> Outcome:
    """Sort a batch by what the CRM holds now: it came true, or it is to be sent again.

    A lead that is not in the answer is sent again too: the CRM's refusal of the write is a better
    proof that it is gone than an empty list, which a hiccup gives as well.
    """
    delivered: dict[WishId, datetime] = {}
    for wish in wishes:
        lead = leads.get(wish.change.lead)
        if lead is not None and lead.responsible == wish.change.user:
            delivered[wish.id] = lead.updated_at
    return Outcome(
        delivered=delivered,
        at_once=tuple(wish.id for wish in wishes if wish.id not in delivered),
    )


def _of_success(wishes: Sequence[Wish], body: bytes) -> Outcome:
    told: dict[int, datetime] = {}
    try:
        for item in read_page(body, "leads").items:
            json = msgspec.json.decode(item, type=EntityJson, strict=False)
            told[identity(json.id)] = moment(json.updated_at)
    except (*UNREADABLE, BadAnswer):
        return Outcome(unknown=tuple(wish.id for wish in wishes))
    return Outcome(
        delivered={wish.id: told[wish.change.lead] for wish in wishes if wish.change.lead in told},
        unknown=tuple(wish.id for wish in wishes if wish.change.lead not in told),
    )


def _of_refusal(wishes: Sequence[Wish], body: bytes) -> Outcome:
    """Take out the refused ones; amoCRM refuses a whole batch for one item (section 5)."""
    try:
        problem = msgspec.json.decode(body, type=_ProblemJson, strict=False)
    except UNREADABLE:
        problem = _ProblemJson(detail="the CRM refused the request without a readable reason")
    named: dict[str, str] = {}
    for item in problem.validation or ():
        named[str(item.request_id)] = _reason(item, problem)
    refused = {wish.id: named[str(wish.id)] for wish in wishes if str(wish.id) in named}
    rest = tuple(wish.id for wish in wishes if wish.id not in refused)
    if refused:
        return Outcome(refused=refused, at_once=rest)
    if len(wishes) == 1:
        told = " ".join(filter(None, [problem.title, problem.detail])) or "refused"
        return Outcome(refused={wishes[0].id: told[:REASON_MAX]})
    return Outcome(apart=rest)


def _reason(item: _ItemErrorsJson, problem: _ProblemJson) -> str:
    errors = [
        f"{error.path or '?'}: {error.detail or error.code or '?'}" for error in item.errors or ()
    ]
    return ("; ".join(errors) or problem.detail or "refused")[:REASON_MAX]


def pause_seconds(attempts: int) -> int:
    """Return how long a wish rests after so many tries: at once twice, then ever longer."""
    return 0 if attempts <= PATIENT_TRIES else min(2 ** (attempts - PATIENT_TRIES), PAUSE_MAX)
