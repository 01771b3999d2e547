"""What became of a batch: read from the answer, or from what the CRM holds now.

An answer that does not name an item says nothing about it: its fate is unknown and is verified
before anything is sent again (reliability.md F8).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from smena.connectors.amocrm.api.core.payload import UNREADABLE, BadAnswer, read_page
from smena.connectors.amocrm.api.core.values import BadValue, Loose, identity, moment
from smena.connectors.amocrm.writing.core import rejection
from smena.connectors.amocrm.writing.core.request import ADDRESSES, kind_of
from smena.connectors.amocrm.writing.core.verification import Held, is_applied
from smena.crm.model.entities import CommandId
from smena.crm.outbox.model import CREATIONS, Item, entity_of

GOOD = (200, 201)
BAD_REQUEST = 400
PATIENT_TRIES = 2
PAUSE_MAX = 60


@dataclass(frozen=True, slots=True)
class Confirmed:
    """`updated_at` of a changed entity (None: not told), or the number of a created one."""

    updated_at: datetime | None = None
    created: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Each item of a batch, by its key, is in exactly one of the five."""

    delivered: Mapping[CommandId, Confirmed] = field(default_factory=dict)
    refused: Mapping[CommandId, str] = field(default_factory=dict)
    resend: tuple[CommandId, ...] = ()
    split: tuple[CommandId, ...] = ()
    unknown: tuple[CommandId, ...] = ()


class _WrittenJson(msgspec.Struct):
    id: Loose = None
    request_id: Loose = None
    updated_at: Loose = None


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


def of_answer(items: Sequence[Item], status: int, body: bytes) -> Outcome:
    """Sort a batch by the CRM's answer."""
    if status in GOOD:
        return _of_success(items, body)
    if status == BAD_REQUEST:
        return _of_refusal(items, body)
    return Outcome(unknown=_keys(items))


def of_read_back(items: Sequence[Item], held: Mapping[int, Held]) -> Outcome:
    """Sort changes by what the CRM holds now: they came true, or are to be sent again.

    An entity that is not in the answer is sent again too: the CRM's refusal of the write is a
    better proof that it is gone than an empty list, which a hiccup gives as well.
    """
    delivered: dict[CommandId, Confirmed] = {}
    for item in items:
        own = held.get(entity_of(item.change)[1])
        if own is not None and is_applied(item.change, own):
            delivered[item.key] = Confirmed(_moment_or_none(own.get("updated_at")))
    return Outcome(delivered, resend=tuple(key for key in _keys(items) if key not in delivered))


def of_creations(
    items: Sequence[Item], made: Mapping[CommandId, int], *, is_whole: bool
) -> Outcome:
    """Sort creations by what was found; only a whole list tells what has not been made."""
    delivered = {key: Confirmed(created=number) for key, number in made.items()}
    rest = tuple(key for key in _keys(items) if key not in made)
    return Outcome(delivered, resend=rest) if is_whole else Outcome(delivered, unknown=rest)


def _of_success(items: Sequence[Item], body: bytes) -> Outcome:
    kind = kind_of(items)
    confirmed: dict[str, Confirmed] = {}
    try:
        for raw in read_page(body, ADDRESSES[kind].root).items:
            json = msgspec.json.decode(raw, type=_WrittenJson, strict=False)
            if kind in CREATIONS:
                confirmed[str(json.request_id)] = Confirmed(created=identity(json.id))
            else:
                confirmed[str(identity(json.id))] = Confirmed(moment(json.updated_at))
    except (*UNREADABLE, BadAnswer):
        return Outcome(unknown=_keys(items))
    names = {
        item.key: str(item.key if kind in CREATIONS else entity_of(item.change)[1])
        for item in items
    }
    delivered = {key: confirmed[name] for key, name in names.items() if name in confirmed}
    refused = {key: why for key, why in _refused(items, body).items() if key not in delivered}
    unknown = (key for key in names if key not in delivered and key not in refused)
    return Outcome(delivered, refused, unknown=tuple(unknown))


def _of_refusal(items: Sequence[Item], body: bytes) -> Outcome:
    """Take out the refused ones: one item may refuse a whole batch (amocrm.md section 5)."""
    problem, refused = _problem(body), _refused(items, body)
    rest = tuple(key for key in _keys(items) if key not in refused)
    if refused:
        return Outcome(refused=refused, resend=rest)
    if len(items) == 1:
        why = rejection.of_problem(problem.title, problem.detail)
        return Outcome(refused={items[0].key: why})
    return Outcome(split=rest)


def _refused(items: Sequence[Item], body: bytes) -> dict[CommandId, str]:
    """Return the items that an answer names as wrong: beside a success they are wrong alone."""
    problem = _problem(body)
    named = {str(one.request_id): _reason(one, problem) for one in problem.validation or ()}
    return {item.key: named[str(item.key)] for item in items if str(item.key) in named}


def _problem(body: bytes) -> _ProblemJson:
    try:
        return msgspec.json.decode(body, type=_ProblemJson, strict=False)
    except UNREADABLE:
        return _ProblemJson()


def _reason(item: _ItemErrorsJson, problem: _ProblemJson) -> str:
    troubles = [(one.path or "?", one.detail or one.code or "?") for one in item.errors or ()]
    return (
        rejection.rejection_reason(troubles)
        if troubles
        else rejection.of_problem(None, problem.detail)
    )


def _moment_or_none(value: object) -> datetime | None:
    try:
        return moment(value) if isinstance(value, int | str) else None
    except BadValue:
        return None


def _keys(items: Sequence[Item]) -> tuple[CommandId, ...]:
    return tuple(item.key for item in items)


def pause_seconds(attempts: int) -> int:
    """Return how long a command rests after so many tries: at once twice, then ever longer."""
    return 0 if attempts <= PATIENT_TRIES else min(2 ** (attempts - PATIENT_TRIES), PAUSE_MAX)
