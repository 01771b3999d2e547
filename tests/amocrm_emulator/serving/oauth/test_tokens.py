"""Pairs of tokens: their look, their lives, and how an installation is lost."""

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amocrm_emulator.account.clock import ManualClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.oauth.core.model import IssuedPair, TokenRequest
from amocrm_emulator.account.oauth.core.token_rules import CODE, REFRESH
from amocrm_emulator.account.spec import IntegrationSpec
from tests.amocrm_emulator.place import ACCOUNT, ANNA, BOSS, NOON, SPEC, Place, subscribe
from tests.amocrm_emulator.serving.oauth.stage import (
    BACK,
    CLIENT,
    SECRET,
    ask,
    by_code,
    by_refresh,
    granted,
    integrated,
    listening,
    paired,
)

pytestmark = pytest.mark.anyio
DAY = 24 * 3600


def claims(token: str) -> dict[str, Any]:
    head, body, signature = token.split(".")
    assert json.loads(base64.urlsafe_b64decode(head + "==")) == {"typ": "JWT", "alg": "RS256"}
    assert len(base64.urlsafe_b64decode(signature + "==")) == 256
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


async def test_a_pair_and_what_it_says(at: Place) -> None:
    await integrated(at)
    pair = await paired(at, BOSS)
    assert (pair["token_type"], pair["expires_in"], pair["server_time"]) == ("Bearer", DAY, NOON)
    assert len(pair["refresh_token"]) > 700
    told = claims(pair["access_token"])
    assert len(told.pop("jti")) == 80
    assert len(told.pop("hash_uuid")) == 36
    assert told.pop("scopes")[0] == "crm"
    assert told == {
        "aud": CLIENT,
        "iat": NOON,
        "nbf": NOON,
        "exp": NOON + DAY,
        "sub": str(BOSS),
        "grant_type": "authorization_code",
        "account_id": ACCOUNT,
        "base_domain": "amocrm.ru",
        "version": 2,
        "api_domain": at.emulator.url.removeprefix("http://"),
    }
    account = await at.call("GET", "/account", token=pair["access_token"])
    assert (account["id"], account["current_user_id"]) == (ACCOUNT, BOSS)


async def test_a_code_works_once_and_for_twenty_minutes(at: Place) -> None:
    await integrated(at)
    code, late = await granted(at), await granted(at)
    assert (await by_code(at, code)).status_code == 200
    again = await by_code(at, code)
    assert again.status_code == 400
    assert again.headers["content-type"] == "application/problem+json"
    assert again.json()["hint"] == "Authorization code has been revoked"
    at.clock.advance(20 * 60)
    assert (await by_code(at, late)).json()["hint"] == "Authorization code has expired"


async def test_each_refresh_kills_the_token_it_used(at: Place) -> None:
    await integrated(at)
    first = await paired(at)
    second = (await by_refresh(at, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert claims(second["access_token"])["grant_type"] == "refresh_token"
    again = await by_refresh(at, first["refresh_token"])
    assert (again.status_code, again.json()["hint"]) == (401, "Token has been revoked")
    assert (await by_refresh(at, second["refresh_token"])).status_code == 200


async def test_of_refreshes_at_once_one_wins(at: Place) -> None:
    await integrated(at)
    token = (await paired(at))["refresh_token"]
    answers = await asyncio.gather(*(by_refresh(at, token) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_lives_by_the_emulators_clock(at: Place) -> None:
    await integrated(at)
    pair = await paired(at)
    at.clock.advance(DAY - 1)
    assert (await at.answer("GET", "/account", token=pair["access_token"])).status_code == 200
    at.clock.advance(1)
    assert (await at.answer("GET", "/account", token=pair["access_token"])).status_code == 401
    at.clock.advance(91 * DAY)
    late = await by_refresh(at, pair["refresh_token"])
    assert (late.status_code, late.json()["hint"]) == (401, "Token has expired")


async def test_short_lives_by_setting(at: Place) -> None:
    await integrated(at)
    await at.call("POST", "/control/oauth", {"access_seconds": 30})
    pair = await paired(at)
    assert pair["expires_in"] == 30
    at.clock.advance(30)
    assert (await at.answer("GET", "/account", token=pair["access_token"])).status_code == 401
    wrong = await at.answer("POST", "/control/oauth", {"access_seconds": "30"})
    assert wrong.status_code == 400


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"client_secret": "guess"}, 401, "Авторизация клиента не прошла"),
        ({"client_id": "unknown"}, 401, "Авторизация клиента не прошла"),
        ({"redirect_uri": f"{BACK}/"}, 400, "redirect_uri"),
        ({"grant_type": "password"}, 400, "grant_type"),
        ({"refresh_token": ["a list"]}, 400, "Invalid refresh token"),
    ],
)
async def test_refused(at: Place, fields: dict[str, Any], status: int, words: str) -> None:
    await integrated(at)
    answer = await ask(at, **({"grant_type": "refresh_token", "refresh_token": "x"} | fields))
    assert answer.status_code == status
    assert words in answer.text


async def test_a_body_that_is_no_json(at: Place) -> None:
    answer = await at.http.post("/oauth2/access_token", content=b"{")
    assert answer.json()["title"] == "Некорректный клиент"


async def test_a_form_will_do(at: Place) -> None:
    await integrated(at)
    given = {
        "client_id": CLIENT,
        "client_secret": SECRET,
        "redirect_uri": BACK,
        "grant_type": "authorization_code",
        "code": await granted(at),
    }
    assert (await at.http.post("/oauth2/access_token", data=given)).status_code == 200


