"""Consents over HTTP.

The redirect from amoCRM, its fallbacks, its strangers, the disable webhook.
"""

import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from smena.access import actions as people
from smena.access import pages as access
from smena.access.model import NewPerson
from smena.accounts import queries as accounts
from smena.accounts.model import AccountState
from smena.connectors.amocrm.connecting.consent import ASKED_FOR
from smena.connectors.amocrm.connecting.core.disabled import signature_of
from smena.connectors.amocrm.connecting.pages import connection
from smena.connectors.amocrm.tokens.core.refresh import AccessWay
from smena.kernel.db import Database
from smena.kernel.metrics import DISABLE_WEBHOOKS
from tests.access.cast import MARINA_MAIL, PASSWORD
from tests.connectors.amocrm import proxy as net
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.connecting.browsing import PATH, Browsing
from tests.connectors.amocrm.consent import (
    CLIENT,
    SECRET,
    code,
    consent,
    integrate,
    kept,
    spend_access,
)
from tests.connectors.amocrm.stand import stand
from tests.web.site import make_site, visitor

pytestmark = pytest.mark.anyio
LANDING = "/oauth/amocrm"
DISABLED = "/hooks/amocrm/disabled"


@pytest.fixture
async def marina(db: Database) -> AsyncIterator[Browsing]:
    """An administrator of the installation; nothing is connected yet."""
    async with stand(db, history_days=1) as made:
        app = make_site(
            routes=[*access.ROUTES, *connection.ROUTES],
            db=db,
            clock=made.clock,
            vault=made.service.vault,
            services={"amocrm": made.service, "inbox": made.inbox},
            middleware=access.MIDDLEWARE,
        )
        async with visitor(app) as browser:
            found = Browsing(made, browser)
            new = NewPerson(MARINA_MAIL, "Марина", password=PASSWORD, is_operator=True)
            await people.add_person(db, new, made.clock.now())
            await found.sign_in()
            yield found


async def begun(desk: Browsing, **changes: str) -> httpx2.Response:
    """Type the integration in; amoCRM knows it with our address."""
    redirect = desk.made.service.redirect_uri()
    assert redirect is not None
    integrate(desk.made, back=redirect)
    form = {
        "address": desk.made.emulator.url, "client": CLIENT, "secret": SECRET,
        "redirect_uri": redirect,
    }  # fmt: skip
    return await desk.send(f"{PATH}/consent", **(form | changes))


def way_to_amocrm(page: httpx2.Response) -> tuple[str, str]:
    """Return the address of the consent and its state."""
    (link,) = [
        part.partition('"')[0].replace("&amp;", "&")
        for part in page.text.split('href="')[1:]
        if "/oauth?" in part.partition('"')[0]
    ]
    return link, parse_qs(urlsplit(link).query)["state"][0]


def answer(desk: Browsing, state: str | None = None, **changes: str) -> dict[str, str]:
    """Return the query with which amoCRM sends the browser back."""
    host = urlsplit(desk.made.emulator.url).netloc
    query = {"code": code(desk.made), "referer": host, "platform": "1", "client_id": CLIENT}
    return query | ({} if state is None else {"state": state}) | changes


async def way_of(desk: Browsing) -> AccessWay:
    return (await kept(desk.made)).way


async def is_unknown(desk: Browsing) -> bool:
    async with desk.made.db.system() as tx:
        return await accounts.all_accounts(tx) == []


async def test_there_and_back(marina: Browsing) -> None:
    page = await begun(marina)
    assert SECRET not in page.text
    link, state = way_to_amocrm(page)
    assert link.startswith(f"{marina.made.emulator.url}/oauth?client_id={CLIENT}&")
    consented = await httpx2.AsyncClient(trust_env=False, verify=False).post(
        f"{marina.made.emulator.url}/oauth",
        data=dict(parse_qs(urlsplit(link).query, strict_parsing=True)) | {
            "decision": "allow", "user": "9000001",
        },
    )  # fmt: skip
    back = urlsplit(consented.headers["location"])
    assert back.path == LANDING
    landed = await marina.browser.get(f"{LANDING}?{back.query}", follow_redirects=True)
    assert "Аккаунт «Проба» подключён." in landed.text
    assert await way_of(marina) is AccessWay.OAUTH
    shown = await marina.browser.get(PATH)
    assert "продлевается сам" in shown.text
    assert state not in shown.text
    assert SECRET not in shown.text


async def test_an_answer_is_taken_once(marina: Browsing) -> None:
    _link, state = way_to_amocrm(await begun(marina))
    first = await marina.browser.get(LANDING, params=answer(marina, state))
    assert first.status_code == 303
    number = (await kept(marina.made)).number
    again = await marina.browser.get(LANDING, params=answer(marina, state))
    assert again.status_code == 422
    assert "Начните подключение здесь ещё раз" in again.text
    assert (await kept(marina.made)).number == number


