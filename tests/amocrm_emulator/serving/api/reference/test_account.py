from typing import Any

import pytest

from tests.amocrm_emulator.place import (
    ACCOUNT,
    ANNA,
    BOSS,
    FIRST,
    GONE,
    LOST,
    SALES,
    SERVICE,
    TOKEN_OF_ANNA,
    WON,
    Place,
)

pytestmark = pytest.mark.anyio


async def test_account(at: Place) -> None:
    found = await at.call("GET", "/account")
    assert (found["id"], found["subdomain"], found["current_user_id"]) == (ACCOUNT, "proba", BOSS)
    assert "_embedded" not in found
    assert found["_links"]["self"]["href"] == f"{at.emulator.url}/api/v4/account"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("users_groups", {"id": 501, "name": "Второй отдел", "uuid": None}),
        ("task_types", {"id": 1, "name": "Связаться", "code": "FOLLOW_UP"}),
        ("datetime_settings", {"timezone": "Europe/Moscow", "timezone_offset": "+03:00"}),
        ("amojo_rights", {"can_direct": True}),
    ],
)
async def test_account_with(at: Place, name: str, expected: dict[str, Any]) -> None:
    found = (await at.call("GET", f"/account?with={name},version"))["_embedded"]
    assert found.keys() == {name}
    rows = found[name] if isinstance(found[name], list) else [found[name]]
    assert any(expected.items() <= row.items() for row in rows)


async def test_the_filter_option_is_told(at: Place) -> None:
    path = "/account?with=is_api_filter_enabled"
    assert (await at.call("GET", path))["is_api_filter_enabled"] is True
    await at.call("POST", "/control/switches", {"has_filters": False})
    assert (await at.call("GET", path))["is_api_filter_enabled"] is False


async def test_users(at: Place) -> None:
    found = await at.call("GET", "/users?with=group,role,amojo_id&limit=2&page=2")
    assert (found["_total_items"], found["_page"], found["_page_count"]) == (4, 2, 2)
    assert found["_links"].keys() == {"self", "first", "prev"}
    boris, gone = found["_embedded"]["users"]
    assert boris["_embedded"]["groups"] == [{"id": 501, "name": "Второй отдел"}]
    assert boris["rights"]["group_id"] == 501
    assert boris["amojo_id"]
    assert gone["id"] == GONE
    assert gone["rights"]["is_active"] is False


async def test_one_user(at: Place) -> None:
    found = await at.call("GET", f"/users/{BOSS}")
    assert found["rights"]["is_admin"] is True
    assert found["rights"]["group_id"] is None
    assert "_embedded" not in found
    assert await at.call("GET", "/users/5") is None


async def test_pipelines(at: Place) -> None:
    found = await at.call("GET", "/leads/pipelines")
    sales, service = found["_embedded"]["pipelines"]
    assert found["_total_items"] == 2
    assert [(sales["id"], sales["is_main"]), (service["id"], service["is_main"])] == [
        (SALES, True),
        (SERVICE, False),
    ]
    stages = sales["_embedded"]["statuses"]
    assert [stage["id"] for stage in stages] == [SALES * 100, FIRST, 71002, WON, LOST]
    assert [stage["type"] for stage in stages] == [1, 0, 0, 0, 0]
    assert {WON, LOST} < {stage["id"] for stage in service["_embedded"]["statuses"]}


async def test_stages_of_a_pipeline(at: Place) -> None:
    path = f"/leads/pipelines/{SALES}/statuses"
    assert (await at.call("GET", path))["_total_items"] == 5
    assert (await at.call("GET", f"{path}/{FIRST}"))["name"] == "Первичный контакт"
    assert (await at.answer("GET", f"{path}/1")).status_code == 404
    assert (await at.answer("GET", "/leads/pipelines/1")).status_code == 404


async def test_loss_reasons(at: Place) -> None:
    rows = (await at.call("GET", "/leads/loss_reasons"))["_embedded"]["loss_reasons"]
    assert [row["name"] for row in rows] == ["Дорого", "Выбрали других"]


@pytest.mark.parametrize("token", ["none", "wrong", "token-of-the-bos"])
async def test_unknown_token(at: Place, token: str) -> None:
    answer = await at.answer("GET", "/leads", token=token)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json() == {
        "title": "Unauthorized",
        "type": "https://httpstatus.es/401",
        "status": 401,
        "detail": "Неверный логин или пароль",
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/users", 403),
        ("GET", f"/users/{ANNA}", 403),
        ("GET", "/webhooks", 403),
        ("POST", "/webhooks", 403),
        ("DELETE", "/webhooks", 403),
        ("GET", "/account", 200),
        ("GET", "/leads/pipelines", 200),
    ],
)
async def test_rights_of_others(at: Place, method: str, path: str, status: int) -> None:
    answer = await at.answer(method, path, {}, token=TOKEN_OF_ANNA)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("named", "status"),
    [
        pytest.param(str(ANNA), 200, id="another user"),
        pytest.param(str(GONE), 403, id="an inactive one"),
        pytest.param("77", 403, id="nobody"),
        pytest.param("Анна".encode().hex(), 403, id="not a number"),
    ],
)
async def test_acting_for_another(at: Place, named: str, status: int) -> None:
    answer = await at.answer(
        "POST", "/leads", [{"name": "От имени"}], **{"X-Context-User-ID": named}
    )
    assert answer.status_code == status
    assert at.events() == ([("lead_added", ANNA)] if status == 200 else [])


async def test_only_an_administrator_acts_for_others(at: Place) -> None:
    headers = {"X-Context-User-ID": str(BOSS)}
    assert (await at.answer("GET", "/users", token=TOKEN_OF_ANNA, **headers)).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/leads", 405), ("POST", "/leads/loss_reasons", 405)],
)
async def test_unknown_addresses(at: Place, method: str, path: str, status: int) -> None:
    answer = await at.answer(method, path)
    assert answer.status_code == status
    assert answer.json()["status"] == status


async def test_answers_are_numbered(at: Place) -> None:
    numbers = {(await at.answer("GET", "/leads")).headers["x-request-id"] for _ in range(3)}
    assert len(numbers) == 3
