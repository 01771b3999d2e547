"""The page in a real Chromium: acts by hand, fresh without reload, nothing against its policy."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from amocrm_emulator.account.clock import ManualClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.serving.server import Emulator
from tests.amocrm_emulator.place import ANNA, BOSS, NOON, SPEC
from tests.amocrm_emulator.serving.oauth.stage import BACK, CLIENT, SECRET

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
TALL = 860

Act = Callable[[Crm], Any]


class Elsewhere:
    """An emulator with a loop of its own: the browser's leaves no room for another."""

    def __init__(self) -> None:
        self.url: Future[str] = Future()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._crm = Crm.create(None, SPEC, ManualClock(NOON))
        async with Emulator(self._crm, per_second=None) as emulator:
            self.url.set_result(emulator.url)
            await self._stop.wait()
        self._crm.close()

    def do(self, act: Act) -> Any:
        """Change the account from inside its own thread, as its API would."""

        async def once() -> Any:
            return act(self._crm)

        return asyncio.run_coroutine_threadsafe(once(), self._loop).result(10)

    def __enter__(self) -> Self:
        self._thread.start()
        self.url.result(10)
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed: ./run test installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def emulator() -> Iterator[Elsewhere]:
    with Elsewhere() as found:
        yield found


@pytest.fixture
def page(chromium: Browser, emulator: Elsewhere) -> Iterator[Page]:
    """A visitor; what the console complains of fails the test."""
    context = chromium.new_context(base_url=emulator.url.result(), locale="ru")
    found = context.new_page()
    complaints: list[str] = []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    yield found
    context.close()
    assert complaints == []


def test_the_window_of_consent_tells_its_opener_and_closes(page: Page) -> None:
    """Its script is a file of its own: the policy of the window lets nothing inline run."""
    told = {"client_id": CLIENT, "secret": SECRET, "name": "Смена", "redirect_uri": BACK}
    assert page.request.post("/control/integrations", data=told).ok
    page.goto("/")
    page.evaluate("addEventListener('message', event => { window.heard = event.data; })")
    with page.expect_popup() as opening:
        page.evaluate(
            "address => { open(address); }", f"/oauth?client_id={CLIENT}&mode=post_message"
        )
    window = opening.value
    complaints: list[str] = []
    window.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    with window.expect_event("close"):
        window.get_by_role("button", name="Разрешить").click()
    page.wait_for_function("window.heard")
    assert page.evaluate("window.heard.code").startswith("def502")
    assert complaints == []


def test_a_lead_is_brought_rung_and_moved(page: Page, emulator: Elsewhere) -> None:
    page.goto("/")
    page.get_by_label("Я действую как").select_option(label="Анна Примерова")
    expect(page.get_by_label("Я действую как")).to_have_value(str(ANNA))
    page.get_by_text("Новая сделка").click()
    page.get_by_label("Чего хочет клиент").fill("Окна на дачу")
    page.get_by_label("Имя клиента").fill("Ольга")
    page.get_by_role("button", name="Создать").click()
    expect(page.get_by_role("status")).to_contain_text("Сделка создана.")
    page.get_by_role("button", name="Записать звонок").click()
    expect(page.locator("#notes")).to_contain_text("разговор состоялся")
    page.get_by_label("Этап").select_option(label="Переговоры")
    page.get_by_role("button", name="Перевести", exact=True).click()
    expect(page.locator("#about")).to_contain_text("Переговоры")
    page.get_by_text("Удалить…").click()
    page.get_by_role("button", name="Да, удалить").click()
    expect(page.get_by_text("Карточка в корзине.")).to_be_visible()
    found = emulator.do(lambda crm: crm.store.rows("SELECT type, created_by FROM event"))
    authors = dict(found)
    for kind in ("lead_added", "outgoing_call", "lead_status_changed", "lead_deleted"):
        assert authors[kind] == ANNA


def test_what_comes_is_seen_without_reload(page: Page, emulator: Elsewhere) -> None:
    page.goto("/")
    expect(page.get_by_text("Таких сделок нет.")).to_be_visible()
    page.get_by_label("Искать").fill("недописано")
    emulator.do(lambda crm: crm.leads.add(BOSS, NOON, "Ремонт крыши"))
    expect(page.get_by_role("link", name="Ремонт крыши")).to_be_visible(timeout=10_000)
    expect(page.get_by_label("Искать")).to_have_value("недописано")


@pytest.mark.parametrize("width", [390, 1280])
def test_no_width_scrolls_sideways(page: Page, emulator: Elsewhere, width: int) -> None:
    def fill(crm: Crm) -> int:
        crm.store.run(
            "INSERT INTO hook (destination, settings, created_at, updated_at, created_by, sort)"
            " VALUES (?, '[\"add_lead\"]', 0, 0, 1, 1)",
            "https://smena.example/hooks/amocrm/31000001/" + "x" * 60,
        )
        number = crm.leads.add(BOSS, NOON, "Остекление " * 9, responsible_user_id=ANNA, price=10**9)
        crm.tasks.add(ANNA, NOON, "Перезвонить", NOON, entity_id=number, entity_type="leads")
        return number

    number = emulator.do(fill)
    page.set_viewport_size({"width": width, "height": TALL})
    for path in (
        "/",
        "/people",
        "/tasks",
        "/events",
        "/webhooks",
        "/requests",
        "/integrations",
        f"/leads/detail/{number}",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_without_scripts(chromium: Browser, emulator: Elsewhere) -> None:
    context = chromium.new_context(base_url=emulator.url.result(), java_script_enabled=False)
    page = context.new_page()
    page.goto("/people")
    page.get_by_label("Я действую как").select_option(label="Робот")
    page.get_by_role("button", name="Выбрать").click()
    expect(page).to_have_url(f"{emulator.url.result()}/people")
    expect(page.get_by_label("Я действую как")).to_have_value("0")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    context.close()
