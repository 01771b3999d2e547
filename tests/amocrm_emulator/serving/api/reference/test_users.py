from typing import Any

import pytest

from tests.amocrm_emulator.place import ANNA, BOSS, GONE, MANAGER, TOKEN, TOKEN_OF_ANNA, Place

pytestmark = pytest.mark.anyio
NEW = {"name": "Вера Новая", "email": "vera@example.com", "password": "Secret7"}


async def test_a_new_user_gets_a_role(at: Place) -> None:
    item = NEW | {"rights": {"role_id": MANAGER, "group_id": 501}}
    answer = await at.answer("POST", "/users", [item])
    assert answer.status_code == 201
    (made,) = answer.json()["_embedded"]["users"]
    assert (made["request_id"], made["rights"]["role_id"]) == ("0", MANAGER)
    asked = "with=role,group,amojo_id,uuid,user_rank,phone_number"
    user = await at.call("GET", f"/users/{made['id']}?{asked}")
    assert user["_embedded"]["roles"][0]["name"] == "Менеджер"
    assert user["_embedded"]["groups"] == [{"id": 501, "name": "Второй отдел"}]
    assert (user["user_rank"], user["uuid"], user["phone_number"]) == ("newbie", None, None)
    assert len(user["amojo_id"]) == 36
    listed = await at.call("GET", "/users?limit=2")
    assert (listed["_total_items"], listed["_page_count"]) == (5, 3)


async def test_own_rights_are_settled_by_what_they_need(at: Place) -> None:
    rights = {"leads": {"view": "M", "edit": "A", "delete": "G", "export": "A"}}
    answer = await at.call("POST", "/users", [NEW | {"rights": rights}])
    made = answer["_embedded"]["users"][0]
    assert made["rights"]["leads"] == {
        "view": "M",
        "edit": "M",
        "add": "A",
        "delete": "M",
        "export": "M",
    }
    assert made["rights"]["role_id"] is None


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 51}, "name"),
        ({"email": "vera"}, "email"),
        ({"email": "anna@example.com"}, "email"),
        ({"password": "secret"}, "password"),
        ({"rights": {"role_id": 5}}, "rights.role_id"),
        ({"rights": {"group_id": 5}}, "rights.group_id"),
    ],
)
async def test_a_bad_user_is_refused(at: Place, change: dict[str, Any], where: str) -> None:
    answer = await at.answer("POST", "/users", [NEW | change])
    assert answer.status_code == 400
    assert answer.json()["validation-errors"][0]["errors"][0]["path"] == where


async def test_at_most_ten_at_once(at: Place) -> None:
    items = [NEW | {"email": f"u{n}@example.com"} for n in range(11)]
    assert (await at.answer("POST", "/users", items)).status_code == 400


async def test_users_are_shut_out_and_let_in(at: Place) -> None:
    await at.call("POST", "/users/deactivate", [{"id": ANNA}])
    assert (await at.call("GET", f"/users/{ANNA}"))["rights"]["is_active"] is False
    await at.call("POST", "/users/activate", [{"id": ANNA}, {"id": GONE}])
    assert (await at.call("GET", f"/users/{GONE}"))["rights"]["is_active"] is True
    assert (await at.answer("POST", "/users/deactivate", [{"id": BOSS}])).status_code == 400
    assert (await at.answer("POST", "/users/forget", [{"id": ANNA}])).status_code == 404


async def test_a_role_from_birth_to_end(at: Place) -> None:
    rights = {"leads": {"view": "G", "edit": "M"}, "tasks": {"delete": "D"}}
    answer = await at.answer("POST", "/roles", [{"name": "Стажёр", "rights": rights}])
    assert answer.status_code == 201
    (made,) = answer.json()["_embedded"]["roles"]
    assert (made["rights"]["leads"]["view"], made["rights"]["tasks"]["delete"]) == ("G", "D")
    path = f"/roles/{made['id']}"
    changed = await at.answer(
        "PATCH", path, {"name": "Новичок", "rights": {"leads": {"view": "M"}}}
    )
    assert changed.status_code == 202
    assert changed.json()["rights"]["leads"]["edit"] == "M"
    await at.call("POST", "/users", [NEW | {"rights": {"role_id": made["id"]}}])
    with_users = await at.call("GET", f"{path}?with=users")
    (person,) = [user["id"] for user in with_users["_embedded"]["users"]]
    assert (await at.answer("DELETE", path)).status_code == 204
    user = await at.call("GET", f"/users/{person}")
    assert (user["rights"]["role_id"], user["rights"]["leads"]["view"]) == (None, "M")
    assert await at.ids("/roles", "roles") == [MANAGER]


@pytest.mark.parametrize(
    ("item", "where"),
    [
        ({"rights": {}}, "name"),
        ({"name": "x"}, "rights"),
        ({"name": "x", "rights": {"leads": {"view": "X"}}}, "rights.leads.view"),
        ({"name": "x", "rights": {"leads": {"add": "G"}}}, "rights.leads.add"),
        (
            {"name": "x", "rights": {"status_rights": [{"pipeline_id": 1, "status_id": 2}]}},
            "rights.status_rights.0.status_id",
        ),
    ],
)
async def test_a_bad_role_is_refused(at: Place, item: Any, where: str) -> None:
    answer = await at.answer("POST", "/roles", [item])
    assert answer.status_code == 400
    assert answer.json()["validation-errors"][0]["errors"][0]["path"] == where


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/users"),
        ("POST", "/users"),
        ("GET", "/roles"),
        ("POST", "/roles"),
        ("PATCH", f"/roles/{MANAGER}"),
        ("DELETE", f"/roles/{MANAGER}"),
    ],
)
async def test_administrators_only(at: Place, method: str, path: str) -> None:
    assert (await at.answer(method, path, [], token=TOKEN_OF_ANNA)).status_code == 403
    assert (
        await at.answer(method, path, [], token=TOKEN, X_Context_User_ID=str(ANNA))
    ).status_code == 403
