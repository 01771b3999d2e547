import pytest

from tests.amocrm_emulator.place import ANNA, BOSS, SERVICE, TOKEN_OF_ANNA, Place

pytestmark = pytest.mark.anyio


async def test_sources_from_birth_to_end(at: Place) -> None:
    assert await at.call("GET", "/sources") is None
    item = {"name": "Бот", "external_id": "bot", "services": [{"type": "whatsapp"}]}
    made = (await at.call("POST", "/sources", [item]))["_embedded"]["sources"][0]
    assert (made["pipeline_id"], made["default"], made["request_id"]) == (700, False, "0")
    path = f"/sources/{made['id']}"
    changed = await at.call("PATCH", path, {"name": "Чат", "pipeline_id": SERVICE})
    assert (changed["name"], changed["external_id"]) == ("Чат", "bot")
    assert (await at.call("GET", "/sources"))["_total_items"] == 1
    again = await at.answer("POST", "/sources", [item])
    assert again.status_code == 400
    assert again.json()["errors"][0]["path"] == "external_id"
    assert "validation-errors" not in again.json()
    lost = await at.answer("PATCH", "/sources", [{"id": 5, "name": "x"}])
    assert lost.json()["errors"][0]["code"] == "EntityNotFound"
    assert (await at.answer("DELETE", path)).status_code == 204
    assert (await at.answer("GET", path)).status_code == 404
    assert (await at.answer("POST", "/sources", [item], token=TOKEN_OF_ANNA)).status_code == 403


async def test_what_is_read_only(at: Place) -> None:
    assert await at.call("GET", "/widgets") is None
    assert (await at.answer("GET", "/widgets/ours")).status_code == 404
    currencies = (await at.call("GET", "/currencies?limit=2"))["_embedded"]["currencies"]
    assert [row["code"] for row in currencies] == ["RUB", "USD"]
    lead = at.lead(responsible_user_id=ANNA)
    found = await at.call("GET", f"/leads/{lead}/subscriptions")
    assert found["_embedded"]["subscriptions"] == [{"subscriber_id": ANNA, "type": "user"}]
    assert (found["_total_items"], found["_page_count"]) == (1, 1)


async def test_short_links(at: Place) -> None:
    item = {"url": "https://x.example/1", "metadata": {"entity_id": 5, "entity_type": "contacts"}}
    made = (await at.call("POST", "/short_links", [item, item]))["_embedded"]["short_links"]
    assert made[0]["url"] != made[1]["url"]
    assert (made[0]["entity_id"], made[0]["entity_type"]) == (5, "contacts")


async def test_chats_of_contacts(at: Place) -> None:
    one, other = at.contact("Иван"), at.contact("Пётр")
    await at.call("POST", "/control/chats/message", {"contact": one})
    bound = await at.call("POST", "/contacts/chats", [{"contact_id": other, "chat_id": "c-1"}])
    assert bound["_total_items"] == 1
    found = await at.call("GET", f"/contacts/chats?contact_id={other}")
    assert [row["chat_id"] for row in found["_embedded"]["chats"]] == ["c-1"]
    found = await at.call("GET", f"/contacts/chats?contact_id[]={one}&contact_id[]={other}")
    assert found["_total_items"] == 2
    assert await at.call("GET", "/contacts/chats?contact_id=1") is None


async def test_a_ringing_call(at: Place) -> None:
    contact = at.contact(phone="+79001234567")
    body = {"add": [{"type": "phone_call", "phone_number": "89001234567", "users": [BOSS]}]}
    url = f"{at.emulator.url}/api/v2/events"
    (item,) = (await at.call("POST", url, body))["_embedded"]["items"]
    assert (item["element_id"], item["element_type"]) == (contact, 1)
    assert (await at.answer("POST", url, {"add": [{"type": "mail"}]})).status_code == 400


async def test_customers_are_a_feature(at: Place) -> None:
    assert (await at.answer("GET", "/customers")).status_code == 402
    assert (await at.call("GET", "/account"))["customers_mode"] == "disabled"
    await at.call("POST", "/control/switches", {"has_customers": True})
    assert (await at.call("GET", "/account"))["customers_mode"] == "segments"
    item = {"name": "Ромашка", "next_price": 5, "responsible_user_id": ANNA}
    made = (await at.call("POST", "/customers", [item]))["_embedded"]["customers"][0]
    await at.call("PATCH", "/customers", [{"id": made["id"], "status_id": 2, "name": "Лютик"}])
    found = await at.call("GET", f"/customers/{made['id']}")
    assert (found["name"], found["status_id"], found["next_price"]) == ("Лютик", 2, 5)
    assert [kind for kind, _ in at.events()] == [
        "customer_added",
        "name_field_changed",
        "customer_status_changed",
    ]
    assert await at.ids("/customers?query=люти", "customers") == [made["id"]]
    assert (await at.answer("PATCH", "/customers", [{"id": 1}])).status_code == 400
    nowhere = [{"id": made["id"], "status_id": 99}]
    assert (await at.answer("PATCH", "/customers", nowhere)).status_code == 400


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("statuses", {"name", "sort", "is_default", "conditions", "color", "type", "account_id"}),
        ("segments", {"name", "color", "customers_count", "created_at", "account_id"}),
    ],
)
async def test_stages_and_segments_of_customers(at: Place, name: str, keys: set[str]) -> None:
    assert (await at.answer("GET", f"/customers/{name}")).status_code == 402
    await at.call("POST", "/control/switches", {"has_customers": True})
    found = await at.call("GET", f"/customers/{name}")
    rows = found["_embedded"][name]
    assert found["_total_items"] == len(rows) > 1
    assert all(row.keys() >= keys for row in rows)
    assert await at.call("GET", f"/customers/{name}/{rows[0]['id']}") == rows[0]
    assert (await at.answer("GET", f"/customers/{name}/99")).status_code == 204
