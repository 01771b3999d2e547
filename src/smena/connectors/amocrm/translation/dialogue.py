"""Notes, chat messages, talks and unsorted requests of the API in our words."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from smena.connectors.amocrm.api.core.dialogue_payload import (
    EventValueJson,
    MessageRefJson,
    TalkJson,
    TalkRefJson,
    UnsortedJson,
)
from smena.connectors.amocrm.api.core.payload import (
    UNREADABLE,
    EventEntityJson,
    EventJson,
    EventPartsJson,
    LinkJson,
    LinksJson,
    NoteJson,
)
from smena.connectors.amocrm.api.core.values import (
    BadValue,
    Loose,
    flag,
    identity,
    identity_or_zero,
    moment,
    moment_or_none,
    number_or_zero,
    text,
    whole,
)
from smena.connectors.amocrm.translation.cards import responsible
from smena.connectors.amocrm.translation.events import without_nul
from smena.connectors.amocrm.translation.kinds import KINDS_BY_PATH
from smena.crm.model.conversations import (
    Conversations,
    Message,
    MessageId,
    MessageWay,
    Note,
    Talk,
    TalkId,
    Unsorted,
    UnsortedId,
)
from smena.crm.model.entities import (
    ContactId,
    EntityKind,
    Event,
    LeadId,
    NoteId,
    PipelineId,
    UserId,
)

PARAMS_MAX_BYTES = 64 * 1024
ID_MAX = 200
NAME_MAX = 300
WAYS = {
    "incoming_chat_message": MessageWay.IN,
    "outgoing_chat_message": MessageWay.OUT,
    "entity_direct_message": MessageWay.DIRECT,
}
TALK_EVENTS = frozenset(
    {"talk_created", "talk_closed", "talk_missed_event", "conversation_answered"}
)
_PARAMS = msgspec.json.Decoder(dict[str, object])
_VALUE_PARTS = msgspec.json.Decoder(list[EventValueJson], strict=False)


def note(json: NoteJson, kind: EntityKind) -> Note:
    params = _params(json.params)
    created = moment(json.created_at)
    return Note(
        id=NoteId(identity(json.id)),
        type=text(json.note_type)[:NAME_MAX],
        entity_kind=kind,
        entity_id=identity(json.entity_id),
        author=UserId(number_or_zero(json.created_by)),
        responsible=responsible(json.responsible_user_id),
        created_at=created,
        updated_at=moment_or_none(json.updated_at) or created,
        text=_words(params),
        params=msgspec.json.encode(params, order="sorted"),
    )


def talk(json: TalkJson) -> Talk:
    kind = entity_kind(json.entity_type)
    created = moment(json.created_at)
    return Talk(
        id=TalkId(identity(json.talk_id or json.id)),
        created_at=created,
        updated_at=moment_or_none(json.updated_at) or created,
        contact=contact(json.contact_id),
        chat=text(json.chat_id)[:ID_MAX],
        entity_kind=kind,
        entity_id=(whole(json.entity_id) or None) if kind else None,
        is_in_work=flag(json.is_in_work),
        is_read=flag(json.is_read),
        origin=text(json.origin)[:NAME_MAX],
        rate=whole(json.rate),
        missed_at=moment_or_none(json.missed_at),
    )


def unsorted(json: UnsortedJson) -> Unsorted:
    links = json.embedded if isinstance(json.embedded, LinksJson) else LinksJson()
    pipeline, leads = whole(json.pipeline_id), _ids(links.leads)
    return Unsorted(
        id=UnsortedId(uid(json.uid)),
        category=text(json.category)[:NAME_MAX],
        pipeline=PipelineId(pipeline) if pipeline else None,
        lead=LeadId(leads[0]) if leads else None,
        contacts=tuple(ContactId(number) for number in _ids(links.contacts)),
        origin=text(json.source_name)[:NAME_MAX],
        created_at=moment(json.created_at),
    )


def uid(value: Loose) -> str:
    """Return the id of an unsorted request or a message, a text; raises BadValue without one."""
    told = text(value)
    if not 1 <= len(told) <= ID_MAX:
        raise BadValue(f"not an id: {told[:40]!r}")
    return told


def of_log(events: Iterable[Event], contacts: Mapping[str, ContactId]) -> Conversations:
    """Return what the log says: messages without their texts, notes thrown away.

    `contacts` are those whom a message's talk is with, by the id of the event or the message.
    """
    messages: list[Message] = []
    dropped: list[NoteId] = []
    for one in events:
        if one.type in WAYS:
            messages += _messages(one, contacts)
        elif one.type == "common_note_deleted" and one.note:
            dropped.append(one.note)
    return Conversations(messages=tuple(messages), dropped=tuple(dropped))


def talks_to_read(events: Iterable[Event]) -> set[int]:
    """Return the talks that have news which only a reading can tell."""
    return {
        number
        for one in events
        if one.type in TALK_EVENTS
        for part in _parts(one.after) + _parts(one.before)
        if isinstance(part.talk, TalkRefJson)
        for number in (identity_or_zero(part.talk.talk_id) or identity_or_zero(part.talk.id),)
        if number
    }


def contact_of(json: EventJson) -> ContactId | None:
    """Return whom a message's talk is with, where the event says it."""
    parts = json.embedded if isinstance(json.embedded, EventPartsJson) else EventPartsJson()
    entity = parts.entity if isinstance(parts.entity, EventEntityJson) else EventEntityJson()
    return contact(entity.linked_talk_contact_id)


def contact(value: Loose) -> ContactId | None:
    return ContactId(number) if (number := identity_or_zero(value)) else None


def entity_kind(value: Loose) -> EntityKind | None:
    """Return the kind that a name means, in the singular or in the plural."""
    name = text(value)
    if name in KINDS_BY_PATH:
        return KINDS_BY_PATH[name]
    return EntityKind(name) if name in set(EntityKind) else None


def _messages(event: Event, contacts: Mapping[str, ContactId]) -> Iterator[Message]:
    kind = entity_kind(event.entity_kind)
    for part in _parts(event.after):
        message = part.message
        if not isinstance(message, MessageRefJson) or not message.id:
            continue
        number = MessageId(text(message.id)[:ID_MAX])
        talk_id = identity_or_zero(message.talk_id)
        yield Message(
            id=number,
            way=WAYS[event.type],
            at=event.at,
            author=event.author,
            talk=TalkId(talk_id) if talk_id else None,
            contact=contacts.get(event.id) or contacts.get(number) or _own(event),
            entity_kind=kind,
            entity_id=event.entity_id or None,
            origin=text(message.origin)[:NAME_MAX],
        )


def _own(event: Event) -> ContactId | None:
    return contact(event.entity_id) if event.entity_kind == EntityKind.CONTACT else None


def _parts(value: bytes) -> list[EventValueJson]:
    try:
        return _VALUE_PARTS.decode(value)
    except UNREADABLE:
        return []


def _params(raw: msgspec.Raw) -> dict[str, object]:
    """Keep the details of a note, unless they are huge or no object."""
    if len(bytes(raw)) > PARAMS_MAX_BYTES:
        return {}
    try:
        found = without_nul(_PARAMS.decode(raw))
    except UNREADABLE:
        return {}
    return found if isinstance(found, dict) else {}


def _words(params: Mapping[str, object]) -> str:
    words = params.get("text") or params.get("call_result") or params.get("subject")
    return text(words) if isinstance(words, str | int | float) else ""


def _ids(links: Iterable[LinkJson] | None) -> list[int]:
    return [number for link in links or () if (number := identity_or_zero(link.id))]
