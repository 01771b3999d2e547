import re

import httpx2
import pytest

pytestmark = pytest.mark.anyio


def token_in(page: str) -> str:
    found = re.search(r'name="_csrf_token" value="(\w+)"', page)
    assert found is not None
    return found[1]


async def test_a_page_has_its_frame(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/")
    assert answer.status_code == 200
    assert '<html lang="ru" data-theme="auto" data-rail="wide">' in answer.text
    assert "<title>Отдел продаж · Smena</title>" in answer.text
    assert 'aria-current="page" data-go="a"' in answer.text


async def test_text_of_the_crm_stays_text(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/")
    assert "&lt;b&gt;Глеб&lt;/b&gt; &amp; Ёлкин" in answer.text
    assert "<b>Глеб" not in answer.text


async def test_a_request_of_htmx_gets_the_block_it_asked_for(browser: httpx2.AsyncClient) -> None:
    headers = {"hx-request": "true", "hx-target": "div#rows", "hx-request-type": "partial"}
    answer = await browser.get("/", headers=headers)
    assert answer.text.strip().startswith('<div id="rows">')
    assert "Анна Власова" in answer.text
    assert "<html" not in answer.text


async def test_the_drawer_has_an_address_and_a_block(browser: httpx2.AsyncClient) -> None:
    whole = await browser.get("/person/1")
    assert "<html" in whole.text
    assert 'id="drawer-title"' in whole.text
    headers = {"hx-request": "true", "hx-target": "aside#drawer"}
    part = await browser.get("/person/1", headers=headers)
    assert part.text.strip().startswith('<div class="drawer-sheet"')


async def test_an_unknown_target_gets_the_page(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/", headers={"hx-request": "true", "hx-target": "div#else"})
    assert "<html" in answer.text


async def test_a_page_is_packed_and_not_kept(browser: httpx2.AsyncClient) -> None:
    packed = await browser.get("/", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["cache-control"] == "no-store"
    loose = await browser.get("/", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in loose.headers
    # The tokens differ, the pages do not.
    assert len(loose.text) == len(packed.text)


async def test_a_message_is_shown_once(browser: httpx2.AsyncClient) -> None:
    token = token_in((await browser.get("/")).text)
    answer = await browser.post("/plain", data={"_csrf_token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    shown = (await browser.get("/")).text
    assert "Принято: «да» &amp; &lt;нет&gt;" in shown
    assert "Принято" not in (await browser.get("/")).text


async def test_a_forged_message_is_not_shown(browser: httpx2.AsyncClient) -> None:
    token = token_in((await browser.get("/")).text)
    await browser.post("/plain", data={"_csrf_token": token})
    body, signature = browser.cookies["flash"].split(".")
    browser.cookies.set("flash", body[:-4] + "AAAA." + signature, domain="smena.test")
    assert "Принято" not in (await browser.get("/")).text


@pytest.mark.parametrize("cookie", ["x", "x.y", ".", "é.é"])
async def test_a_broken_message_harms_nothing(browser: httpx2.AsyncClient, cookie: str) -> None:
    answer = await browser.get("/", headers={b"cookie": f"flash={cookie}".encode()})
    assert answer.status_code == 200


async def test_theme_and_language_are_kept(browser: httpx2.AsyncClient) -> None:
    token = token_in((await browser.get("/")).text)
    given = {"_csrf_token": token, "theme": "dark", "language": "en", "next": "/?date=2026-11-19"}
    answer = await browser.post("/preferences", data=given)
    assert answer.headers["location"] == "/?date=2026-11-19"
    page = (await browser.get("/")).text
    assert '<html lang="en" data-theme="dark"' in page


async def test_preferences_lead_nowhere_else(browser: httpx2.AsyncClient) -> None:
    token = token_in((await browser.get("/")).text)
    given = {"_csrf_token": token, "theme": "pink", "next": "https://elsewhere.example/"}
    answer = await browser.post("/preferences", data=given)
    assert answer.headers["location"] == "/"
    assert "theme" not in browser.cookies
