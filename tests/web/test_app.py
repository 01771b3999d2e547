import re

import httpx2
import pytest
from pydantic import SecretStr

from smena.web.frame import HEADERS
from tests.web.site import Installation, make_site, visitor
from tests.web.test_page import token_in

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/", "/nowhere", "/boom", "/static/web/kit.css", "/metrics"])
async def test_security_headers_are_on_every_answer(browser: httpx2.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


async def test_nothing_inline(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get("/")).text
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert re.findall(r"<script(?![^>]* src=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:|hx-on", page) == []


async def test_a_form_with_its_key_is_taken(browser: httpx2.AsyncClient) -> None:
    token = token_in((await browser.get("/")).text)
    assert (await browser.post("/plain", data={"_csrf_token": token})).status_code == 303
    assert (await browser.post("/save", headers={"x-csrf-token": token})).status_code == 200


@pytest.mark.parametrize("key", [None, "", "0" * 128])
async def test_a_form_without_its_key_is_not(browser: httpx2.AsyncClient, key: str | None) -> None:
    await browser.get("/")
    data = {} if key is None else {"_csrf_token": key}
    answer = await browser.post("/plain", data=data)
    assert answer.status_code == 403
    assert "Нет доступа" in answer.text


async def test_somebody_elses_key_is_none(browser: httpx2.AsyncClient) -> None:
    async with visitor(make_site()) as attacker:
        theirs = token_in((await attacker.get("/")).text)
    await browser.get("/")
    assert (await browser.post("/plain", data={"_csrf_token": theirs})).status_code == 403


async def test_webhooks_need_no_key(browser: httpx2.AsyncClient) -> None:
    answer = await browser.post("/hooks/any", content=b"leads[add][0][id]=1")
    assert answer.json() == {"bytes": 19}


async def test_a_body_has_a_limit(browser: httpx2.AsyncClient) -> None:
    answer = await browser.post("/hooks/any", content=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "Страница не найдена"),
        ("/refused/403", 403, "Нет доступа"),
        ("/refused/422", 422, "Данные не приняты"),
        ("/refused/429", 429, "Слишком часто"),
        ("/person/abc", 404, "Страница не найдена"),
    ],
)
async def test_refusals_speak_like_the_house(
    browser: httpx2.AsyncClient, path: str, status: int, words: str
) -> None:
    answer = await browser.get(path)
    assert answer.status_code == status
    assert f"<h1>{words}</h1>" in answer.text


async def test_a_defect_tells_a_number_and_nothing_else(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/boom")
    assert answer.status_code == 500
    assert re.search(r"Номер ошибки: [\w-]{8}", answer.text)
    assert "secret detail" not in answer.text
    assert "ZeroDivision" not in answer.text


async def test_an_error_of_htmx_goes_to_the_messages(browser: httpx2.AsyncClient) -> None:
    headers = {"hx-request": "true", "hx-target": "div#rows"}
    answer = await browser.get("/boom", headers=headers)
    assert answer.status_code == 500
    assert answer.headers["hx-retarget"] == "#flashes"
    assert answer.text.strip().startswith('<div class="notice notice-error"')


async def test_a_program_gets_json(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/nowhere", headers={"accept": "application/json"})
    assert answer.json() == {"status": 404, "error": "Страница не найдена"}


async def test_errors_speak_english_too(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/nowhere", headers={"cookie": "language=en"})
    assert "<h1>Page not found</h1>" in answer.text


async def test_health_is_200_only_when_well() -> None:
    async def well() -> str:
        return "ok"

    async def ill() -> str:
        raise ConnectionError("password=hunter2")

    async with visitor(make_site(checks={"queue": well})) as client:
        answer = await client.get("/healthz")
        assert (answer.status_code, answer.json()["parts"]) == (200, {"queue": "ok"})
    async with visitor(make_site(checks={"queue": well, "database": ill})) as client:
        answer = await client.get("/healthz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["database"] == "failed: ConnectionError"


@pytest.mark.parametrize(
    ("address", "authorization", "status"),
    [
        pytest.param("127.0.0.1", "", 200, id="this machine"),
        pytest.param("::1", "", 200, id="this machine over IPv6"),
        pytest.param("203.0.113.7", "", 404, id="another machine"),
        pytest.param("203.0.113.7", "Bearer guess", 404, id="a wrong token"),
        pytest.param("203.0.113.7", "Bearer monitoring", 200, id="the token"),
    ],
)
async def test_metrics_are_for_this_machine_and_the_token(
    address: str, authorization: str, status: int
) -> None:
    app = make_site(settings=Installation(metrics_token=SecretStr("monitoring")))
    async with visitor(app, address) as client:
        answer = await client.get("/metrics", headers={"authorization": authorization})
    assert answer.status_code == status


async def test_only_trusted_hosts() -> None:
    async with visitor(make_site(allowed_hosts=["smena.test"])) as client:
        assert (await client.get("/")).status_code == 200
        assert (await client.get("/", headers={"host": "evil.example"})).status_code == 400


async def test_cookies_behind_https_belong_to_this_host_only() -> None:
    app = make_site(settings=Installation(public_url="https://smena.example"))
    async with visitor(app, base_url="https://smena.example") as client:
        answer = await client.get("/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-csrf=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "strict-transport-security" in answer.headers


async def test_cookies_over_http_are_plain() -> None:
    async with visitor(make_site()) as client:
        cookie = (await client.get("/")).headers["set-cookie"]
    assert cookie.startswith("csrf=")
    assert "Secure" not in cookie