async def test_a_long_lived_token(at: Place) -> None:
    await integrated(at)
    path = f"/control/integrations/{CLIENT}/token"
    token = (await at.call("POST", path, {"user": ANNA, "days": 2}))["token"]
    at.clock.advance(2 * DAY - 1)
    account = await at.call("GET", "/account", token=token)
    assert account["current_user_id"] == ANNA
    at.clock.advance(1)
    assert (await at.answer("GET", "/account", token=token)).status_code == 401
    assert (await at.answer("POST", path, {"days": 0})).status_code == 400


async def test_withdrawn(at: Place) -> None:
    async with listening() as (address, heard):
        await integrated(at, disable_url=f"{address}?from=amo")
        pair, code = await paired(at), await granted(at)
        await subscribe(at, "https://our.example/plain", "add_lead")
        hook = {"destination": "https://our.example/ours", "settings": ["add_lead"]}
        await at.call("POST", "/webhooks", hook, token=pair["access_token"])
        told = await at.call("POST", f"/control/integrations/{CLIENT}/disable")
    assert told == {"told": 200}
    signed = hmac.new(SECRET.encode(), f"{CLIENT}|{ACCOUNT}".encode(), hashlib.sha256)
    assert heard == [
        {
            "from": "amo",
            "account_id": str(ACCOUNT),
            "client_uuid": CLIENT,
            "signature": signed.hexdigest(),
        }
    ]
    assert (await at.answer("GET", "/account", token=pair["access_token"])).status_code == 401
    assert (await by_refresh(at, pair["refresh_token"])).status_code == 401
    assert (await by_code(at, code)).status_code == 400
    left = await at.call("GET", "/webhooks")
    assert [one["destination"] for one in left["_embedded"]["webhooks"]] == [
        "https://our.example/plain"
    ]


async def test_hooks_may_outlive_their_integration(at: Place) -> None:
    await integrated(at)
    await at.call("POST", "/control/oauth", {"keeps_hooks": True})
    hook = {"destination": "https://our.example/ours", "settings": ["add_lead"]}
    await at.call("POST", "/webhooks", hook, token=(await paired(at))["access_token"])
    assert await at.call("POST", f"/control/integrations/{CLIENT}/disable") == {"told": None}
    assert (await at.call("GET", "/webhooks"))["_total_items"] == 1


async def test_an_account_that_moved(at: Place) -> None:
    """The old host knows nothing; the new one is told to the holder of a refresh token."""
    await integrated(at)
    pair = await paired(at)
    port = at.emulator.url.rpartition(":")[2]
    new = f"localhost:{port}"
    await at.call("POST", "/control/move", {"subdomain": "novaya", "host": new})
    assert (await by_refresh(at, pair["refresh_token"])).status_code == 401
    await at.call("POST", "/control/oauth", {"old_host_status": 404})
    assert (await by_refresh(at, pair["refresh_token"])).status_code == 404
    assert (await at.answer("GET", "/account", token=pair["access_token"])).status_code == 401
    address = "/oauth2/account/current/subdomain"
    found = await at.http.get(address, headers={"X-Refresh-Token": pair["refresh_token"]})
    assert found.json() == {
        "id": ACCOUNT,
        "subdomain": "novaya",
        "domain": new,
        "top_level_domain": "localhost",
    }
    bearer = {"Authorization": f"Bearer {pair['access_token']}"}
    older = await at.http.get("/oauth2/account/subdomain", headers=bearer)
    assert older.json() == found.json()
    at.http.headers["Host"] = new
    assert (await by_refresh(at, pair["refresh_token"])).status_code == 200
    account = await at.call("GET", "/account", token=pair["access_token"])
    assert account["subdomain"] == "novaya"


async def test_the_address_is_told_to_holders_only(at: Place) -> None:
    for path in ("/oauth2/account/current/subdomain", "/oauth2/account/subdomain"):
        assert (await at.http.get(path)).status_code == 401


async def test_an_integration_has_one_limit_for_all_its_tokens(at: Place) -> None:
    await integrated(at)
    tokens = [(await paired(at, user))["access_token"] for user in (BOSS, ANNA)]
    await at.call("POST", "/control/limits", {"per_second": 7})
    statuses = [
        (await at.answer("GET", "/account", token=tokens[number % 2])).status_code
        for number in range(8)
    ]
    assert statuses == [200] * 7 + [429]
    assert (await at.answer("GET", "/account")).status_code == 200
    counts = await at.call("GET", "/control/requests")
    assert counts["kinds"][CLIENT] == {"GET /api/v4/account": 8}
    assert counts["kinds"]["unknown"] == {"POST /oauth2/access_token": 2}


def test_a_pair_is_on_the_disk_before_it_is_answered(tmp_path: Path) -> None:
    file, clock = tmp_path / "crm.sqlite", ManualClock(NOON)
    ours = IntegrationSpec(CLIENT, SECRET, "Смена", BACK)
    crm = Crm.create(file, replace(SPEC, integrations=(ours,)), clock)
    one = crm.oauth.registry.integration(CLIENT)
    assert one is not None
    asked = TokenRequest(CODE, CLIENT, SECRET, BACK, code=crm.oauth.grant(one, BOSS))
    pair = crm.oauth.exchange(asked, "127.0.0.1")
    assert isinstance(pair, IssuedPair)
    again = Crm.open(file, clock)  # as after a kill: the first one has not been closed
    assert again.oauth.identify(pair.access) == crm.oauth.identify(pair.access) is not None
    refresh = TokenRequest(REFRESH, CLIENT, SECRET, BACK, refresh_token=pair.refresh)
    assert isinstance(again.oauth.exchange(refresh, "127.0.0.1"), IssuedPair)
    assert not isinstance(crm.oauth.exchange(refresh, "127.0.0.1"), IssuedPair)
    crm.close()
    again.close()
