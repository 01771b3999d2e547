"""Bodies of webhooks: recorded, documented, hostile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.json import encode

from smena.connectors.amocrm.api.core import form
from smena.connectors.amocrm.translation import parse, webhook
from smena.connectors.amocrm.translation.webhook import ForeignBody, WebhookReading
from smena.connectors.amocrm.webhooks.core.coalesce import coalesce
from smena.crm.model.details import Tag, TagId
from smena.crm.model.entities import Changes, EntityKind, Lead, Source, Task
from smena.kernel.ids import AccountId
from tests.connectors.amocrm.api.test_form import RECORDED

MOSCOW = ZoneInfo("Europe/Moscow")
AT = 1_790_000_000
MOMENT = datetime.fromtimestamp(AT, UTC)
LATER = MOMENT + timedelta(hours=1)

LEAD = {
    "id": "4000001", "name": "Поставка", "status_id": "71002", "old_status_id": "71001",
    "price": "", "responsible_user_id": "9000002", "last_modified": str(AT),
    "modified_user_id": "9000002", "created_user_id": "0", "date_create": str(AT - 60),
    "pipeline_id": "700", "account_id": "31000001", "created_at": str(AT - 60),
    "updated_at": str(AT),
}  # fmt: skip
TASK = {
    "id": "8000001", "element_id": "4000001", "element_type": "2", "task_type": "1",
    "date_create": "2026-09-21 12:00:00", "text": "Перезвонить", "status": "1",
    "created_user_id": "9000001", "last_modified": "2026-09-21 14:00:00",
    "responsible_user_id": "9000002", "complete_till": "2026-09-22 23:59:00",
}  # fmt: skip


def body(root: str, action: str, *items: dict[str, str]) -> bytes:
    pairs = [("account[subdomain]", "acme"), ("account[id]", "31000001")]
    for index, item in enumerate(items):
        pairs += [(f"{root}[{action}][{index}][{key}]", value) for key, value in item.items()]
    return urlencode(pairs).encode()


def read(raw: bytes) -> WebhookReading:
    return webhook.read(form.parse(raw), MOSCOW, LATER)


def one_lead(**changed: str) -> Lead:
    (found,) = read(body("leads", "update", LEAD | changed)).changes.leads
    return found


def one_task(**changed: str) -> Task:
    (found,) = read(body("task", "update", TASK | changed)).changes.tasks
    return found


def test_lead() -> None:
    lead = one_lead()
    assert (lead.id, lead.pipeline, lead.status, lead.responsible) == (4000001, 700, 71002, 9000002)
    assert (lead.created_at, lead.updated_at) == (MOMENT - timedelta(seconds=60), MOMENT)
    assert (lead.price, lead.created_by, lead.contacts, lead.company) == (None, 0, None, None)


def test_old_bodies_have_other_names() -> None:
    old = {key: value for key, value in LEAD.items() if key not in ("created_at", "updated_at")}
    (lead,) = read(body("leads", "add", old)).changes.leads
    assert lead.updated_at == MOMENT


def test_one_change_told_three_times_is_one_row() -> None:
    raw = b"&".join(body("leads", action, LEAD) for action in ("update", "status", "responsible"))
    assert len(read(raw).changes.leads) == 1


def test_a_text_ahead_of_us_is_read_back_instead_of_believed() -> None:
    """It is of another time zone than we thought; a Unix second would be taken at its word."""
    clock_offset = TASK | {"last_modified": "2026-09-21 18:30:00"}  # received at 18:13 in Moscow
    found = read(body("task", "update", clock_offset))
    assert (found.changes.tasks, found.malformed) == ((), ())
    assert found.entities == {(EntityKind.TASK, 8000001)}
    dated = clock_offset | {"created_at": str(AT), "updated_at": str(AT)}
    (task,) = read(body("task", "update", dated)).changes.tasks
    assert task.updated_at == MOMENT


def test_several_entities_in_a_body() -> None:
    raw = body("leads", "add", LEAD, LEAD | {"id": "4000002"}) + b"&" + body("task", "add", TASK)
    changes = read(raw).changes
    assert ([lead.id for lead in changes.leads], len(changes.tasks)) == ([4000001, 4000002], 1)
    assert changes.source is Source.WEBHOOK


def test_task_moments_are_on_the_clock_of_the_account() -> None:
    task = one_task()
    assert task.due_at == datetime(2026, 9, 22, 20, 59, tzinfo=UTC)
    assert task.updated_at == datetime(2026, 9, 21, 11, tzinfo=UTC)
    assert (task.is_completed, task.entity_kind, task.entity_id) == (True, EntityKind.LEAD, 4000001)
    assert one_task(complete_before=str(AT)).due_at == MOMENT
    assert one_task(element_type="0").entity_kind is None


def test_a_body_and_the_api_say_the_same_in_the_same_words() -> None:
    card = {
        "id": 4000001,
        "name": "Поставка",
        "responsible_user_id": 9000002,
        "status_id": 71002,
        "pipeline_id": 700,
        "updated_by": 9000002,
        "created_at": AT - 60,
        "updated_at": AT,
    }
    (lead,) = parse.page("leads", [Raw(encode(card))]).changes.leads
    assert one_lead() == replace(lead, tags=None, fields=None)
    task = {
        "id": 8000001,
        "entity_id": 4000001,
        "entity_type": "leads",
        "task_type_id": 1,
        "text": "Перезвонить",
        "is_completed": True,
        "created_by": 9000001,
        "responsible_user_id": 9000002,
        "complete_till": 1_790_110_740,
        "created_at": 1_789_981_200,
        "updated_at": 1_789_988_400,
    }
    (said,) = parse.page("tasks", [Raw(encode(task))]).changes.tasks
    assert one_task() == said


def test_what_a_body_does_not_name_stays_unsaid() -> None:
    (contact,) = read(body("contacts", "update", LEAD)).changes.contacts
    assert (contact.company, contact.tags, contact.fields) == (None, None, None)
    linked = LEAD | {"linked_company_id": "5", "tags][0][id": "3", "tags][0][name": "a"}
    (contact,) = read(body("contacts", "update", linked)).changes.contacts
    assert (contact.company, contact.tags) == (5, (Tag(TagId(3), "a"),))
    (lead,) = read(body("leads", "update", linked)).changes.leads
    assert (lead.company, lead.contacts, lead.closed_at) == (None, None, None)


def test_companies_come_under_contacts() -> None:
    item = LEAD | {"type": "company"}
    changes = read(body("contacts", "add", item)).changes
    assert (len(changes.companies), len(changes.contacts)) == (1, 0)
    contact = read(body("contacts", "add", LEAD | {"type": "contact"})).changes
    assert (len(contact.companies), len(contact.contacts)) == (0, 1)


def test_phones_of_a_contact() -> None:
    item = LEAD | {
        "custom_fields][0][id": "1",
        "custom_fields][0][values][0][value": "+7000",
        "custom_fields][0][values][0][enum": "3",
        "custom_fields][0][code": "PHONE",
        "custom_fields][1][values][0": "1790000000",
        "custom_fields][1][code": "BIRTH",
    }
    (contact,) = read(body("contacts", "update", item)).changes.contacts
    assert contact.phones == ("+7000",)


@pytest.mark.parametrize(
    ("root", "action", "item", "expected"),
    [
        ("leads", "delete", {"id": "7"}, (EntityKind.LEAD, 7)),
        ("leads", "restore", LEAD, (EntityKind.LEAD, 4000001)),
        ("contacts", "delete", {"id": "7", "type": "company"}, (EntityKind.COMPANY, 7)),
        ("contacts", "delete", {"id": "7", "type": "contact"}, (EntityKind.CONTACT, 7)),
        ("task", "delete", {"id": "7"}, (EntityKind.TASK, 7)),
        ("leads", "update", {"id": "7"}, (EntityKind.LEAD, 7)),
        ("leads", "update", LEAD | {"updated_at": str(AT * 2)}, (EntityKind.LEAD, 4000001)),
    ],
)
def test_what_a_body_cannot_say_is_read_back(
    root: str, action: str, item: dict[str, str], expected: tuple[EntityKind, int]
) -> None:
    reading = read(body(root, action, item))
    assert reading.entities == {expected}
    assert reading.changes == Changes(source=Source.WEBHOOK)


def test_call_note_is_read_back() -> None:
    item = {
        "type": "x", "note][id": "77001", "note][note_type": "11", "note][element_type": "1",
        "note][text": '{"UNIQ":"u"}',
    }  # fmt: skip
    reading = read(body("leads", "note", item))
    assert reading.notes == {(EntityKind.CONTACT, 77001)}
    text = item | {"note][note_type": "4"}
    assert read(body("leads", "note", text)).notes == frozenset()


@pytest.mark.parametrize(
    ("named", "is_ours"),
    [
        ({"id": "31000001", "subdomain": "acme"}, True),
        ({"id": "31000001", "subdomain": "renamed"}, True),
        ({"subdomain": "ACME"}, True),
        ({"id": "31000002", "subdomain": "acme"}, False),
        ({"subdomain": "other"}, False),
        ({}, False),
    ],
)
def test_account_of_a_body(named: dict[str, str], is_ours: bool) -> None:  # noqa: FBT001 -- a table's column
    tree: form.Tree = {"account": dict(named)}
    if is_ours:
        webhook.check_account(tree, AccountId(31000001), "acme")
    else:
        with pytest.raises(ForeignBody):
            webhook.check_account(tree, AccountId(31000001), "acme")


KEYS = st.sampled_from(
    ["leads", "contacts", "task", "companies", "add", "update", "delete", "note", "0", "id",
     "updated_at", "note_type", "element_type", "values", "custom_fields", "code", "", "type"]
)  # fmt: skip
VALUES = st.sampled_from(["", "1", "-1", "x", "company", "PHONE", "9" * 30, "2026-09-21 12:00:00",
                          "9999-12-31 23:59:59", "0001-01-01 00:00:00", "10"])  # fmt: skip
TREES = st.recursive(
    st.dictionaries(KEYS, VALUES), lambda inner: st.dictionaries(KEYS, VALUES | inner)
)


@given(TREES)
def test_any_tree_is_read(tree: form.Tree) -> None:
    webhook.read(tree, MOSCOW, LATER)


def test_recorded_bodies() -> None:
    if not RECORDED.is_dir():
        pytest.skip("the recorded webhook bodies are not on this machine")
    for path in sorted(RECORDED.glob("*.body")):
        reading = read(path.read_bytes())
        said = (*reading.changes.leads, *reading.changes.contacts, *reading.changes.companies)
        assert reading.malformed == ()
        if "delete" in path.name or "restore" in path.name:
            assert len(reading.entities) == 1
        else:
            assert len(said) == 1


def told(*leads: Lead) -> Changes:
    return Changes(source=Source.WEBHOOK, leads=leads)


def test_in_turn_joins_what_may_be_joined() -> None:
    first, moved, other = one_lead(), one_lead(status_id="142"), one_lead(id="5")
    assert coalesce([told(first), told(other), told(first)]) == [told(first, other)]
    assert coalesce([told(first), told(moved)]) == [told(first), told(moved)]
    assert coalesce([told(first), told(moved), told(first)]) == [
        told(first), told(moved), told(first),
    ]  # fmt: skip
    assert coalesce([Changes(source=Source.WEBHOOK)]) == []
