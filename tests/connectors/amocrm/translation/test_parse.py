"""The API's JSON in our words: as documented, as seen in the wild, and hostile."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.connectors.amocrm.api.core.payload import AccountJson, BadAnswer, read_one, read_page
from smena.connectors.amocrm.translation import parse, people
from smena.connectors.amocrm.translation.parse import ParsedPage
from smena.crm.model.entities import (
    Call,
    Company,
    CompanyId,
    Contact,
    ContactId,
    Direction,
    EntityKind,
    Event,
    Group,
    GroupId,
    Lead,
    LeadId,
    PipelineId,
    Removed,
    StatusId,
    Task,
    TaskId,
    User,
    UserId,
    WholeList,
)

AT = 1_790_000_000
ANNA = UserId(9000002)
MOMENT = datetime.fromtimestamp(AT, UTC)
LEAD: dict[str, Any] = {
    "id": 4000001, "name": "Поставка", "price": 120000, "responsible_user_id": 9000002,
    "status_id": 71001, "pipeline_id": 700, "created_by": 9000001, "updated_by": 0,
    "created_at": AT, "updated_at": AT + 60, "closed_at": None, "is_deleted": False,
    "_embedded": {
        "tags": [], "companies": [{"id": 6001}],
        "contacts": [{"id": 5009, "is_main": False}, {"id": 5010, "is_main": True}],
    },
}  # fmt: skip
TASK: dict[str, Any] = {
    "id": 8000001, "created_by": 9000001, "created_at": AT, "updated_at": AT,
    "responsible_user_id": 9000002, "entity_id": 4000001, "entity_type": "leads",
    "duration": 1800, "is_completed": False, "task_type_id": 1, "text": "Перезвонить",
    "result": [], "complete_till": AT,
}  # fmt: skip
NOTE: dict[str, Any] = {
    "id": 77001, "entity_id": 4000001, "created_by": 9000009, "created_at": AT,
    "responsible_user_id": 9000002, "note_type": "call_in",
    "params": {"uniq": "u1", "duration": 63, "source": "UIS", "phone": "+7000", "call_status": 4,
               "call_responsible": 9000003},
}  # fmt: skip
EVENT: dict[str, Any] = {
    "id": "01k5zq4b8m2v0c7d9e3f6g1h5j", "type": "outgoing_call", "entity_id": 4000001,
    "entity_type": "lead", "created_by": 9000002, "created_at": AT,
    "value_after": [{"note": {"id": 77001}}], "value_before": [],
}  # fmt: skip


def told(path: str, *items: Mapping[str, Any], names: parse.People = parse.NOBODY) -> ParsedPage:
    body = msgspec.json.encode({"_embedded": {path.rpartition("/")[2]: items}})
    return parse.page(path, read_page(body, path.rpartition("/")[2]).items, names)


def lead(**changed: Any) -> Lead:
    (found,) = told("leads", LEAD | changed).changes.leads
    return found


def test_lead() -> None:
    assert lead() == Lead(
        id=LeadId(4000001), name="Поставка", price=120000, responsible=ANNA,
        pipeline=PipelineId(700), status=StatusId(71001), created_by=UserId(9000001),
        updated_by=UserId(0), created_at=MOMENT,
        updated_at=datetime.fromtimestamp(AT + 60, UTC), closed_at=None, is_deleted=False,
        contacts=(ContactId(5010), ContactId(5009)), company=CompanyId(6001), tags=(), fields=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "field", "expected"),
    [
        ({"id": "4000001"}, "id", 4000001),
        ({"price": None}, "price", None),
        ({"price": ""}, "price", None),
        ({"price": "1200.5"}, "price", 1200),
        ({"name": None}, "name", ""),
        ({"name": "x\0y" + "z" * 20_000}, "name", "xy" + "z" * 9_998),
        ({"responsible_user_id": 0}, "responsible", None),
        ({"is_deleted": "1"}, "is_deleted", True),
        ({"closed_at": AT}, "closed_at", MOMENT),
        ({"closed_at": 0}, "closed_at", None),
        ({"_embedded": []}, "contacts", None),
        ({"_embedded": {"companies": []}}, "contacts", None),
        ({"_embedded": {"contacts": [], "companies": None}}, "contacts", ()),
        ({"_embedded": {"contacts": [], "companies": []}}, "company", 0),
        ({"_embedded": {"contacts": [], "companies": None}}, "company", None),
        ({"unheard_of": {"deep": [1]}}, "id", 4000001),
    ],
)
def test_lead_field(changed: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(lead(**changed), field) == expected


@pytest.mark.parametrize(
    "changed",
    [
        {"id": 0}, {"id": None}, {"id": "x"}, {"id": 2**64}, {"id": [1]}, {"status_id": None},
        {"updated_at": "yesterday"}, {"updated_at": -5}, {"updated_at": 10**15},
        {"custom_fields_values": "x"}, {"price": 10**30},
    ],
    ids=str,
)  # fmt: skip
def test_malformed_row_does_not_hold_up_the_others(changed: dict[str, Any]) -> None:
    page = told("leads", LEAD | changed, LEAD | {"id": 5})
    assert [row.id for row in page.changes.leads] == [5]
    assert len(page.malformed) == 1


def test_contact() -> None:
    fields = [
        {"field_code": "PHONE", "values": [{"value": "+7000", "enum": "WORK"}, {"value": ""}]},
        {"field_code": "EMAIL", "values": [{"value": "a@example.com"}]},
        {"field_code": None, "values": None},
    ]
    contact = {
        "id": 5001, "name": "Клиент", "responsible_user_id": 9000002, "created_at": AT,
        "updated_at": AT, "custom_fields_values": fields, "_embedded": {"companies": [{"id": 6}]},
    }  # fmt: skip
    (found,) = told("contacts", contact).changes.contacts
    assert found == Contact(
        id=ContactId(5001), name="Клиент", responsible=ANNA, created_at=MOMENT, updated_at=MOMENT,
        phones=("+7000",), emails=("a@example.com",), company=CompanyId(6), tags=(), fields=(),
    )  # fmt: skip
    (bare,) = told("companies", contact | {"custom_fields_values": None}).changes.companies
    assert bare == Company(CompanyId(5001), "Клиент", ANNA, MOMENT, MOMENT, tags=(), fields=())


def test_task() -> None:
    (found,) = told("tasks", TASK).changes.tasks
    assert found == Task(
        id=TaskId(8000001), text="Перезвонить", type_id=1, responsible=ANNA,
        entity_kind=EntityKind.LEAD, entity_id=4000001, due_at=MOMENT, duration_seconds=1800,
        is_completed=False, result="", created_by=UserId(9000001), created_at=MOMENT,
        updated_at=MOMENT,
    )  # fmt: skip
    (done,) = told("tasks", TASK | {"is_completed": True, "result": {"text": "Да"}}).changes.tasks
    assert (done.is_completed, done.result) == (True, "Да")
    (bare,) = told("tasks", TASK | {"entity_id": 0, "entity_type": None}).changes.tasks
    assert (bare.entity_kind, bare.entity_id) == (None, None)


def call(names: parse.People = parse.NOBODY, **changed: Any) -> Call:
    (found,) = told("leads/notes", NOTE | changed, names=names).changes.calls
    return found


def params(**changed: Any) -> dict[str, Any]:
    return {"params": {**NOTE["params"], **changed}}


def test_call() -> None:
    found = call()
    assert (found.direction, found.duration_seconds, found.user) == (Direction.IN, 63, 9000003)
    assert (found.stamp, found.phone, found.status) == (MOMENT, "+7000", 4)
    assert call(note_type="call_out").direction is Direction.OUT
    assert told("leads/notes", NOTE | {"note_type": "common"}).changes.calls == ()


@pytest.mark.parametrize(
    ("duration", "expected"),
    [(0, 0), ("63", 63), (None, None), ("", None), (-1, None), ("long", None), (10**9, None)],
)
def test_unknown_duration_is_not_zero(duration: object, expected: int | None) -> None:
    assert call(**params(duration=duration)).duration_seconds == expected


@pytest.mark.parametrize(
    ("told_by", "expected"),
    [("9000003", 9000003), ("Анна Примерова", 9000004), ("кто-то", 9000002), (None, 9000002)],
)
def test_who_talked(told_by: object, expected: int) -> None:
    names = {"анна примерова": UserId(9000004)}
    assert call(names, **params(call_responsible=told_by)).user == expected


def test_who_talked_when_nobody_is_told() -> None:
    assert call(params=[], responsible_user_id=None).user == 9000009
    assert call(params=[], responsible_user_id=None, created_by=None).user == 0


def event(**changed: Any) -> Event:
    (found,) = told("events", EVENT | changed).changes.events
    return found


def test_event() -> None:
    found = event()
    assert (found.id, found.type, found.at) == (EVENT["id"], "outgoing_call", MOMENT)
    assert (found.author, found.entity_kind, found.entity_id) == (9000002, "lead", 4000001)
    assert found.note == 77001
    assert (found.before, found.after) == (b"[]", b'[{"note":{"id":77001}}]')
    assert told("events", EVENT).to_fetch == {("leads/notes", 77001)}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, b"[]"),
        ({}, b"{}"),
        ([{"task": {"text": "a\0b"}}], b'[{"task":{"text":"ab"}}]'),
        ([{"x": "y" * 70_000}], b"[]"),
    ],
)
def test_event_value(value: object, kept: bytes) -> None:
    assert event(value_after=value, type="task_text_changed").after == kept


def test_unknown_event_is_kept() -> None:
    found = event(type="moon_phase_changed", created_by=None, entity_type="catalog_7")
    assert (found.type, found.author, found.entity_kind) == ("moon_phase_changed", 0, "catalog_7")


def test_events_tell_of_the_bin_in_the_order_of_the_log() -> None:
    newest_first = (
        EVENT | {"id": "c", "type": "lead_restored", "value_after": []},
        EVENT | {"id": "b", "type": "lead_deleted", "value_after": []},
    )
    page = told("events", *newest_first)
    assert page.changes.removed == (
        Removed(EntityKind.LEAD, 4000001, MOMENT),
        Removed(EntityKind.LEAD, 4000001, MOMENT, is_restored=True),
    )
    assert page.to_fetch == {("leads", 4000001)}


def test_roster() -> None:
    users = [
        {"id": 1, "name": "Анна", "email": "a@x", "rights": {"is_admin": True, "is_active": True,
                                                             "group_id": None}},
        {"id": 2, "name": None, "rights": []},
    ]  # fmt: skip
    pipelines = [{"id": 7, "name": "П", "_embedded": {"statuses": [{"id": 142, "type": 0}]}}]
    raw = [
        read_page(msgspec.json.encode({"_embedded": {"x": items}}), "x").items
        for items in (users, pipelines)
    ]
    read = parse.whole_lists(raw[0], raw[1], ())
    changes = read.changes
    assert read.malformed == ()
    assert changes.users[0] == User(
        UserId(1), "Анна", "a@x", GroupId(0), is_active=True, is_admin=True
    )
    assert changes.users[1].is_active
    assert [(status.pipeline, status.id) for status in changes.statuses] == [(7, 142)]
    assert changes.complete == set(WholeList)


def test_malformed_person_does_not_retire_anybody() -> None:
    items = read_page(b'{"_embedded":{"users":[{"id":"x"},{"id":2}]}}', "users").items
    read = parse.whole_lists(items, None, None)
    assert len(read.malformed) == 1
    assert read.changes.complete == frozenset()


def test_account() -> None:
    body = {
        "id": "31000001", "name": "Acme", "subdomain": "acme", "current_user_id": 9,
        "_embedded": {"users_groups": [{"id": 0, "name": "Отдел продаж", "uuid": None}],
                      "datetime_settings": {"timezone": "Asia/Almaty"}},
    }  # fmt: skip
    identity, groups = people.account(read_one(msgspec.json.encode(body), AccountJson))
    assert (identity.account, identity.time_zone) == (31000001, "Asia/Almaty")
    assert groups == (Group(GroupId(0), "Отдел продаж"),)
    bare, _ = people.account(read_one(b'{"id":1,"_embedded":[]}', AccountJson))
    assert bare.time_zone == people.ZONE_WHEN_UNKNOWN


@pytest.mark.parametrize(
    ("body", "items", "has_next"),
    [
        (b"", 0, False),
        (b"{}", 0, False),
        (b'{"_embedded":[]}', 0, False),
        (b'{"_embedded":{"leads":null},"_links":[]}', 0, False),
        (b'{"_embedded":{"leads":[{"id":1}]},"_links":{"next":{"href":"x"}}}', 1, True),
        (b'{"_embedded":{"leads":[{"id":1}]},"_links":{"next":null}}', 1, False),
    ],
)
def test_page(body: bytes, items: int, has_next: bool) -> None:  # noqa: FBT001 -- a table's column
    page = read_page(body, "leads")
    assert (len(page.items), page.has_next) == (items, has_next)


@pytest.mark.parametrize(
    "body",
    [b"<html>", b'{"_embedded":{"leads":[{"id":', b"[]", b"\xff\xfe", b'{"_embedded":{"leads":5}}',
     b'{"a":' * 100_000],
)  # fmt: skip
def test_bad_page(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        read_page(body, "leads")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)  # fmt: skip


@given(st.sampled_from(["leads", "tasks", "events", "leads/notes", "users", "contacts"]), st.data())
def test_any_value_in_any_place_is_read_or_set_aside(path: str, data: st.DataObject) -> None:
    samples = {"tasks": TASK, "events": EVENT, "leads/notes": NOTE}
    sample = samples.get(path, LEAD)
    field = data.draw(st.sampled_from(sorted(sample)))
    told(path, sample | {field: data.draw(JSON)})
