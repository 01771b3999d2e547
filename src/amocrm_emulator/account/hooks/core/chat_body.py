"""What webhooks say about conversations, messages and unsorted leads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from amocrm_emulator.account.hooks.core.body import ELEMENT_TYPE, Change, Pairs

_TALK = (
    "talk_id",
    "created_at",
    "updated_at",
    "rate",
    "contact_id",
    "chat_id",
    "entity_id",
    "entity_type",
    "is_in_work",
    "is_read",
    "origin",
)
_SAME = ("chat_id", "talk_id", "contact_id", "text", "created_at")


def talk_fields(talk: Mapping[str, Any]) -> Pairs:
    for name in _TALK:
        yield f"[{name}]", talk[name]


def message_change(message: Mapping[str, Any], author: str) -> Change:
    """Return a message as hooks tell it: those of employees name who wrote them."""
    is_incoming = message["type"] == "incoming"
    root = "message" if is_incoming else "outgoing_message"
    fields = tuple(_incoming(message, author) if is_incoming else _outgoing(message, author))
    return Change(f"add_{root}", root, "add", fields)


def _incoming(message: Mapping[str, Any], author: str) -> Pairs:
    yield "[id]", message["uuid"]
    for name in _SAME:
        yield f"[{name}]", message[name]
    if message["entity_id"]:
        yield "[element_type]", ELEMENT_TYPE[f"{message['entity_type']}s"]
        yield "[entity_type]", message["entity_type"]
        yield "[element_id]", message["entity_id"]
        yield "[entity_id]", message["entity_id"]
    yield "[type]", "incoming"
    yield "[author][id]", message["chat_id"]
    yield "[author][type]", "external"
    yield "[author][name]", author
    yield "[author][avatar_url]", ""
    yield "[origin]", message["origin"]
    yield "[message_type]", "text"


def _outgoing(message: Mapping[str, Any], author: str) -> Pairs:
    yield "[id]", message["uuid"]
    for name in _SAME:
        yield f"[{name}]", message[name]
    yield "[message_type]", "text"
    yield "[type]", "outgoing"
    yield "[origin]", message["origin"]
    yield "[source_id]", ""
    yield "[author][id]", f"00000000-0000-4000-8001-{message['author']:012d}"
    yield "[author][type]", "internal"
    yield "[author][user_id]", message["author"]
    yield "[author][name]", author
    if message["entity_id"]:
        yield "[entity_id]", message["entity_id"]
        yield "[entity_type]", message["entity_type"]


def unsorted_fields(row: Mapping[str, Any], cards: Mapping[str, Sequence[int]]) -> Pairs:
    """Yield an unsorted lead; its cards are in `data`."""
    for name in ("uid", "source_uid", "category"):
        yield f"[{name}]", row[name]
    for name, value in _flat("", row["metadata"] or {}):
        yield f"[source_data]{name}", value
    yield "[date_create]", row["created_at"]
    yield from _cards("data", cards)
    yield "[pipeline_id]", row["pipeline_id"]
    yield "[account_id]", row["account_id"]
    yield "[source_id]", row.get("source_id")
    for number in cards.get("leads", ())[:1]:
        yield "[lead_id]", number
    yield "[created_at]", row["created_at"]


def unsorted_end_fields(
    row: Mapping[str, Any], action: str, cards: Mapping[str, Sequence[int]]
) -> Pairs:
    """Yield how an unsorted lead ended: accept, decline or link."""
    yield from unsorted_fields(row, cards)
    yield "[action]", action
    told = cards if action == "accept" else {"leads": cards.get("leads", ())}
    yield from _cards(f"{action}_result", told)


def _cards(name: str, cards: Mapping[str, Sequence[int]]) -> Pairs:
    for kind, numbers in cards.items():
        for place, number in enumerate(numbers):
            yield f"[{name}][{kind}][{place}][id]", number


def _flat(prefix: str, content: Mapping[str, Any]) -> Iterable[tuple[str, object]]:
    for name, value in content.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}[{name}]", value)
        else:
            yield f"{prefix}[{name}]", value
