"""The event log and call notes in our words.

Events are kept whole and raw, also those of unknown types. A call's length and owner stand in its
note, not in the event: `notes_to_read` says which notes an event asks for.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from smena.connectors.amocrm.api.core.payload import UNREADABLE, CallParamsJson, EventJson, NoteJson
from smena.connectors.amocrm.api.core.values import (
    BadValue,
    Loose,
    duration_seconds,
    identity,
    moment,
    number_or_zero,
    text,
    whole,
)
from smena.connectors.amocrm.translation.kinds import MIRRORED, WITH_NOTES
from smena.crm.model.entities import (
    Call,
    Direction,
    EntityKind,
    Event,
    EventId,
    Merged,
    NoteId,
    Removed,
    UserId,
)

VALUE_MAX_BYTES = 64 * 1024
ID_MAX = 64
STATUS_MAX = 100
CALL_EVENTS = frozenset({"incoming_call", "outgoing_call"})
CALL_NOTES = {
    "call_in": Direction.IN,
    "call_out": Direction.OUT,
    "10": Direction.IN,
    "11": Direction.OUT,
}
KNOWN = frozenset(
    """
    lead_added lead_deleted lead_restored lead_status_changed lead_linked lead_unlinked
    contact_added contact_deleted contact_restored contact_linked contact_unlinked
    company_added company_deleted company_restored company_linked company_unlinked
    customer_added customer_deleted customer_linked customer_unlinked customer_status_changed
    task_added task_deleted task_completed task_type_changed task_text_changed
    task_deadline_changed task_result_added incoming_call outgoing_call incoming_sms outgoing_sms
    common_note_added common_note_deleted attachment_note_added targeting_in_note_added
    targeting_out_note_added geo_note_added service_note_added site_visit_note_added
    message_to_cashier_note_added link_followed key_action_completed incoming_chat_message
    outgoing_chat_message entity_direct_message entity_tag_added entity_tag_deleted
    entity_linked entity_unlinked entity_merged entity_responsible_changed
    custom_field_value_changed sale_field_changed name_field_changed ltv_field_changed
    robot_replied intent_identified nps_rate_added transaction_added talk_created talk_closed
    talk_missed_event conversation_answered incoming_mail outgoing_mail ai_result
    meta_chat_subscription_added meta_chat_subscription_removed page_mention video_opened
    video_closed picture_opened picture_closed zoom_conference dropbox_attachment
    """.split()  # noqa: SIM905 -- a quoted name per line would fill two screens
)
LINK_EVENTS = ("_linked", "_unlinked", "_restored", "_merged")


class _NoteRef(msgspec.Struct):
    id: Loose = None


class _NoteHolder(msgspec.Struct):
    note: _NoteRef | None = None


def event(json: EventJson) -> Event:
    number = text(json.id)
    if not 1 <= len(number) <= ID_MAX:
        raise BadValue(f"not an event's id: {number[:80]!r}")
    before, after = _value(json.value_before), _value(json.value_after)
    client = text(json.oauth_client_uuid)
    return Event(
        id=EventId(number),
        type=text(json.type)[:100],
        at=moment(json.created_at),
        author=UserId(number_or_zero(json.created_by)),
        entity_kind=text(json.entity_type)[:40],
        entity_id=number_or_zero(json.entity_id),
        note=_note(after) or _note(before),
        before=before,
        after=after,
        client=client or None,
    )


def call(json: NoteJson, kind: EntityKind, people: Mapping[str, UserId]) -> Call | None:
    """Return the call of a note, None when the note is of another type."""
    direction = CALL_NOTES.get(text(json.note_type))
    if direction is None:
        return None
    params = _params(json.params)
    return Call(
        note=NoteId(identity(json.id)),
        entity_kind=kind,
        entity_id=identity(json.entity_id),
        direction=direction,
        duration_seconds=duration_seconds(params.duration),
        phone=text(params.phone)[:100],
        uniq=text(params.uniq)[:300],
        user=caller(json, params.call_responsible, people),
        stamp=moment(json.created_at),
        status=_status(params.call_status),
        source=text(params.source)[:200],
    )


def _params(raw: msgspec.Raw) -> CallParamsJson:
    """Read the details of a call; there may be none, or a list."""
    found = msgspec.json.decode(raw, type=CallParamsJson | list[Any] | None, strict=False)
    return found if isinstance(found, CallParamsJson) else CallParamsJson()


def caller(json: NoteJson, responsible: Loose, people: Mapping[str, UserId]) -> UserId:
    """Find who talked (R4): whom the call names (number or name), else the note's, its author."""
    candidates = (responsible, people.get(text(responsible).casefold()), json.responsible_user_id)
    for candidate in (*candidates, json.created_by):
        try:
            number = whole(candidate)
        except BadValue:
            continue
        if number and number > 0:
            return UserId(number)
    return UserId(0)