async def test_another_browser_cannot_end_what_this_one_began(marina: Browsing) -> None:
    _link, state = way_to_amocrm(await begun(marina))
    mine = dict(marina.browser.cookies)
    marina.browser.cookies.clear()
    stranger = await marina.browser.get(LANDING, params=answer(marina, state))
    assert stranger.status_code == 422
    await marina.sign_in()
    another = await marina.browser.get(LANDING, params=answer(marina, state))
    assert another.status_code == 422
    assert await is_unknown(marina)
    marina.browser.cookies.clear()
    marina.browser.cookies.update(mine)
    assert (await marina.browser.get(LANDING, params=answer(marina, state))).status_code == 303


async def test_a_state_is_good_for_half_an_hour(marina: Browsing) -> None:
    _link, state = way_to_amocrm(await begun(marina))
    marina.made.clock.offset += ASKED_FOR
    assert (await marina.browser.get(LANDING, params=answer(marina, state))).status_code == 422
    assert await is_unknown(marina)


@pytest.mark.parametrize("state", ["x", "0" * 32, f"{'0' * 32}.{'0' * 40}", "я.ю"])
async def test_a_made_up_state(marina: Browsing, state: str) -> None:
    await begun(marina)
    assert (await marina.browser.get(LANDING, params=answer(marina, state))).status_code == 422
    assert await is_unknown(marina)


async def test_a_foreign_referer_gets_neither_code_nor_secret(marina: Browsing) -> None:
    _link, state = way_to_amocrm(await begun(marina))
    asked = marina.made.requests()
    query = answer(marina, state, referer="acme.amocrm.ru.evil.example")
    found = await marina.browser.get(LANDING, params=query)
    assert found.status_code == 422
    assert "не от amoCRM" in found.text
    assert marina.made.requests() == asked
    assert (await marina.browser.get(LANDING, params=answer(marina, state))).status_code == 303


async def test_a_refusal_in_amocrm(marina: Browsing) -> None:
    _link, state = way_to_amocrm(await begun(marina))
    told = {"error": "access_denied", "state": state}
    found = await marina.browser.get(LANDING, params=told)
    assert "В amoCRM отказали" in found.text
    assert (await marina.browser.get(LANDING, params=answer(marina, state))).status_code == 422


async def test_a_wrong_secret_is_told_and_can_be_corrected(marina: Browsing) -> None:
    _link, state = way_to_amocrm(await begun(marina, secret="another"))
    found = await marina.browser.get(LANDING, params=answer(marina, state))
    assert found.status_code == 422
    assert "amoCRM не узнаёт интеграцию" in found.text
    assert CLIENT in found.text, "what was typed is still there"
    assert "Всё готово" not in found.text, "the way that failed is not offered again"
    _link, state = way_to_amocrm(await begun(marina))
    assert (await marina.browser.get(LANDING, params=answer(marina, state))).status_code == 303


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"address": "https://evil.example"}, "не принадлежит amoCRM"),
        ({"secret": ""}, "секретный ключ целиком"),
        ({"client": "не тот"}, "секретный ключ целиком"),
        ({"redirect_uri": ""}, "Ссылка для перенаправления"),
    ],
)
async def test_a_flawed_form(marina: Browsing, changes: dict[str, str], text: str) -> None:
    found = await begun(marina, **changes)
    assert found.status_code == 422
    assert text in found.text


async def test_a_code_by_hand(marina: Browsing) -> None:
    back = "https://elsewhere.example/cb"
    integrate(marina.made, back=back)
    form = {
        "address": marina.made.emulator.url, "client": CLIENT, "secret": SECRET,
        "redirect_uri": back, "code": "nonsense",
    }  # fmt: skip
    wrong = await marina.send(f"{PATH}/code", **form)
    assert wrong.status_code == 422
    assert "не принимает код" in wrong.text
    assert back in wrong.text
    good = f"{back}?code={code(marina.made)}&referer=proba.amocrm.ru"
    again = await marina.send(f"{PATH}/code", **(form | {"secret": "", "code": good}))
    assert "подключён" in again.text, again.text
    assert await way_of(marina) is AccessWay.OAUTH


async def test_installed_inside_amocrm_waits_for_an_administrator(
    marina: Browsing,
) -> None:
    await begun(marina)
    mine = dict(marina.browser.cookies)
    marina.browser.cookies.clear()
    query = answer(marina, from_widget="1")
    webhook = await marina.browser.get(LANDING, params=query)
    assert (webhook.status_code, "Осталось подтвердить" in webhook.text) == (200, True)
    assert await is_unknown(marina)
    marina.browser.cookies.update(mine)
    page = await marina.browser.get(PATH)
    action = page.text.partition(f'action="{PATH}/offers/')[2].partition('"')[0]
    done = await marina.send(f"{PATH}/offers/{action}")
    assert "подключён" in done.text
    assert (await marina.send(f"{PATH}/offers/{action}")).status_code == 422


