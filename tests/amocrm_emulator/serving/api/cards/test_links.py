import pytest

from tests.amocrm_emulator.place import BOSS, NOON, Place

pytestmark = pytest.mark.anyio


async def test_linking_and_parting(at: Place) -> None:
    lead, contact = at.lead(), at.contact()
    company = at.crm.cards.add_company(BOSS, NOON, "Ромашка")
    items = [
        {"to_entity_id": contact, "to_entity_type": "contacts", "metadata": {"is_main": True}},
        {"to_entity_id": company, "to_entity_type": "companies"},
    ]
    made = await at.call("POST", f"/leads/{lead}/link", items)
    assert made["_total_items"] == 2
    found = (await at.call("GET", f"/leads/{lead}/links"))["_embedded"]["links"]
    to_contact = {"to_entity_id": contact, "to_entity_type": "contacts"}
    assert found == [
        to_contact | {"metadata": {"main_contact": True}},
        {"to_entity_id": company, "to_entity_type": "companies", "metadata": None},
    ]
    back = (await at.call("GET", f"/contacts/{contact}/links"))["_embedded"]["links"]
    assert back == [{"to_entity_id": lead, "to_entity_type": "leads", "metadata": None}]
    answer = await at.answer("POST", f"/leads/{lead}/unlink", [to_contact])
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await at.call("GET", f"/leads/{lead}/links"))["_total_items"] == 1
    assert (await at.call("GET", f"/contacts/{contact}/links"))["_total_items"] == 0
    assert [kind for kind, _by in at.events()][-3:] == ["entity_linked"] * 2 + ["entity_unlinked"]


async def test_links_of_many(at: Place) -> None:
    contact = at.contact()
    one, two = at.lead(), at.lead()
    to = {"to_entity_id": contact, "to_entity_type": "contacts"}
    await at.call("POST", "/leads/link", [to | {"entity_id": one}, to | {"entity_id": two}])
    path = f"/leads/links?filter[entity_id][]={one}&filter[entity_id][]={two}"
    rows = (await at.call("GET", path))["_embedded"]["links"]
    assert [(row["entity_id"], row["entity_type"]) for row in rows] == [
        (one, "leads"),
        (two, "leads"),
    ]
    await at.call("POST", "/leads/unlink", [to | {"entity_id": one}])
    assert (await at.call("GET", path))["_total_items"] == 1
    assert (await at.call("GET", f"{path}&filter[to_entity_type]=companies"))["_total_items"] == 0


async def test_one_main_contact_and_one_company(at: Place) -> None:
    first, second = at.contact("Первый"), at.contact("Второй")
    lead = at.lead(contacts=[first])
    to = {"to_entity_type": "contacts"}
    mains = []
    for number, is_main in ((second, False), (second, True), (second, False), (first, True)):
        item = to | {"to_entity_id": number, "metadata": {"is_main": is_main}}
        await at.call("POST", f"/leads/{lead}/link", [item])
        rows = (await at.call("GET", f"/leads/{lead}?with=contacts"))["_embedded"]["contacts"]
        mains.append([row["id"] for row in rows if row["is_main"]])
    assert mains == [[first], [second], [second], [first]]
    for name in ("Ромашка", "Лютик"):
        company = at.crm.cards.add_company(BOSS, NOON, name)
        item = {"to_entity_type": "companies", "to_entity_id": company}
        await at.call("POST", f"/leads/{lead}/link", [item])
    shown = await at.call("GET", f"/leads/{lead}")
    assert [row["id"] for row in shown["_embedded"]["companies"]] == [company]


@pytest.mark.parametrize(
    ("path", "item"),
    [
        ("/leads/{lead}/link", {"to_entity_id": 5, "to_entity_type": "contacts"}),
        ("/leads/{lead}/link", {"to_entity_id": 5, "to_entity_type": "elephants"}),
        ("/leads/5/link", {"to_entity_id": 5, "to_entity_type": "contacts"}),
        ("/leads/link", {"to_entity_id": 5, "to_entity_type": "contacts"}),
    ],
)
async def test_unknown_ends(at: Place, path: str, item: dict[str, object]) -> None:
    answer = await at.answer("POST", path.format(lead=at.lead()), [item])
    assert answer.status_code == 400


async def merge(at: Place, kind: str, kept: int, absorbed: int) -> None:
    done = await at.call("POST", f"/control/{kind}/{kept}/merge", {"absorbs": absorbed})
    assert done == {"done": True}


