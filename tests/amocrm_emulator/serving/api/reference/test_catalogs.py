import pytest

from tests.amocrm_emulator.place import TOKEN_OF_ANNA, Place

pytestmark = pytest.mark.anyio


async def test_a_catalog_and_its_elements(at: Place) -> None:
    made = await at.call("POST", "/catalogs", [{"name": "Товары", "type": "products"}])
    catalog = made["_embedded"]["catalogs"][0]
    path = f"/catalogs/{catalog['id']}"
    assert (await at.call("GET", path))["type"] == "products"
    field = [{"name": "Цена", "type": "price", "code": "PRICE"}]
    fields = await at.call("POST", f"{path}/custom_fields", field)
    number = fields["_embedded"]["custom_fields"][0]["id"]
    item = {
        "name": "Окно",
        "custom_fields_values": [{"field_id": number, "values": [{"value": 9}]}],
    }
    element = (await at.call("POST", f"{path}/elements", [item]))["_embedded"]["elements"][0]
    one = f"{path}/elements/{element['id']}"
    assert (await at.call("GET", one))["custom_fields_values"][0]["values"] == [{"value": "9"}]
    await at.call("PATCH", f"{path}/elements", [{"id": element["id"], "name": "Дверь"}])
    assert (await at.call("GET", one))["name"] == "Дверь"
    assert await at.ids(f"{path}/elements?query=двер", "elements") == [element["id"]]
    assert await at.call("GET", f"{path}/elements?filter[id]=5") is None
    assert await at.ids("/catalogs", "catalogs") == [catalog["id"]]


async def test_what_catalogs_refuse(at: Place) -> None:
    items = [{"name": str(place)} for place in range(11)]
    assert (await at.answer("POST", "/catalogs", items)).status_code == 400
    assert (await at.answer("POST", "/catalogs", [{"name": "x", "type": "y"}])).status_code == 400
    one = [{"name": "x"}]
    assert (await at.answer("POST", "/catalogs", one, token=TOKEN_OF_ANNA)).status_code == 403
    assert (await at.answer("POST", "/catalogs/5/elements", one)).status_code == 404
    assert (await at.answer("GET", "/catalogs/5/custom_fields")).status_code == 404
    made = await at.call("POST", "/catalogs", one)
    path = f"/catalogs/{made['_embedded']['catalogs'][0]['id']}/elements"
    for item in ({"name": ""}, {"name": "x", "custom_fields_values": [{"field_id": 1}]}):
        assert (await at.answer("POST", path, [item])).status_code == 400
    assert (await at.answer("PATCH", path, [{"id": 5, "name": "x"}])).status_code == 400
