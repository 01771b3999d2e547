"""What is typed into the page of the queue, read without trust."""

from collections.abc import Mapping

from smena.crm.model.entities import CommandId
from smena.crm.outbox.model import (
    BATCH_MAX,
    CREATIONS,
    AfterDry,
    CommandFilter,
    CommandKind,
    CommandState,
)

FILTERS = ("state", "kind", "entity")
NUMBER_DIGITS_MAX = 18

STATES: Mapping[str, tuple[CommandState, ...]] = {
    "waiting": (CommandState.PLANNED, CommandState.SENDING),
    "delivered": (CommandState.DELIVERED,),
    "refused": (CommandState.REFUSED,),
    "cancelled": (CommandState.CANCELLED,),
    "superseded": (CommandState.SUPERSEDED,),
}
TROUBLED = "troubled"
KINDS: Mapping[str, tuple[CommandKind, ...]] = {
    "lead": (CommandKind.LEAD,),
    "task": (CommandKind.TASK,),
    "contact": (CommandKind.CONTACT,),
    "company": (CommandKind.COMPANY,),
    "new": tuple(sorted(CREATIONS)),
}


def read_filter(query: Mapping[str, str]) -> tuple[CommandFilter, tuple[str, ...]]:
    """Return the filter of an address and the names of parameters that make no sense."""
    state, kind = query.get("state", ""), query.get("kind", "")
    entity, before = number(query.get("entity", "")), number(query.get("before", ""))
    bad = []
    if state and state != TROUBLED and state not in STATES:
        bad.append("state")
    if kind and kind not in KINDS:
        bad.append("kind")
    if query.get("entity", "").strip() and entity is None:
        bad.append("entity")
    wanted = CommandFilter(
        states=STATES.get(state, ()),
        kinds=KINDS.get(kind, ()),
        entity=entity,
        has_error=state == TROUBLED,
        before=None if before is None else CommandId(before),
    )
    return wanted, tuple(bad)


def after_dry(text: str) -> AfterDry:
    """Read what is to become of the waiting commands; nothing sensible is the careful choice."""
    return AfterDry(text) if text in set(AfterDry) else AfterDry.SEND_RECENT


def batch(text: str) -> int | None:
    """Read how many entities one request may carry; None when that is not possible."""
    found = number(text)
    return found if found is not None and 1 <= found <= BATCH_MAX else None


def number(text: str) -> int | None:
    found = text.strip()
    is_number = found.isascii() and found.isdigit() and len(found) <= NUMBER_DIGITS_MAX
    return int(found) if is_number else None
