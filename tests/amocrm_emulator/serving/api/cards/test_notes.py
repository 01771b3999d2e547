from typing import Any

import pytest

from tests.amocrm_emulator.place import ANNA, BORIS, BOSS, NOON, Place

pytestmark = pytest.mark.anyio
TALK = {
    "uniq": "pbx-1",
    "duration": 63,
    "source": "UIS",
    "link": "https://pbx.example/1.mp3",
    "phone": "+79001234567",
    "call_result": "Договорились",
    "call_status": 4,
    "call_responsible": ANNA,
}


async def add(at: Place, path: str, **item: Any) -> int:
    answer = await at.call("POST", path, [item])
    return int(answer["_embedded"]["notes"][0]["id"])


@pytest.mark.parametrize(
    ("note_type", "params", "event"),
    [
        ("common", {"text": "Просил счёт"}, "common_note_added"),
        ("call_in", TALK, "incoming_call"),
        ("call_out", TALK, "outgoing_call"),
        ("service_message", {"service": "Бот", "text": "Ответил"}, "service_note_added"),
        ("sms_in", {"text": "Да", "phone": "+7"}, "incoming_sms"),
        ("geolocation", {"text": "тут", "address": "Тула"}, "geo_note_added"),
    ],
)
async def test_kinds_of_notes(
    at: Place, note_type: str, params: dict[str, Any], event: str
) -> None:
    lead = at.lead(responsible_user_id=BORIS)
    number = await add(
        at, f"/leads/{lead}/notes", note_type=note_type, params=params, created_by=ANNA
    )
    note = await at.call("GET", f"/leads/notes/{number}")
    assert note == await at.call("GET", f"/leads/{lead}/notes/{number}")
    expected = {
        "entity_id": lead,
        "created_by": ANNA,
        "responsible_user_id": BORIS,
        "params": params,
        "note_type": note_type,
        "is_pinned": False,
        "created_at": NOON,
        "group_id": 501,
    }
    assert {name: note[name] for name in expected} == expected
    (row,) = (await at.call("GET", f"/events?filter[type]={event}&with=note"))["_embedded"][
        "events"
    ]
    assert (row["created_by"], row["entity_id"]) == (ANNA, lead)
    assert row["value_after"] == [{"note": {"id": number}}]
    assert row["_embedded"]["note"]["params"] == params


async def test_lists_of_notes(at: Place) -> None:
    lead, other, contact = at.lead(), at.lead(), at.contact()
    text = {"note_type": "common", "params": {"text": "т"}}
    call = {"note_type": "call_in", "params": TALK}
    one = await add(at, "/leads/notes", entity_id=lead, **text)
    two = await add(at, "/leads/notes", entity_id=other, **call)
    at.clock.advance(10)
    three = await add(at, f"/leads/{lead}/notes", **call)
    of_contact = await add(at, "/contacts/notes", entity_id=contact, **call)
    for path, expected in (
        ("/leads/notes", [one, two, three]),
        (f"/leads/{lead}/notes", [one, three]),
        ("/contacts/notes", [of_contact]),
        ("/companies/notes", []),
        ("/leads/notes?filter[note_type][0]=call_in&filter[note_type][1]=call_out", [two, three]),
        (f"/leads/notes?filter[entity_id][]={other}", [two]),
        (f"/leads/notes?filter[updated_at][from]={NOON + 5}", [three]),
        (f"/leads/notes?filter[updated_at]={NOON + 5}", [three]),
        ("/leads/notes?order[id]=desc&limit=1", [three]),
    ):
        assert await at.ids(path, "notes") == expected, path
    assert (await at.answer("GET", f"/contacts/notes/{one}")).status_code == 204


async def test_changing_and_pinning(at: Place) -> None:
    lead = at.lead()
    number = await add(
        at, "/leads/notes", entity_id=lead, note_type="common", params={"text": "раз"}
    )
    at.clock.advance(5)
    row = await at.call("PATCH", f"/leads/notes/{number}", {"params": {"text": "два"}})
    assert row["updated_at"] == NOON + 5
    await at.call("POST", f"/leads/notes/{number}/pin")
    note = await at.call("GET", f"/leads/notes/{number}")
    assert (note["params"], note["is_pinned"]) == ({"text": "два"}, True)
    assert await at.ids("/leads/notes?filter[note_type]=common", "notes") == [number]
    await at.call("POST", f"/leads/notes/{number}/unpin")
    assert (await at.call("GET", f"/leads/notes/{number}"))["is_pinned"] is False


CALL = {"direction": "inbound", "duration": 60, "source": "UIS", "phone": "8 (900) 123-45-67"}


async def test_a_call_goes_to_the_only_active_lead(at: Place) -> None:
    contact = at.contact(phone="+7 900 1234567")
    active = at.lead(contacts=[contact])
    at.lead(contacts=[contact], status_id=142)
    answer = await at.call("POST", "/calls", [CALL | {"call_responsible": ANNA, "uniq": "u"}])
    (row,) = answer["_embedded"]["calls"]
    assert (answer["_total_items"], answer["errors"]) == (1, [])
    assert (row["entity_type"], row["entity_id"]) == ("lead", active)
    note = await at.call("GET", f"/leads/notes/{row['id']}")
    assert (note["note_type"], note["params"]["uniq"]) == ("call_in", "u")
    assert (note["created_by"], note["responsible_user_id"]) == (ANNA, ANNA)
    assert at.events()[-1] == ("incoming_call", ANNA)


@pytest.mark.parametrize(("leads", "where"), [(0, "contact"), (2, "contact")])
async def test_otherwise_to_the_contact(at: Place, leads: int, where: str) -> None:
    contact = at.contact(phone="+79001234567")
    for _ in range(leads):
        at.lead(contacts=[contact])
    answer = await at.call("POST", "/calls", [CALL | {"direction": "outbound"}])
    (row,) = answer["_embedded"]["calls"]
    assert (row["entity_type"], row["entity_id"]) == (where, contact)
    assert at.events()[-1] == ("outgoing_call", BOSS)


async def test_a_call_of_an_unknown_number_is_refused(at: Place) -> None:
    """PHP#52: in the form of the good answer."""
    answer = await at.answer("POST", "/calls", [CALL])
    told = answer.json()
    assert (answer.status_code, told["_total_items"]) == (400, 0)
    assert told["_embedded"]["calls"] == []
    (error,) = told["errors"]
    assert (error["title"], error["status"], error["request_id"]) == ("Entity not found", 263, "0")
    assert at.events() == []


async def test_of_two_calls_the_known_number_is_added(at: Place) -> None:
    contact = at.contact(phone="+79001234567")
    answer = await at.call("POST", "/calls", [CALL | {"phone": "+79990000000"}, CALL])
    assert [row["entity_id"] for row in answer["_embedded"]["calls"]] == [contact]
    assert [row["request_id"] for row in answer["errors"]] == ["0"]


@pytest.mark.parametrize("name", ["call_status", "call_result", "request_id", "uniq"])
async def test_a_call_has_no_nulls(at: Place, name: str) -> None:
    """PHP#51, PHP#570: what is not known is left out."""
    at.contact(phone="+79001234567")
    answer = await at.answer("POST", "/calls", [CALL | {name: None}])
    assert answer.status_code == 400
    (error,) = answer.json()["validation-errors"][0]["errors"]
    assert (error["path"], error["detail"]) == (name, "This value should not be null.")
    assert [kind for kind, _by in at.events()] == ["contact_added"]
