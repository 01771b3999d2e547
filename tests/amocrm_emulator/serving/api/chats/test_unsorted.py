from typing import Any

import pytest

from tests.amocrm_emulator.place import (
    ANNA,
    BOSS,
    FIRST,
    NOON,
    SALES,
    TALKS,
    Place,
    Receiver,
    subscribe,
)

pytestmark = pytest.mark.anyio
CALL = {
    "source_name": "АТС",
    "source_uid": "pbx-1",
    "metadata": {
        "from": "+79001234567",
        "phone": "100",
        "called_at": NOON,
        "duration": 30,
        "link": "",
        "service_code": "pbx",
        "uniq": "u1",
    },
    "_embedded": {
        "leads": [{"name": "Звонок"}],
        "contacts": [
            {
                "name": "Незнакомец",
                "custom_fields_values": [
                    {"field_code": "PHONE", "values": [{"value": "+79001234567"}]}
                ],
            }
        ],
    },
}
FORM = {
    "source_name": "Сайт",
    "source_uid": "form-1",
    "metadata": {
        "form_id": "f1",
        "form_name": "Заявка",
        "form_page": "http://x.example",
        "form_sent_at": NOON,
    },
}


async def add(at: Place, category: str, item: dict[str, Any]) -> dict[str, Any]:
    found = await at.call("POST", f"/leads/unsorted/{category}", [item])
    row: dict[str, Any] = found["_embedded"]["unsorted"][0]
    return row


async def test_a_call_waits_with_its_cards(at: Place) -> None:
    made = await add(at, "sip", CALL)
    assert made["request_id"] == "0"
    found = await at.call("GET", f"/leads/unsorted/{made['uid']}")
    assert (found["category"], found["pipeline_id"], found["created_at"]) == ("sip", SALES, NOON)
    assert found["metadata"]["uniq"] == "u1"
    lead, contact = (found["_embedded"][kind][0]["id"] for kind in ("leads", "contacts"))
    assert (await at.call("GET", f"/leads/{lead}"))["status_id"] == SALES * 100
    assert (await at.call("GET", f"/contacts/{contact}"))["is_unsorted"] is True
    assert found["_embedded"]["companies"] == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["sip", "forms"]),
        ("filter[category]=forms", ["forms"]),
        ("filter[category][]=sip&filter[category][]=chats", ["sip"]),
        ("filter[pipeline_id]=1", []),
        ("order[created_at]=desc", ["forms", "sip"]),
        ("limit=1&page=2", ["forms"]),
    ],
)
async def test_lists(at: Place, query: str, expected: list[str]) -> None:
    await add(at, "sip", CALL)
    at.clock.advance(1)
    await add(at, "forms", FORM)
    found = await at.call("GET", f"/leads/unsorted?{query}")
    rows = found["_embedded"]["unsorted"] if found else []
    assert [row["category"] for row in rows] == expected


async def test_an_accepted_lead(at: Place, heard: Receiver) -> None:
    made = await add(at, "sip", CALL)
    await subscribe(at, heard.url, "delete_unsorted", "add_lead")
    at.clock.advance(60)
    path = f"/leads/unsorted/{made['uid']}/accept"
    await at.call("POST", path, {"user_id": ANNA, "status_id": TALKS})
    number = made["_embedded"]["leads"][0]["id"]
    lead = await at.call("GET", f"/leads/{number}")
    assert (lead["status_id"], lead["responsible_user_id"]) == (TALKS, ANNA)
    assert (await at.answer("GET", f"/leads/unsorted/{made['uid']}")).status_code == 404
    assert (await at.answer("POST", path)).status_code == 404, "nobody accepts twice"
    summary = await at.call("GET", "/leads/unsorted/summary")
    told = (summary["total"], summary["accepted"], summary["average_sort_time"])
    assert told == (0, 1, 60)
    await at.emulator.flush_hooks()
    fields = {name: told for body in heard.received for name, told in body.pairs}
    assert fields["unsorted[delete][0][action]"] == "accept"
    assert fields["unsorted[delete][0][accept_result][leads][0][id]"] == str(number)
    assert fields["leads[add][0][id]"] == str(number)


async def waiting(at: Place) -> tuple[int, int, str]:
    """Return the lead and the contact of a request that waits, and its uid."""
    made = await add(at, "sip", CALL)
    lead, contact = (made["_embedded"][kind][0]["id"] for kind in ("leads", "contacts"))
    return lead, contact, made["uid"]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_nothing_is_put_into_unsorted_by_the_number_of_its_stage(
    at: Place, method: str
) -> None:
    """Reported by clients of several languages: PHP#156, Krukov/amocrm_api#69."""
    item = {"id": at.lead()} if method == "PATCH" else {"name": "Окна"}
    place = {"pipeline_id": SALES, "status_id": SALES * 100}
    answer = await at.answer(method, "/leads", [item | place])
    assert answer.status_code == 400
    (error,) = answer.json()["validation-errors"][0]["errors"]
    assert (error["code"], error["path"]) == ("NotSupportedChoice", "status_id")
    uid = (await add(at, "forms", FORM))["uid"]
    path = f"/leads/unsorted/{uid}/accept"
    assert (await at.answer("POST", path, {"status_id": SALES * 100})).status_code == 400


