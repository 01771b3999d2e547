"""Commands as amoCRM's documents, and whether they came true."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from smena.connectors.amocrm.writing.core import verification
from smena.connectors.amocrm.writing.core.rejection import rejection_reason
from smena.connectors.amocrm.writing.core.request import ADDRESSES, body_of, document
from smena.connectors.amocrm.writing.core.verification import Held
from smena.crm.model.entities import (
    CompanyId,
    ContactId,
    EntityKind,
    LeadId,
    PipelineId,
    StatusId,
    TaskId,
    UserId,
)
from smena.crm.outbox.model import (
    AddNote,
    Change,
    ChangeCompany,
    ChangeContact,
    ChangeLead,
    ChangeTask,
    CommandKind,
    CreateTask,
    FieldValue,
    Item,
    Sentinel,
    SetField,
    Stage,
)
from smena.kernel.reasons import reason_text
from tests.crm.cast import command

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECONDS = int(NOON.timestamp())
ANNA = UserId(2)
PHONE = SetField(8, (FieldValue("+70000000000", enum=1),))
WHOLE_LEAD = ChangeLead(
    lead=LeadId(1), responsible=ANNA, name="Поставка", price=0,
    stage=Stage(PipelineId(700), StatusId(142)), fields=(PHONE, SetField(9)),
    add_tags=("vip",), drop_tags=("сайт",),
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            ChangeLead(lead=LeadId(1), responsible=ANNA),
            {"id": 1, "responsible_user_id": 2},
            id="only what changes",
        ),
        pytest.param(
            WHOLE_LEAD,
            {
                "id": 1, "responsible_user_id": 2, "name": "Поставка", "price": 0,
                "pipeline_id": 700, "status_id": 142,
                "custom_fields_values": [
                    {"field_id": 8, "values": [{"value": "+70000000000", "enum_id": 1}]},
                    {"field_id": 9, "values": None},
                ],
                "tags_to_add": [{"name": "vip"}], "tags_to_delete": [{"name": "сайт"}],
            },
            id="a whole lead",
        ),
        pytest.param(
            ChangeContact(contact=ContactId(5), responsible=ANNA),
            {"id": 5, "responsible_user_id": 2},
            id="contact",
        ),
        pytest.param(
            ChangeCompany(company=CompanyId(6), name="Акме"), {"id": 6, "name": "Акме"},
            id="company",
        ),
        pytest.param(
            ChangeTask(task=TaskId(8), is_completed=True, result="Договорились"),
            {"id": 8, "is_completed": True, "result": {"text": "Договорились"}},
            id="a task is completed with its result",
        ),
        pytest.param(
            ChangeTask(task=TaskId(8), responsible=ANNA, text="Позвонить", due_at=NOON, type_id=2),
            {
                "id": 8, "responsible_user_id": 2, "text": "Позвонить", "complete_till": SECONDS,
                "task_type_id": 2,
            },
            id="a task moves",
        ),
        pytest.param(
            CreateTask(text="Позвонить", due_at=NOON, card_kind=EntityKind.LEAD, card_id=1),
            {
                "text": "Позвонить", "complete_till": SECONDS, "entity_type": "leads",
                "entity_id": 1, "task_type_id": 1,
            },
            id="a new task of a lead",
        ),
        pytest.param(
            AddNote(card_kind=EntityKind.CONTACT, card_id=5, text="Просил счёт"),
            {"entity_id": 5, "note_type": "common", "params": {"text": "Просил счёт"}},
            id="note",
        ),
    ],
)  # fmt: skip
def test_document(change: Change, expected: dict[str, object]) -> None:
    assert document(change) == expected


def test_every_kind_has_its_address_and_items_name_their_commands() -> None:
    assert set(ADDRESSES) == set(CommandKind)
    change = ChangeLead(lead=LeadId(101), responsible=ANNA)
    body = body_of([Item(change, (command(7, change), command(9, change)))])
    assert msgspec.json.decode(body) == [{"id": 101, "responsible_user_id": 2, "request_id": "7"}]


HELD: Held = {
    "id": 1, "responsible_user_id": "2", "name": " Поставка ", "price": 0, "pipeline_id": 700,
    "status_id": 142,
    "custom_fields_values": [
        {"field_id": 8, "values": [{"value": "+70000000000", "enum_id": 1, "enum_code": "WORK"}]}
    ],
    "_embedded": {"tags": [{"id": 5, "name": "vip"}]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        pytest.param({}, True, id="all came true"),
        pytest.param({"responsible_user_id": 3}, False, id="another responsible"),
        pytest.param({"status_id": 143}, False, id="another stage"),
        pytest.param({"price": 1}, False, id="another price"),
        pytest.param({"custom_fields_values": None}, False, id="a field is empty"),
        pytest.param({"_embedded": {"tags": []}}, False, id="the tag is not there"),
        pytest.param({"_embedded": []}, False, id="nothing about tags"),
        pytest.param(
            {"_embedded": {"tags": [{"name": "vip"}, {"name": "сайт"}]}}, False,
            id="the dropped tag is still there",
        ),
        pytest.param({"name": {"html": 1}}, False, id="a value of a wrong type"),
    ],
)  # fmt: skip
def test_whether_a_change_came_true(difference: dict[str, object], *, expected: bool) -> None:
    assert verification.is_applied(WHOLE_LEAD, {**HELD, **difference}) is expected


def test_a_task_result_comes_as_an_object_or_a_list() -> None:
    change = ChangeTask(task=TaskId(8), is_completed=True, result="Да")
    assert verification.is_applied(change, {"id": 8, "is_completed": 1, "result": {"text": "Да"}})
    assert not verification.is_applied(change, {"id": 8, "is_completed": True, "result": []})


def task(number: int, text: str = "Позвонить", at: int = 0, **other: object) -> dict[int, Held]:
    held = {
        "id": number, "text": text, "entity_type": "leads", "entity_id": 1, "task_type_id": 1,
        "complete_till": SECONDS, "created_at": SECONDS + at,
    }  # fmt: skip
    return {number: held | other}


def new_task(number: int) -> Item:
    change = CreateTask(text="Позвонить", due_at=NOON, card_kind=EntityKind.LEAD, card_id=1)
    return Item(change, (command(number, change),))


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        pytest.param(task(11), {1: 11}, id="made once"),
        pytest.param(task(11) | task(12), {1: 11, 2: 12}, id="one for each command"),
        pytest.param(task(11, at=-3600), {}, id="an old one"),
        pytest.param(task(11, text="Написать"), {}, id="another text"),
        pytest.param(task(11, entity_id=2), {}, id="of another card"),
        pytest.param(task(10), {}, id="it answers another command already"),
        pytest.param(task(11, created_at="x"), {}, id="unreadable"),
        pytest.param({}, {}, id="nothing"),
    ],
)
def test_what_was_made(held: dict[int, Held], expected: dict[int, int]) -> None:
    assert verification.match_created([new_task(1), new_task(2)], held, {10}, NOON) == expected


def test_where_creations_are_looked_for() -> None:
    alone = CreateTask(text="Отчёт", due_at=NOON)
    note = AddNote(card_kind=EntityKind.COMPANY, card_id=6, text="Просил счёт")
    items = [new_task(1), *(Item(change, (command(2, change),)) for change in (alone, note))]
    since = str(SECONDS - 3600 - 600)
    assert [
        (look.listing.path, dict(look.listing.params))
        for look in verification.probes(items, NOON - timedelta(hours=1), {})
    ] == [
        (
            "tasks",
            {
                "filter[entity_type]": "leads", "filter[entity_id][0]": "1",
                "filter[updated_at][from]": since,
            },
        ),
        ("tasks", {"filter[updated_at][from]": since}),
        (
            "companies/notes",
            {
                "filter[note_type][0]": "common", "filter[entity_id][0]": "6",
                "filter[updated_at][from]": since,
            },
        ),
    ]  # fmt: skip


def test_a_list_is_widened_to_show_what_is_known_to_be_there() -> None:
    alone = CreateTask(text="Отчёт", due_at=NOON)
    note = AddNote(card_kind=EntityKind.COMPANY, card_id=6, text="Просил счёт")
    items = [Item(change, (command(2, change),)) for change in (alone, note)]
    known = {
        ("tasks", None): [Sentinel(31, 4, NOON + timedelta(minutes=3))],
        ("notes", EntityKind.COMPANY): [
            Sentinel(76, 9, NOON),
            Sentinel(77, 9, NOON - timedelta(days=2)),
        ],
    }
    assert [
        (look.listing.path, dict(look.listing.params), set(look.sentinels))
        for look in verification.probes(items, NOON, known)
    ] == [
        ("tasks", {"filter[updated_at][from]": str(SECONDS - 600)}, {31}),
        (
            "companies/notes",
            {
                "filter[note_type][0]": "common", "filter[entity_id][0]": "6",
                "filter[entity_id][1]": "9",
                "filter[updated_at][from]": str(SECONDS - 2 * 86_400 - 600),
            },
            {76, 77},
        ),
    ]  # fmt: skip


def test_a_reason_says_what_it_is_about_in_plain_words() -> None:
    assert reason_text(
        rejection_reason([("custom_fields_values.0.field_id", "No such field")])
    ) == ("amoCRM не приняла значение поля (custom_fields_values.0.field_id: No such field)")
    assert reason_text(rejection_reason([("secret", "No")])) == "amoCRM отказала (secret: No)"
    assert len(reason_text(rejection_reason([("name", "x" * 2000)] * 90))) < 1000
