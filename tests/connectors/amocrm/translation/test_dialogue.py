"""Notes, talks, requests and messages of the API, field by field."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from smena.connectors.amocrm.api.core.dialogue_payload import TalkJson, UnsortedJson
from smena.connectors.amocrm.api.core.payload import EventJson, NoteJson
from smena.connectors.amocrm.api.core.values import BadValue
from smena.connectors.amocrm.translation import dialogue
from smena.crm.model.conversations import MessageWay, Note
from smena.crm.model.entities import ContactId, EntityKind, Event, EventId, NoteId, UserId

AT = 1_790_000_000
MOMENT = datetime.fromtimestamp(AT, UTC)
NOTE: dict[str, Any] = {"id": 77, "entity_id": 4, "note_type": "common", "created_at": AT}


def note(**changed: Any) -> Note:
    raw = msgspec.json.encode(NOTE | changed)
    return dialogue.note(msgspec.json.decode(raw, type=NoteJson), EntityKind.LEAD)


@pytest.mark.parametrize(
    ("json", "field", "expected"),
    [
        ({}, "updated_at", MOMENT),
        ({"updated_at": AT + 1}, "updated_at", datetime.fromtimestamp(AT + 1, UTC)),
        ({}, "author", 0),
        ({"responsible_user_id": 5}, "responsible", 5),
        ({"note_type": "t" * 301}, "type", "t" * 300),
        ({"params": {"text": "Просил счёт"}}, "text", "Просил счёт"),
        ({"params": {"text": "", "call_result": "Занято"}}, "text", "Занято"),
        ({"params": {"subject": "Письмо"}}, "text", "Письмо"),
        ({"params": {"text": "а", "call_result": "б"}}, "text", "а"),
        ({"params": {"text": ["нет"]}}, "text", ""),
        ({"params": {"text": 17}}, "text", "17"),
        ({"params": {"b": 1, "a": 2}}, "params", b'{"a":2,"b":1}'),
        ({"params": {"a": "x\0"}}, "params", b'{"a":"x"}'),
        ({"params": []}, "params", b"{}"),
        ({"params": None}, "params", b"{}"),
        ({"params": {"a": "x" * 70_000}}, "params", b"{}"),
    ],
)
def test_note(json: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(note(**json), field) == expected


@pytest.mark.parametrize(
    ("json", "field", "expected"),
    [
        ({}, "id", 3),
        ({"talk_id": None, "id": 5}, "id", 5),
        ({"entity_type": "lead", "entity_id": 4}, "entity_kind", EntityKind.LEAD),
        ({"entity_type": "contacts", "entity_id": 4}, "entity_kind", EntityKind.CONTACT),
        ({"entity_type": "lead", "entity_id": 4}, "entity_id", 4),
        ({"entity_type": "planet", "entity_id": 4}, "entity_id", None),
        ({"contact_id": 0}, "contact", None),
        ({"contact_id": "6"}, "contact", 6),
        ({"chat_id": "c" * 201}, "chat", "c" * 200),
        ({"is_in_work": "1"}, "is_in_work", True),
        ({"is_read": False}, "is_read", False),
        ({"rate": "5"}, "rate", 5),
        ({"missed_at": AT}, "missed_at", MOMENT),
        ({"missed_at": 0}, "missed_at", None),
        ({}, "updated_at", MOMENT),
    ],
)
def test_talk(json: dict[str, Any], field: str, expected: object) -> None:
    told = msgspec.convert({"talk_id": 3, "created_at": AT} | json, TalkJson)
    assert getattr(dialogue.talk(told), field) == expected


@pytest.mark.parametrize(
    ("json", "field", "expected"),
    [
        ({"pipeline_id": 0}, "pipeline", None),
        ({"pipeline_id": 7}, "pipeline", 7),
        ({"_embedded": []}, "lead", None),
        ({"_embedded": {"leads": [{"id": 4}, {"id": 5}]}}, "lead", 4),
        ({"_embedded": {"contacts": [{"id": 0}, {"id": 5}]}}, "contacts", (5,)),
        ({"category": "c" * 301}, "category", "c" * 300),
        ({"source_name": "Сайт"}, "origin", "Сайт"),
    ],
)
def test_unsorted(json: dict[str, Any], field: str, expected: object) -> None:
    told = msgspec.convert({"uid": "u", "created_at": AT} | json, UnsortedJson)
    assert getattr(dialogue.unsorted(told), field) == expected


@pytest.mark.parametrize(("value", "expected"), [("u", "u"), (17, "17"), ("u" * 200, "u" * 200)])
def test_uid(value: str | int, expected: str) -> None:
    assert dialogue.uid(value) == expected


@pytest.mark.parametrize("value", [None, "", "u" * 201])
def test_no_uid(value: str | None) -> None:
    with pytest.raises(BadValue, match="not an id"):
        dialogue.uid(value)


def line(kind: str, after: object = (), **more: Any) -> Event:
    """Return a line of the log in our words."""
    told: dict[str, Any] = {"entity_kind": "lead", "entity_id": 4} | more
    return Event(EventId("e"), kind, MOMENT, UserId(1), after=msgspec.json.encode(after), **told)


MESSAGE = [{"message": {"id": "m1", "talk_id": 3, "origin": "telegram"}}]


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("incoming_chat_message", MessageWay.IN),
        ("outgoing_chat_message", MessageWay.OUT),
        ("entity_direct_message", MessageWay.DIRECT),
    ],
)
def test_messages_of_the_log(kind: str, way: MessageWay) -> None:
    (found,) = dialogue.of_log([line(kind, MESSAGE)], {}).messages
    assert (found.id, found.way, found.at, found.author) == ("m1", way, MOMENT, 1)
    assert (found.talk, found.origin, found.text) == (3, "telegram", "")
    assert (found.entity_kind, found.entity_id) == (EntityKind.LEAD, 4)


@pytest.mark.parametrize(
    ("contacts", "more", "expected"),
    [
        pytest.param({"e": 5, "m1": 6}, {}, 5, id="by the event"),
        pytest.param({"m1": 6}, {}, 6, id="by the message"),
        pytest.param({}, {"entity_kind": "contact", "entity_id": 7}, 7, id="the card itself"),
        pytest.param({}, {}, None, id="nobody knows"),
    ],
)
def test_whom_a_message_is_with(
    contacts: dict[str, int], more: dict[str, Any], expected: int | None
) -> None:
    known = {key: ContactId(number) for key, number in contacts.items()}
    (found,) = dialogue.of_log([line("incoming_chat_message", MESSAGE, **more)], known).messages
    assert found.contact == expected


@pytest.mark.parametrize(
    "after", [[], [{"message": {"id": ""}}], [{"message": []}], [{"talk": {"id": 1}}], {"x": 1}, 17]
)
def test_no_message(after: object) -> None:
    assert dialogue.of_log([line("incoming_chat_message", after)], {}).messages == ()


def test_notes_thrown_away() -> None:
    log = [
        line("common_note_deleted", note=NoteId(9)),
        line("common_note_deleted"),
        line("common_note_added", note=NoteId(8)),
    ]
    assert dialogue.of_log(log, {}).dropped == (9,)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (line("talk_created", [{"talk": {"talk_id": 3, "id": 4}}]), {3}),
        (line("talk_closed", [{"talk": {"id": "4"}}]), {4}),
        (line("talk_closed", [], before=b'[{"talk": {"id": 5}}]'), {5}),
        (line("talk_created", [{"talk": {"id": 0}}]), set()),
        (line("talk_created", [{"talk": []}]), set()),
        (line("incoming_chat_message", [{"talk": {"id": 4}}]), set()),
    ],
)
def test_talks_to_read(one: Event, expected: set[int]) -> None:
    assert dialogue.talks_to_read([one]) == expected


@pytest.mark.parametrize(
    ("embedded", "expected"),
    [
        ({"entity": {"linked_talk_contact_id": 5}}, 5),
        ({"entity": {"linked_talk_contact_id": 0}}, None),
        ({"entity": []}, None),
        ([], None),
        (None, None),
    ],
)
def test_contact_of_an_event(embedded: object, expected: int | None) -> None:
    told = msgspec.convert({"id": "e", "_embedded": embedded}, EventJson)
    assert dialogue.contact_of(told) == expected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("leads", EntityKind.LEAD),
        ("lead", EntityKind.LEAD),
        ("company", EntityKind.COMPANY),
        ("planet", None),
        ("", None),
        (None, None),
        (2, None),
    ],
)
def test_kind(name: str | int | None, kind: EntityKind | None) -> None:
    assert dialogue.entity_kind(name) is kind