@pytest.mark.parametrize(
    ("given", "stage"),
    [({"responsible_user_id": ANNA}, FIRST), ({"status_id": TALKS}, TALKS), ({"price": 1}, FIRST)],
)
async def test_a_write_takes_a_lead_out_and_ends_the_waiting(
    at: Place, heard: Receiver, given: dict[str, int], stage: int
) -> None:
    """PHP#156: any update does."""
    lead, contact, uid = await waiting(at)
    await subscribe(at, heard.url, "delete_unsorted")
    await at.call("PATCH", f"/leads/{lead}", given)
    assert (await at.call("GET", f"/leads/{lead}"))["status_id"] == stage
    assert (await at.answer("GET", f"/leads/unsorted/{uid}")).status_code == 404
    assert (await at.call("GET", f"/contacts/{contact}"))["is_unsorted"] is False
    assert (await at.call("GET", "/leads/unsorted/summary"))["accepted"] == 1
    await at.emulator.flush_hooks()
    (told,) = heard.received
    assert told.fields["unsorted[delete][0][action]"] == "accept"


async def test_whoever_moves_a_lead_by_hand_ends_its_waiting(at: Place) -> None:
    lead, _contact, uid = await waiting(at)
    at.crm.leads.change(ANNA, at.clock.now(), lead, name="Перезвонить")
    assert (await at.answer("GET", f"/leads/unsorted/{uid}")).status_code == 200
    at.crm.leads.change(ANNA, at.clock.now(), lead, status_id=TALKS)
    assert (await at.answer("GET", f"/leads/unsorted/{uid}")).status_code == 404


async def test_a_waiting_lead_that_is_thrown_away_waits_no_longer(at: Place) -> None:
    lead, _contact, uid = await waiting(at)
    at.crm.cards.delete(ANNA, at.clock.now(), "leads", lead)
    assert (await at.answer("GET", f"/leads/unsorted/{uid}")).status_code == 404
    assert (await at.call("GET", "/leads/unsorted/summary"))["declined"] == 1


async def test_a_lead_is_accepted_into_the_first_stage_by_default(at: Place) -> None:
    made = await add(at, "forms", FORM)
    await at.call("POST", f"/leads/unsorted/{made['uid']}/accept")
    lead = await at.call("GET", f"/leads/{made['_embedded']['leads'][0]['id']}")
    assert (lead["status_id"], lead["responsible_user_id"]) == (FIRST, BOSS)


async def test_a_declined_lead_goes_to_the_bin(at: Place, heard: Receiver) -> None:
    await subscribe(at, heard.url, "add_unsorted", "delete_unsorted")
    made = await add(at, "sip", CALL)
    await at.call("DELETE", f"/leads/unsorted/{made['uid']}/decline", {"user_id": ANNA})
    number = made["_embedded"]["leads"][0]["id"]
    assert await at.call("GET", f"/leads/{number}") is None
    assert ("lead_deleted", ANNA) in at.events()
    assert (await at.call("GET", "/leads/unsorted/summary"))["declined"] == 1
    await at.emulator.flush_hooks()
    first, second = (body.fields for body in heard.received)
    assert first["unsorted[add][0][uid]"] == made["uid"]
    assert first["unsorted[add][0][data][leads][0][id]"] == str(number)
    assert first["unsorted[add][0][source_data][from]"] == "+79001234567"
    assert second["unsorted[delete][0][action]"] == "decline"
    assert second["unsorted[delete][0][decline_result][leads][0][id]"] == str(number)


async def test_a_stranger_in_a_chat_is_joined_to_a_lead(at: Place) -> None:
    lead = at.lead()
    row = await at.call("POST", "/control/chats/stranger", {"name": "Пётр", "text": "Есть окна?"})
    path = f"/leads/unsorted/{row['uid']}/link"
    bad = await at.answer("POST", path, {"link": {"entity_id": 1, "entity_type": "leads"}})
    assert bad.status_code == 400
    await at.call("POST", path, {"link": {"entity_id": lead, "entity_type": "leads"}})
    found = await at.call("GET", f"/leads/{lead}?with=contacts")
    assert [c["id"] for c in found["_embedded"]["contacts"]] == row["cards"]["contacts"]
    form = await add(at, "forms", FORM)
    only = await at.answer(
        "POST",
        f"/leads/unsorted/{form['uid']}/link",
        {"link": {"entity_id": lead, "entity_type": "leads"}},
    )
    assert only.status_code == 422


@pytest.mark.parametrize(
    ("category", "change", "where"),
    [
        ("sip", {"source_name": None}, "source_name"),
        ("sip", {"metadata": {}}, "metadata.from"),
        ("forms", {"metadata": 5}, "metadata"),
        ("sip", {"pipeline_id": 5}, "pipeline_id"),
        ("sip", {"_embedded": {"leads": [{}, {}]}}, "_embedded.leads"),
        ("sip", {"_embedded": {"leads": [{"price": "x"}]}}, "_embedded.leads.0.price"),
    ],
)
async def test_bad_ones_are_refused(
    at: Place, category: str, change: dict[str, Any], where: str
) -> None:
    item = (CALL if category == "sip" else FORM) | change
    answer = await at.answer("POST", f"/leads/unsorted/{category}", [item])
    assert answer.status_code == 400
    errors = answer.json()["validation-errors"][0]["errors"]
    assert where in [error["path"] for error in errors]
    assert (await at.answer("POST", "/leads/unsorted/mail", [item])).status_code == 404
