"""The page of the connection, as an administrator and as others see it."""

import pytest

from smena.access.model import Role
from smena.connectors.amocrm import jobs
from smena.connectors.amocrm.api.client import AccessLost
from smena.crm.model.entities import LeadId, UserId
from smena.crm.outbox import actions
from smena.crm.outbox.model import ChangeLead, Priority
from tests.access.cast import admit
from tests.connectors.amocrm.account import ACCOUNT, ANNA, CLERK_TOKEN, TOKEN
from tests.connectors.amocrm.connecting.browsing import PATH, SESSIONS, Browsing
from tests.connectors.amocrm.team import Team

pytestmark = pytest.mark.anyio


async def test_connect_watch_let_go(marina: Browsing) -> None:
    made = marina.made
    Team(made, 1).begin()
    empty = await marina.browser.get(PATH)
    assert "Долгосрочный токен" in empty.text

    shown = await marina.send(PATH, address=made.emulator.url, token=TOKEN)
    assert "Аккаунт «Проба» подключён." in shown.text
    assert TOKEN not in shown.text
    loading = await marina.browser.get(PATH)
    assert 'hx-trigger="every 1s"' in loading.text
    assert "<progress" in loading.text
    assert "будет известна после первой загрузки" in loading.text

    await made.load()
    await made.step()
    done = await marina.browser.get(PATH)
    assert 'hx-trigger="every 5s"' in done.text
    assert "включены: изменения приходят сразу" in done.text

    assert "Отметьте" in (await marina.send(f"{PATH}/disconnect")).text
    gone = await marina.send(f"{PATH}/disconnect", confirm="1")
    assert "Аккаунт отключён." in gone.text
    assert "не приходят: аккаунт не подключён" in gone.text
    assert made.crm.store.rows("SELECT * FROM hook") == []


async def test_refusal_is_told_beside_the_form(marina: Browsing) -> None:
    answer = await marina.send(PATH, address=marina.made.emulator.url, token=CLERK_TOKEN)
    assert answer.status_code == 422
    assert "Токен создал не администратор" in answer.text
    assert marina.made.emulator.url in answer.text
    assert CLERK_TOKEN not in answer.text
    foreign = await marina.send(PATH, address="https://<b>evil</b>.com", token=TOKEN)
    assert "<b>evil" not in foreign.text


async def test_lost_access_is_told_on_every_page(marina: Browsing) -> None:
    made = marina.made
    await marina.send(PATH, address=made.emulator.url, token=TOKEN)
    await made.load()
    made.crm.people.tokens.clear()
    with pytest.raises(AccessLost):
        await jobs.poll(made.context, ACCOUNT)
    page = await marina.browser.get(PATH)
    assert "amoCRM не принимает токен" in page.text
    other = await marina.browser.get("/settings/sessions")
    assert "Нужно подключить amoCRM снова" in other.text


async def test_queue_and_errors_are_shown(marina: Browsing) -> None:
    made = marina.made
    team = Team(made, 1)
    team.begin()
    await marina.send(PATH, address=made.emulator.url, token=TOKEN)
    await made.load()
    await made.step()
    async with made.db.tenant(ACCOUNT) as tx:
        change = ChangeLead(lead=LeadId(31337), responsible=UserId(ANNA))
        await actions.request(
            tx, change, cause="test", priority=Priority.FRESH, now=made.clock.now()
        )
    assert "самая старая ждёт" in (await marina.browser.get(PATH)).text
    await made.deliver()
    assert "31337" in (await marina.browser.get(PATH)).text


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.EMPLOYEE])
async def test_closed_to_others(desk: Browsing, role: Role) -> None:
    await desk.made.connect()
    await admit(desk.made.db, role=role, account=ACCOUNT)
    await desk.sign_in()
    assert (await desk.browser.get(PATH)).status_code == 403
    sent = await desk.send(f"{PATH}/disconnect", seen=SESSIONS, confirm="1")
    assert sent.status_code == 403
    async with desk.made.db.tenant(ACCOUNT) as tx:
        assert await tx.value("SELECT is_active FROM amocrm_connection")


async def test_without_a_session_nothing_is_shown(desk: Browsing) -> None:
    answer = await desk.browser.get(PATH)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
