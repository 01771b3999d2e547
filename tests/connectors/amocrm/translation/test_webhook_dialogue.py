"""Messages, talks, requests and notes of webhooks, field by field."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from smena.connectors.amocrm.api.core.form import Tree
from smena.connectors.amocrm.translation.webhook_dialogue import MessageDraft, note, read
from smena.crm.model.conversations import Message, MessageWay, Note, Unsorted, UnsortedState
from smena.crm.model.entities import EntityKind, Source

MOSCOW = ZoneInfo("Europe/Moscow")
AT = 1_790_000_000
MOMENT = datetime.fromtimestamp(AT, UTC)
RECEIVED = MOMENT + timedelta(hours=1)
NOON = {"date_create": "2026-09-21 12:00:00"}
AT_NINE = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)


def said(root: str, action: str, *items: Tree) -> MessageDraft:
    draft = MessageDraft(MOSCOW, RECEIVED, RECEIVED + timedelta(minutes=5))
    listed: Tree = {str(number): item for number, item in enumerate(items)}
    read({root: {action: listed}}, draft)
    return draft


MESSAGE: Tree = {"id": "m1", "created_at": str(AT), "text": "Здравствуйте"}


def message(changed: Tree, root: str = "message") -> Message:
    (found,) = said(root, "add", MESSAGE | changed).messages
    return found


@pytest.mark.parametrize(
    ("item", "field", "expected"),
    [
        ({}, "at", MOMENT),
        ({}, "text", "Здравствуйте"),
        ({}, "talk", None),
        ({"talk_id": "3"}, "talk", 3),
        ({"contact_id": "6"}, "contact", 6),
        ({"contact_id": "0"}, "contact", None),
        ({"chat_id": "c" * 201}, "chat", "c" * 200),
        ({"origin": "telegram"}, "origin", "telegram"),
        ({"element_type": "2", "element_id": "4"}, "entity_kind", EntityKind.LEAD),
        ({"element_type": "2", "element_id": "4"}, "entity_id", 4),
        ({"entity_type": "contacts", "entity_id": "5"}, "entity_kind", EntityKind.CONTACT),
        ({"entity_type": "lead", "entity_id": "5", "element_id": "4"}, "entity_id", 5),
        ({"entity_type": "planet", "entity_id": "5"}, "entity_id", None),
        ({"author": {"user_id": "9"}}, "author", 0),
    ],
)
def test_message(item: Tree, field: str, expected: object) -> None:
    assert getattr(message(item), field) == expected


def test_who_writes_is_known_of_our_own_messages_only() -> None:
    ours = message({"author": {"user_id": "9"}}, "outgoing_message")
    assert (ours.way, ours.author) == (MessageWay.OUT, 9)
    assert (message({}).way, message({}).author) == (MessageWay.IN, 0)


TALK: Tree = {"talk_id": "3", "created_at": str(AT), "updated_at": str(AT), "contact_id": "6"}


def test_a_talk_is_a_claim_that_a_reading_confirms() -> None:
    draft = said("talk", "add", TALK)
    (found,) = draft.talks
    assert (found.id, found.contact, found.updated_at) == (3, 6, MOMENT)
    assert draft.talks_to_read == {3}


def test_a_talk_of_the_future_is_read_and_not_believed() -> None:
    late = str(AT + 3600 + 301)
    draft = said("talk", "update", TALK | {"updated_at": late})
    assert (draft.talks, draft.talks_to_read) == ([], {3})
    assert draft.malformed[0].startswith("talk[update]: changed in the future")


REQUEST: Tree = {"uid": "u", "category": "forms", "created_at": str(AT), "pipeline_id": "7"}


def request(changed: Tree, action: str = "add") -> Unsorted:
    (found,) = said("unsorted", action, REQUEST | changed).unsorted
    return found


@pytest.mark.parametrize(
    ("item", "field", "expected"),
    [
        ({}, "created_at", MOMENT),
        ({"created_at": "", "date_create": str(AT)}, "created_at", MOMENT),
        ({"created_at": "", "modified_at": str(AT)}, "created_at", MOMENT),
        ({"created_at": ""}, "created_at", RECEIVED),
        ({}, "pipeline", 7),
        ({"pipeline_id": "0"}, "pipeline", None),
        ({"pipeline_id": "-7"}, "pipeline", None),
        ({"lead_id": "4"}, "lead", 4),
        ({"lead_id": "-4"}, "lead", None),
        ({"data": {"leads": {"0": "5"}}}, "lead", 5),
        ({"data": {"leads": {"0": {"id": "5"}}}}, "lead", 5),
        ({"data": {"leads": {"0": "x", "1": "6"}}}, "lead", 6),
        (
            {"data": {"leads": {"0": "5"}}, "accept_result": {"leads": {"0": "6"}}},
            "lead",
            6,
        ),
        ({"data": {"leads": {"0": "5"}}, "lead_id": "4"}, "lead", 4),
        ({"data": {"contacts": {"0": {"id": "8"}, "1": "9"}}}, "contacts", (8, 9)),
        ({"source": "Сайт"}, "origin", "Сайт"),
        ({"source_data": {"name": "Форма"}}, "origin", "Форма"),
        ({}, "state", UnsortedState.OPEN),
        ({}, "closed_at", None),
    ],
)
def test_request(item: Tree, field: str, expected: object) -> None:
    assert getattr(request(item), field) == expected


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("accept", UnsortedState.ACCEPTED),
        ("link", UnsortedState.ACCEPTED),
        ("decline", UnsortedState.DECLINED),
        ("", UnsortedState.GONE),
        ("vanish", UnsortedState.GONE),
    ],
)
def test_a_request_that_leaves_the_list_says_how(told: str, state: UnsortedState) -> None:
    found = request({"action": told}, "delete")
    assert (found.state, found.closed_at) == (state, RECEIVED)


NOTE: Tree = {"id": "77", "element_id": "4", "note_type": "4", "text": "Просил счёт", **NOON}


def one_note(**changed: str) -> Note:
    return note(NOTE | changed, MOSCOW, EntityKind.LEAD)


@pytest.mark.parametrize(
    ("item", "field", "expected"),
    [
        ({}, "type", "common"),
        ({"note_type": "103"}, "type", "sms_out"),
        ({"note_type": "99"}, "type", "99"),
        ({"note_type": "t" * 41}, "type", "t" * 40),
        ({}, "entity_kind", EntityKind.LEAD),
        ({"element_type": "1"}, "entity_kind", EntityKind.CONTACT),
        ({"element_type": "99"}, "entity_kind", EntityKind.LEAD),
        ({}, "created_at", AT_NINE),
        ({}, "updated_at", AT_NINE),
        ({"created_at": str(AT)}, "created_at", MOMENT),
        ({"created_at": "2026-09-21 12:00:00", "date_create": ""}, "created_at", AT_NINE),
        ({"timestamp_x": "2026-09-21 13:00:00"}, "updated_at", AT_NINE + timedelta(hours=1)),
        ({"updated_at": str(AT)}, "updated_at", MOMENT),
        ({}, "responsible", None),
        ({"main_user_id": "5"}, "responsible", 5),
        ({"created_by": "6"}, "author", 6),
        ({}, "author", 0),
    ],
)
def test_note(item: dict[str, str], field: str, expected: object) -> None:
    assert getattr(one_note(**item), field) == expected


@pytest.mark.parametrize(
    ("root", "item", "told"),
    [
        ("message", {"id": "m1"}, "message[add]: not a moment"),
        ("outgoing_message", {"created_at": str(AT)}, "outgoing_message[add]: not an id"),
        ("talk", {"created_at": str(AT)}, "talk[add]: not an id"),
        ("unsorted", {"created_at": str(AT)}, "unsorted[add]: not an id"),
    ],
)
def test_a_bad_item_is_told_and_holds_up_no_other(root: str, item: Tree, told: str) -> None:
    good = {"talk": TALK, "unsorted": REQUEST}.get(root, MESSAGE)
    draft = said(root, "add", item, good)
    assert len(draft.malformed) == 1
    assert draft.malformed[0].startswith(told)
    found = draft.conversations()
    assert len(found.messages) + len(found.talks) + len(found.unsorted) == 1
    assert found.source is Source.WEBHOOK


def test_what_is_no_branch_is_passed_over() -> None:
    draft = MessageDraft(MOSCOW, RECEIVED, RECEIVED)
    read({"message": "text", "talk": {"add": "text"}, "leads": {"add": {"0": MESSAGE}}}, draft)
    assert draft.conversations().is_silent
    assert draft.malformed == []
