"""The page answers this machine only, and its forms come from itself only."""

import httpx2
import pytest

from amocrm_emulator.serving.page.visitor import back
from tests.amocrm_emulator.place import Place

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "{here}"}, 303),
        ({"Origin": "{here}", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
async def test_forms_of_other_sites(at: Place, headers: dict[str, str], status: int) -> None:
    number = at.lead()
    given = {name: value.replace("{here}", at.emulator.url) for name, value in headers.items()}
    path = f"/page/leads/{number}/price"
    answer = await at.http.post(path, data={"price": "5"}, headers=given)
    assert answer.status_code == status
    assert at.crm.records.existing("leads", number)["price"] == (5 if status == 303 else 0)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8900", 200),
        ("[::1]:8900", 200),
        ("proba.amocrm.ru", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("[::1", 403),
    ],
)
async def test_names_of_strangers(at: Place, host: str, status: int) -> None:
    """A page of a stranger may give its own name our address."""
    answer = await at.http.get("/", headers={"Host": host})
    assert answer.status_code == status
    assert ("Проба" in answer.text) == (status == 200)


async def test_the_name_it_is_reached_by(at: Place) -> None:
    await at.call("POST", "/control/oauth", {"public_host": "crm.example:8443"})
    answer = await at.http.get("/", headers={"Host": "crm.example:8443"})
    assert answer.status_code == 200


async def test_other_machines(at: Place) -> None:
    """The application itself, asked from another address."""
    app = at.emulator.journal
    transport = httpx2.ASGITransport(app=app, client=("192.0.2.7", 5000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        assert (await http.get("/")).status_code == 403
        assert (await http.post("/page/limits")).status_code == 403


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("/tasks?state=late", "/tasks?state=late"),
        ("//evil.example/x", "/"),
        ("", "/"),
        ("https://evil.example/x", "/x"),
        ("/\\evil.example", "/"),
        ("javascript:1", "/"),
    ],
)
def test_the_way_back_stays_here(given: str, expected: str) -> None:
    assert back(given) == expected