async def test_a_stranger_s_code_takes_nobody_s_place(marina: Browsing) -> None:
    """Whoever knows the integration's id may bring codes, but not make one vanish that waits."""
    await begun(marina)
    mine = dict(marina.browser.cookies)
    marina.browser.cookies.clear()
    genuine = answer(marina, from_widget="1")
    for _again in range(2):
        await marina.browser.get(LANDING, params=genuine)
    told = [
        await marina.browser.get(LANDING, params=genuine | {"code": f"made-up-{number}"})
        for number in range(5)
    ]
    assert [page.status_code for page in told] == [200, 200, 200, 200, 422]
    assert "слишком много подключений" in told[-1].text
    marina.browser.cookies.update(mine)
    offers = re.findall(f'action="{PATH}/offers/(.*?)"', (await marina.browser.get(PATH)).text)
    assert len(offers) == 5
    assert (await marina.send(f"{PATH}/offers/{offers[0]}")).status_code == 422, "made up"
    done = await marina.send(f"{PATH}/offers/{offers[-1]}")
    assert "подключён" in done.text
    assert f"{PATH}/offers/" not in (await marina.browser.get(PATH)).text


async def test_a_consent_given_up_half_way_does_not_hide_an_offer(
    marina: Browsing,
) -> None:
    """The account's own administrators are asked, not the browser that began last."""
    _link, state = way_to_amocrm(await begun(marina))
    await marina.browser.get(LANDING, params=answer(marina, state))
    await begun(marina)
    marina.browser.cookies.clear()
    await marina.browser.get(LANDING, params=answer(marina, from_widget="1"))
    await marina.sign_in()
    assert f'action="{PATH}/offers/' in (await marina.browser.get(PATH)).text


async def test_an_unknown_integration_offers_nothing(marina: Browsing) -> None:
    integrate(marina.made)
    found = await marina.browser.get(LANDING, params=answer(marina))
    assert found.status_code == 422
    assert "Смене неизвестна" in found.text


async def test_connecting_again_takes_the_same_account_only(marina: Browsing) -> None:
    await begun(marina)
    _link, state = way_to_amocrm(await marina.browser.get(f"{PATH}?way=oauth"))
    await marina.browser.get(LANDING, params=answer(marina, state))
    again = await begun(marina, again="1", secret="")
    _link, state = way_to_amocrm(again)
    async with marina.made.db.system() as tx:
        await tx.run("UPDATE amocrm_consent SET account_id = NULL")
    marina.made.crm.account.doc["id"] = 31000777
    async with marina.made.db.system() as tx:
        await tx.run("UPDATE amocrm_consent SET account_id = :account", account=ACCOUNT)
    found = await marina.browser.get(LANDING, params=answer(marina, state))
    assert found.status_code == 422
    assert "Доступ дан от другого аккаунта" in found.text


async def test_switched_off_in_amocrm(marina: Browsing) -> None:
    made = marina.made
    await consent(made)
    told = {
        "account_id": str(ACCOUNT), "client_uuid": CLIENT,
        "signature": signature_of(ACCOUNT, CLIENT, SECRET),
    }  # fmt: skip
    before = DISABLE_WEBHOOKS.labels("not_signed")._value.get()
    for wrong in ({"signature": "0" * 64}, {"client_uuid": "other"}, {"account_id": "1"}, {}):
        query = told | wrong if wrong else {}
        assert (await marina.browser.get(DISABLED, params=query)).status_code == 403
    assert DISABLE_WEBHOOKS.labels("not_signed")._value.get() == before + 4
    assert (await state_of(marina))[0] is AccountState.CONNECTED

    early = await marina.browser.get(DISABLED, params=told)
    assert early.status_code == 200
    assert (await state_of(marina))[0] is AccountState.CONNECTED, "amoCRM still lets us in"

    spend_access(made)
    made.crm.store.run("UPDATE oauth_refresh SET is_spent = 1")
    for _ in range(2):
        assert (await marina.browser.get(DISABLED, params=told)).status_code == 200
        assert await state_of(marina) == (
            AccountState.SIGN_IN_AGAIN,
            "интеграцию выключили в amoCRM",
        )
    await consent(made)
    assert (await marina.browser.get(DISABLED, params=told)).status_code == 200
    assert (await state_of(marina))[0] is AccountState.CONNECTED, "an old message stops nothing"


async def test_an_unpaid_account_keeps_its_tokens_whatever_an_old_message_says(
    marina: Browsing,
) -> None:
    told = {
        "account_id": str(ACCOUNT), "client_uuid": CLIENT,
        "signature": signature_of(ACCOUNT, CLIENT, SECRET),
    }  # fmt: skip
    async with net.between(marina.made.emulator.url) as line:
        await consent(marina.made, through=line.url)
        line.faults["GET"] = [net.unpaid]
        assert (await marina.browser.get(DISABLED, params=told)).status_code == 200
        assert line.malformed == 1
    assert (await kept(marina.made)).refresh


async def state_of(desk: Browsing) -> tuple[AccountState, str]:
    async with desk.made.db.tenant(ACCOUNT) as tx:
        found = await accounts.account(tx)
    return found.state, found.state_reason