@pytest.mark.parametrize("kind", ["leads", "contacts", "companies"])
async def test_notes_and_tasks_of_a_merged_card_are_the_survivors(at: Place, kind: str) -> None:
    kept, absorbed = (_card(at, kind) for _ in range(2))
    note = at.crm.notes.add(BOSS, NOON, kind, absorbed, "common", {"text": "важно"})
    task = at.crm.tasks.add(
        BOSS, NOON, "Позвонить", NOON + 60, entity_type=kind, entity_id=absorbed
    )
    await merge(at, kind, kept, absorbed)
    (row,) = (await at.call("GET", f"/{kind}/{kept}/notes"))["_embedded"]["notes"]
    assert (row["id"], row["entity_id"]) == (note, kept)
    assert (await at.call("GET", f"/tasks/{task}"))["entity_id"] == kept
    asked = f"/tasks?filter[entity_type]={kind}&filter[entity_id]={kept}"
    assert await at.ids(asked, "tasks") == [task]
    assert (await at.call("GET", f"/{kind}/{kept}"))["closest_task_at"] == NOON + 60


def _card(at: Place, kind: str) -> int:
    if kind == "leads":
        return at.lead()
    add = at.crm.cards.add_contact if kind == "contacts" else at.crm.cards.add_company
    return add(BOSS, NOON, "Карточка")


async def test_a_merged_contact_leaves_no_links_behind(at: Place) -> None:
    kept, absorbed, other = at.contact("Иван"), at.contact("Ваня"), at.contact("Пётр")
    both, lead = at.lead(contacts=[absorbed, kept]), at.lead(contacts=[absorbed, other])
    own = at.crm.cards.add_company(BOSS, NOON, "Своя")
    theirs = at.crm.cards.add_company(BOSS, NOON, "Чужая")
    at.crm.links.add(BOSS, NOON, ("contacts", kept), ("companies", own))
    at.crm.links.add(BOSS, NOON, ("contacts", absorbed), ("companies", theirs))
    await merge(at, "contacts", kept, absorbed)
    for number, expected in ((both, [(kept, True)]), (lead, [(kept, True), (other, False)])):
        found = await at.call("GET", f"/leads/{number}?with=contacts")
        rows = found["_embedded"]["contacts"]
        assert [(row["id"], row["is_main"]) for row in rows] == expected
    assert [number for number, _ in at.crm.store.links("contacts", kept, "companies")] == [own]
    assert at.crm.store.rows("SELECT * FROM link WHERE ? IN (from_id, to_id)", absorbed) == []


async def test_a_merged_lead_keeps_its_main_contact_and_company(at: Place) -> None:
    main, other = at.contact("Иван"), at.contact("Пётр")
    own, theirs = (at.crm.cards.add_company(BOSS, NOON, name) for name in ("Своя", "Чужая"))
    kept = at.lead(contacts=[main], company=own)
    absorbed = at.lead(contacts=[other], company=theirs)
    await merge(at, "leads", kept, absorbed)
    found = await at.call("GET", f"/leads/{kept}?with=contacts")
    rows = found["_embedded"]["contacts"]
    assert [(row["id"], row["is_main"]) for row in rows] == [(main, True), (other, False)]
    assert [row["id"] for row in found["_embedded"]["companies"]] == [own]


async def test_a_merged_contacts_conversation_goes_on(at: Place) -> None:
    kept, absorbed = at.contact("Иван"), at.contact("Ваня")
    first = at.crm.talks.write(0, NOON, absorbed, "Здравствуйте", is_incoming=True)
    await merge(at, "contacts", kept, absorbed)
    talk = await at.call("GET", f"/talks/{first['talk_id']}")
    assert talk["contact_id"] == kept
    again = at.crm.talks.write(0, NOON, kept, "Вы тут?", is_incoming=True)
    assert again["talk_id"] == first["talk_id"]


async def test_a_card_is_not_merged_with_itself(at: Place) -> None:
    number = at.lead(contacts=[at.contact()])
    done = await at.call("POST", f"/control/leads/{number}/merge", {"absorbs": number})
    assert done == {"done": False}
    assert len(at.crm.store.links("leads", number, "contacts")) == 1


async def test_merging(at: Place) -> None:
    kept, absorbed = at.contact("Иван"), at.contact("Ваня")
    lead = at.lead(contacts=[absorbed])
    done = await at.call("POST", f"/control/contacts/{kept}/merge", {"absorbs": absorbed})
    assert done == {"done": True}
    rows = (await at.call("GET", f"/leads/{lead}?with=contacts"))["_embedded"]["contacts"]
    assert kept in [row["id"] for row in rows]
    assert (await at.answer("GET", f"/contacts/{absorbed}")).status_code == 204
    assert [kind for kind, _by in at.events()][-2:] == ["contact_deleted", "entity_merged"]


async def test_a_card_that_was_merged_away_does_not_come_back(at: Place) -> None:
    into, absorbed = at.contact("Иван"), at.contact("Ваня")
    await merge(at, "contacts", into, absorbed)
    assert not at.crm.cards.restore(0, NOON, "contacts", absorbed)
    assert at.crm.records.existing("contacts", into)["name"] == "Иван"
