"""Events, call notes and what the log asks to be read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from smena.connectors.amocrm.api.core.payload import EventJson, NoteJson
from smena.connectors.amocrm.api.core.values import BadValue
from smena.connectors.amocrm.translation import events
from smena.crm.model.entities import Direction, EntityKind, Event, EventId, NoteId, Removed, UserId

AT = 1_790_000_000
MOMENT = datetime.fromtimestamp(AT, UTC)
EVENT: dict[str, Any] = {"id": "e1", "type": "lead_added", "created_at": AT}


def event(**changed: Any) -> Event:
    """Read one as it comes: JSON, so that values are raw pieces of it."""
    return events.event(msgspec.json.decode(msgspec.json.encode(EVENT | changed), type=EventJson))


def line(kind: str, entity: str = "lead", number: int = 4, **more: Any) -> Event:
    """Return a line of the log in our words."""
    return Event(EventId("e"), kind, MOMENT, UserId(1), entity, number, **more)


@pytest.mark.parametrize(
    ("json", "field", "expected"),
    [
        ({}, "at", MOMENT),
        ({}, "author", 0),
        ({"created_by": "5"}, "author", 5),
        ({"type": "t" * 101}, "type", "t" * 100),
        ({"entity_type": None}, "entity_kind", ""),
        ({"entity_id": None}, "entity_id", 0),
        ({"oauth_client_uuid": ""}, "client", None),
        ({"oauth_client_uuid": "u"}, "client", "u"),
        ({"value_after": None}, "after", b"[]"),
        ({"value_after": [{"a": 1}]}, "after", b'[{"a":1}]'),
        ({"value_after": [{"a": "x\0y"}]}, "after", b'[{"a":"xy"}]'),
        ({"value_after": ["я" * 40_000]}, "after", b"[]"),
        ({"value_after": [{"note": {"id": 9}}]}, "note", 9),
        ({"value_before": [{"note": {"id": 9}}]}, "note", 9),
        ({"value_after": [{"note": {"id": 8}}], "value_before": [{"note": {"id": 9}}]}, "note", 8),
        ({"value_after": [{"note": None}, {"note": {"id": "7"}}]}, "note", 7),
        ({"value_after": [{"note": {"id": 0}}]}, "note", None),
        ({"value_after": {"note": {"id": 9}}}, "note", None),
        ({"value_after": [{"note": ["x"]}]}, "note", None),
    ],
)
def test_event(json: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(event(**json), field) == expected


@pytest.mark.parametrize("json", [{"id": ""}, {"id": "e" * 65}, {"created_at": None}])
def test_an_event_without_what_must_be_there(json: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        event(**json)


NOTE: dict[str, Any] = {"id": 77, "entity_id": 4, "note_type": "call_in", "created_at": AT}
PEOPLE = {"анна": UserId(2)}


def note(**changed: Any) -> NoteJson:
    return msgspec.json.decode(msgspec.json.encode(NOTE | changed), type=NoteJson)


@pytest.mark.parametrize(
    ("kind", "direction"),
    [
        ("call_in", Direction.IN),
        ("call_out", Direction.OUT),
        (10, Direction.IN),
        (11, Direction.OUT),
    ],
)
def test_direction(kind: str | int, direction: Direction) -> None:
    found = events.call(note(note_type=kind), EntityKind.LEAD, PEOPLE)
    assert found is not None
    assert (found.direction, found.note, found.entity_id, found.stamp) == (direction, 77, 4, MOMENT)


def test_other_notes_are_no_calls() -> None:
    assert events.call(note(note_type="common"), EntityKind.LEAD, PEOPLE) is None
    assert events.call(note(note_type=None), EntityKind.LEAD, PEOPLE) is None


@pytest.mark.parametrize(
    ("params", "field", "expected"),
    [
        ({"duration": "63"}, "duration_seconds", 63),
        ({"duration": 0}, "duration_seconds", 0),
        ({"duration": "long"}, "duration_seconds", None),
        ([], "duration_seconds", None),
        (None, "phone", ""),
        ({"phone": 7000}, "phone", "7000"),
        ({"phone": "1" * 101}, "phone", "1" * 100),
        ({"uniq": "u" * 301}, "uniq", "u" * 300),
        ({"source": "s" * 201}, "source", "s" * 200),
        ({"call_status": "4"}, "status", 4),
        ({"call_status": 100}, "status", 100),
        ({"call_status": 101}, "status", None),
        ({"call_status": -1}, "status", None),
        ({"call_status": "busy"}, "status", None),
    ],
)
def test_call(params: object, field: str, expected: object) -> None:
    found = events.call(note(params=params), EntityKind.CONTACT, PEOPLE)
    assert getattr(found, field) == expected


@pytest.mark.parametrize(
    ("told", "json", "expected"),
    [
        pytest.param(5, {"responsible_user_id": 6, "created_by": 7}, 5, id="told by number"),
        pytest.param("Анна", {"responsible_user_id": 6}, 2, id="told by name"),
        pytest.param("Никто", {"responsible_user_id": 6, "created_by": 7}, 6, id="responsible"),
        pytest.param(None, {"responsible_user_id": 0, "created_by": 7}, 7, id="author"),
        pytest.param(-5, {"created_by": 7}, 7, id="a number of nobody"),
        pytest.param(None, {}, 0, id="nobody"),
    ],
)
def test_caller(told: str | int | None, json: dict[str, Any], expected: int) -> None:
    assert events.caller(note(**json), told, PEOPLE) == expected


LATER = MOMENT + timedelta(seconds=1)


def test_removals_follow_the_log() -> None:
    log = [
        line("lead_deleted"),
        line("lead_restored"),
        line("contact_deleted", number=5),
        line("customer_deleted"),
        line("task_completed"),
        line("common_note_deleted"),
    ]
    assert events.removals(log) == (
        Removed(EntityKind.LEAD, 4, MOMENT),
        Removed(EntityKind.LEAD, 4, MOMENT, is_restored=True),
        Removed(EntityKind.CONTACT, 5, MOMENT),
    )


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (line("incoming_call", note=NoteId(9)), {(EntityKind.LEAD, 9)}),
        (line("outgoing_call", "contact", note=NoteId(9)), {(EntityKind.CONTACT, 9)}),
        (line("incoming_call"), set()),
        (line("incoming_call", "planet", note=NoteId(9)), set()),
        (line("common_note_added", note=NoteId(9)), set()),
    ],
)
def test_notes_to_read(one: Event, expected: set[object]) -> None:
    assert events.notes_to_read([one]) == expected


@pytest.mark.parametrize(
    ("kind", "entity", "number", "is_read"),
    [
        ("entity_linked", "lead", 4, True),
        ("company_unlinked", "company", 4, True),
        ("contact_restored", "contact", 4, True),
        ("entity_merged", "task", 4, True),
        ("lead_status_changed", "lead", 4, False),
        ("entity_linked", "customer", 4, False),
        ("entity_linked", "lead", 0, False),
    ],
)
def test_entities_to_read(kind: str, entity: str, number: int, *, is_read: bool) -> None:
    expected = {(EntityKind(entity), number)} if is_read else set()
    assert events.entities_to_read([line(kind, entity, number)]) == expected


def test_unknown_types_are_counted_and_fields_of_accounts_are_known() -> None:
    log = [line("lead_added"), line("brand_new"), line("brand_new"), line("custom_field_9_changed")]
    assert events.unknown_types(log) == {"brand_new": 2}


def test_nul_is_taken_out_everywhere() -> None:
    assert events.without_nul({"a\0": ["x\0", {"b": "\0"}, 1, None]}) == {
        "a": ["x", {"b": ""}, 1, None]
    }
