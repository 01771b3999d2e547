from typing import Any

import pytest

from amocrm_emulator.account.core.rights import settled
from tests.amocrm_emulator.place import (
    ANNA,
    BORIS,
    BOSS,
    FIRST,
    NOON,
    SALES,
    TALKS,
    TOKEN,
    TOKEN_OF_ANNA,
    Place,
)

pytestmark = pytest.mark.anyio


def give(at: Place, **rights: Any) -> None:
    """Give Anna rights of her own."""
    at.crm.people.change(ANNA, rights=settled(rights))


def three_leads(at: Place) -> list[int]:
    return [at.lead(responsible_user_id=user) for user in (ANNA, BORIS, BOSS)]


async def hers(at: Place, path: str, name: str) -> list[Any]:
    answer = await at.answer("GET", path, token=TOKEN_OF_ANNA)
    return [row["id"] for row in answer.json()["_embedded"][name]] if answer.content else []


@pytest.mark.parametrize(
    ("letter", "seen"), [("A", [0, 1, 2]), ("G", [0, 1]), ("M", [0]), ("D", [])]
)
async def test_a_list_is_cut_to_what_is_seen(at: Place, letter: str, seen: list[int]) -> None:
    leads = three_leads(at)
    give(at, leads={"view": letter})
    assert await hers(at, "/leads", "leads") == [leads[place] for place in seen]
    assert len(await at.ids("/leads", "leads")) == 3, "an administrator sees all"
    for place, lead in enumerate(leads):
        answer = await at.answer("GET", f"/leads/{lead}", token=TOKEN_OF_ANNA)
        assert answer.status_code == (200 if place in seen else 204)


async def test_a_stage_has_rights_of_its_own(at: Place) -> None:
    first, second = at.lead(status_id=FIRST), at.lead(status_id=TALKS)
    place = {"entity_type": "leads", "pipeline_id": SALES, "status_id": TALKS}
    give(at, status_rights=[place | {"rights": {"view": "D"}}])
    assert await hers(at, "/leads", "leads") == [first]
    give(at, leads={"view": "D"}, status_rights=[place | {"rights": {"view": "A"}}])
    assert await hers(at, "/leads", "leads") == [second]


async def test_the_header_acts_for_somebody(at: Place) -> None:
    own = three_leads(at)[0]
    give(at, leads={"view": "M"})
    answer = await at.answer("GET", "/leads", X_Context_User_ID=str(ANNA))
    assert [row["id"] for row in answer.json()["_embedded"]["leads"]] == [own]
    made = await at.answer("POST", "/leads", [{"name": "x"}], X_Context_User_ID=str(ANNA))
    lead = await at.call("GET", f"/leads/{made.json()['_embedded']['leads'][0]['id']}")
    assert (lead["created_by"], lead["responsible_user_id"]) == (ANNA, ANNA)


async def test_writes_need_rights(at: Place) -> None:
    own, of_group, strange = three_leads(at)
    give(at, leads={"edit": "G", "add": "D"})
    for lead, status in ((own, 200), (of_group, 200), (strange, 403)):
        answer = await at.answer("PATCH", f"/leads/{lead}", {"price": 1}, token=TOKEN_OF_ANNA)
        assert answer.status_code == status
    batch = [{"id": own, "price": 2}, {"id": strange, "price": 2}]
    assert (await at.answer("PATCH", "/leads", batch, token=TOKEN_OF_ANNA)).status_code == 403
    assert (await at.call("GET", f"/leads/{own}"))["price"] == 1, "nothing of the batch is written"
    assert (await at.answer("POST", "/leads", [{}], token=TOKEN_OF_ANNA)).status_code == 403
    assert (await at.answer("POST", "/leads", [{}], token=TOKEN)).status_code == 200


async def test_tasks_notes_events_and_links_follow_their_cards(at: Place) -> None:
    own, _, strange = three_leads(at)
    numbers: dict[str, list[Any]] = {"tasks": [], "notes": []}
    for lead in (own, strange):
        numbers["tasks"].append(
            at.crm.tasks.add(BOSS, NOON, "x", NOON + 60, entity_id=lead, entity_type="leads")
        )
        numbers["notes"].append(
            at.crm.notes.add(BOSS, NOON, "leads", lead, "common", {"text": "x"})
        )
    give(at, leads={"view": "M"}, tasks={"edit": "M"})
    assert await hers(at, "/tasks", "tasks") == numbers["tasks"][:1]
    assert await hers(at, "/leads/notes", "notes") == numbers["notes"][:1]
    answer = await at.answer("GET", "/events", token=TOKEN_OF_ANNA)
    events = answer.json()["_embedded"]["events"]
    assert {(e["entity_type"], e["entity_id"]) for e in events} == {
        ("lead", own),
        ("task", numbers["tasks"][0]),
    }
    hidden = [
        f"/leads/{strange}/links",
        f"/leads/{strange}/notes/{numbers['notes'][1]}",
    ]
    for path in hidden:
        assert (await at.answer("GET", path, token=TOKEN_OF_ANNA)).status_code == 403
    event = (await at.call("GET", f"/events?filter[entity]=lead&filter[entity_id]={strange}"))[
        "_embedded"
    ]["events"][0]
    refused = await at.answer("GET", f"/events/{event['id']}", token=TOKEN_OF_ANNA)
    assert refused.status_code == 204
    path = f"/tasks/{numbers['tasks'][0]}"
    assert (await at.answer("PATCH", path, {"text": "y"}, token=TOKEN_OF_ANNA)).status_code == 403
    contact = at.contact()
    item = [{"to_entity_id": contact, "to_entity_type": "contacts"}]
    give(at, leads={"edit": "M"})
    linked = await at.answer("POST", f"/leads/{strange}/link", item, token=TOKEN_OF_ANNA)
    assert linked.status_code == 403


async def test_pages_of_what_is_seen_are_whole(at: Place) -> None:
    leads = [at.lead(responsible_user_id=user) for user in (ANNA, BOSS) * 3]
    give(at, leads={"view": "M"})
    assert await hers(at, "/leads?limit=2&page=1", "leads") == [leads[0], leads[2]]
    assert await hers(at, "/leads?limit=2&page=2", "leads") == [leads[4]]