def removals(events: Iterable[Event]) -> tuple[Removed, ...]:
    """Return who went to the bin or came back, by the log's own order."""
    found: list[Removed] = []
    for one in events:
        kind, _, verb = one.type.partition("_")
        if verb in ("deleted", "restored") and kind in MIRRORED:
            found.append(Removed(EntityKind(kind), one.entity_id, one.at, verb == "restored"))
    return tuple(found)


def merges(events: Iterable[Event]) -> tuple[Merged, ...]:
    """Return the cards that others were merged into."""
    return tuple(
        Merged(one.id, EntityKind(one.entity_kind), one.entity_id, one.at)
        for one in events
        if one.type == "entity_merged" and one.entity_kind in WITH_NOTES and one.entity_id > 0
    )


def notes_to_read(events: Iterable[Event]) -> set[tuple[EntityKind, NoteId]]:
    """Return the call notes that events name, by the kind of card they hang on."""
    return {
        (EntityKind(one.entity_kind), one.note)
        for one in events
        if one.type in CALL_EVENTS and one.note and one.entity_kind in set(EntityKind)
    }


def entities_to_read(events: Iterable[Event]) -> set[tuple[EntityKind, int]]:
    """Return entities whose change may have left their `updated_at` alone: links, returns."""
    return {
        (EntityKind(one.entity_kind), one.entity_id)
        for one in events
        if one.type.endswith(LINK_EVENTS) and one.entity_kind in MIRRORED and one.entity_id > 0
    }


def unknown_types(events: Iterable[Event]) -> Counter[str]:
    """Count events whose type is in no documentation we know; they are kept all the same."""
    return Counter(
        one.type
        for one in events
        if one.type not in KNOWN and not one.type.startswith("custom_field_")
    )


def _status(value: Loose) -> int | None:
    try:
        number = whole(value)
    except BadValue:
        return None
    return number if number is not None and 0 <= number <= STATUS_MAX else None


def _value(raw: msgspec.Raw) -> bytes:
    """Keep the JSON of a value as received, unless it is huge or holds a NUL."""
    value = bytes(raw)
    if len(value) > VALUE_MAX_BYTES:
        return b"[]"
    if value in (b"", b"null", b"[]"):
        return b"[]"
    decoded = msgspec.json.decode(value)  # proves depth and encoding, which a raw piece has not
    return msgspec.json.encode(without_nul(decoded)) if b"\\u0000" in value else value


def without_nul(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    if isinstance(value, dict):
        return {without_nul(key): without_nul(item) for key, item in value.items()}
    return value


def _note(value: bytes) -> NoteId | None:
    if b'"note"' not in value:
        return None
    try:
        holders = msgspec.json.decode(value, type=list[_NoteHolder], strict=False)
    except UNREADABLE:
        return None
    for holder in holders:
        if holder.note and whole(holder.note.id):
            return NoteId(identity(holder.note.id))
    return None
