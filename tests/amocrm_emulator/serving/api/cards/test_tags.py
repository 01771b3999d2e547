from typing import Any

import pytest

from tests.amocrm_emulator.place import Place

pytestmark = pytest.mark.anyio


async def test_each_kind_has_its_own_directory(at: Place) -> None:
    made = await at.call(
        "POST", "/leads/tags", [{"name": "сайт", "color": "FF8F92"}, {"name": "звонок"}]
    )
    assert made["_total_items"] == 2
    assert made["_embedded"]["tags"][0] == {
        "id": 11,
        "name": "сайт",
        "color": "FF8F92",
        "request_id": "0",
    }
    other = await at.call("POST", "/contacts/tags", [{"name": "сайт"}])
    assert other["_embedded"]["tags"][0]["id"] == 13
    again = await at.call("POST", "/leads/tags", [{"name": "сайт"}])
    assert again["_embedded"]["tags"][0]["id"] == 11, "a name stands once"
    assert await at.ids("/leads/tags", "tags") == [11, 12]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter[id][]=12", ["звонок"]),
        ("filter[name]=сайт", ["сайт"]),
        ("query=ЗВОН", ["звонок"]),
        ("limit=1&page=2", ["звонок"]),
        ("query=нет", []),
    ],
)
async def test_tags_are_found(at: Place, query: str, expected: list[str]) -> None:
    await at.call("POST", "/leads/tags", [{"name": "сайт"}, {"name": "звонок"}])
    found = await at.call("GET", f"/leads/tags?{query}")
    rows = found["_embedded"]["tags"] if found else []
    assert [tag["name"] for tag in rows] == expected
    assert found is None or "_total_items" not in found


@pytest.mark.parametrize(
    ("kind", "item", "where"),
    [
        ("leads", {}, "name"),
        ("leads", {"name": "x", "color": "red"}, "color"),
        ("contacts", {"name": "x", "color": "FF8F92"}, "color"),
    ],
)
async def test_a_bad_tag_is_refused(at: Place, kind: str, item: Any, where: str) -> None:
    answer = await at.answer("POST", f"/{kind}/tags", [item])
    assert answer.status_code == 400
    assert answer.json()["validation-errors"][0]["errors"][0]["path"] == where


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"tags_to_add": [{"name": "в"}]}, ["а", "б", "в"]),
        ({"tags_to_add": [{"id": 11}]}, ["а", "б"]),
        ({"tags_to_delete": [{"name": "а"}]}, ["б"]),
        ({"tags_to_delete": [{"id": 12}, {"name": "нет"}]}, ["а"]),
        ({"tags_to_add": [{"name": "в"}], "tags_to_delete": [{"name": "а"}]}, ["б", "в"]),
        ({"_embedded": {"tags": [{"name": "в"}]}}, ["в"]),
        ({"_embedded": {"tags": None}}, []),
        ({"name": "x"}, ["а", "б"]),
    ],
)
async def test_tags_of_a_card_after_a_write(
    at: Place, change: dict[str, Any], expected: list[str]
) -> None:
    made = await at.call("POST", "/leads", [{"tags_to_add": [{"name": "а"}, {"name": "б"}]}])
    lead = made["_embedded"]["leads"][0]["id"]
    await at.call("PATCH", f"/leads/{lead}", change)
    found = await at.call("GET", f"/leads/{lead}")
    assert [tag["name"] for tag in found["_embedded"]["tags"]] == expected
    directory = await at.call("GET", "/leads/tags")
    assert "нет" not in {tag["name"] for tag in directory["_embedded"]["tags"]}
