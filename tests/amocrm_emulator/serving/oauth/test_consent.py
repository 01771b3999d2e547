"""The page on which a person lets an integration in, or does not."""

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.amocrm_emulator.place import ANNA, BOSS, GONE, Place
from tests.amocrm_emulator.serving.oauth.stage import BACK, CLIENT, integrated, listening

pytestmark = pytest.mark.anyio


async def decide(at: Place, **form: str) -> httpx2.Response:
    given = {"client_id": CLIENT, "state": "s 1&2", "decision": "allow", "user": str(BOSS)}
    return await at.http.post("/oauth", data=given | form)


def told(answer: httpx2.Response) -> dict[str, str]:
    address = answer.headers["location"]
    assert address.startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def test_the_page_asks_an_administrator_first(at: Place) -> None:
    await integrated(at)
    answer = await at.http.get("/oauth", params={"client_id": CLIENT, "state": '"><b>'})
    assert answer.status_code == 200
    assert "Смена" in answer.text
    assert f'value="{BOSS}"' in answer.text
    assert f'value="{ANNA}"' not in answer.text
    assert 'value="&quot;&gt;&lt;b&gt;"' in answer.text


async def test_the_page_has_a_policy_and_wears_the_emulators_styles(at: Place) -> None:
    await integrated(at)
    shown = await at.http.get("/oauth", params={"client_id": CLIENT})
    refused = await decide(at, user=str(ANNA))
    for answer in (shown, refused):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src")
        assert "<style" not in answer.text
        assert "/page/static/frame.css" in answer.text
    assert (await at.http.get("/page/static/frame.css")).status_code == 200


async def test_agreed(at: Place) -> None:
    await integrated(at)
    answer = await decide(at)
    assert answer.status_code == 302
    found = told(answer)
    assert found.pop("code").startswith("def502")
    host = at.emulator.url.removeprefix("http://")
    assert found == {"referer": host, "state": "s 1&2", "platform": "1", "client_id": CLIENT}


async def test_refused(at: Place) -> None:
    await integrated(at)
    answer = await decide(at, decision="deny")
    assert told(answer) == {"error": "access_denied", "state": "s 1&2"}


async def test_from_a_widget_in_kommo_without_state(at: Place) -> None:
    await integrated(at)
    await at.call("POST", "/control/oauth", {"platform": 2, "public_host": "acme.kommo.test"})
    found = told(await decide(at, state="", from_widget="1"))
    found.pop("code")
    assert found == {
        "referer": "acme.kommo.test",
        "platform": "2",
        "client_id": CLIENT,
        "from_widget": "1",
    }


async def test_a_message_to_the_opener(at: Place) -> None:
    await integrated(at)
    answer = await decide(at, mode="post_message", state="</script>")
    assert answer.status_code == 200
    assert answer.text.count("</script>") == 1
    (kept,) = re.findall('data-told="(.*?)"', answer.text)
    assert json.loads(unescape(kept))["state"] == "</script>"
    assert not re.search(r"<script[^>]*>[^<]", answer.text), "nothing inline"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("user", [str(ANNA), str(GONE), "5", "", "x"])
async def test_only_an_administrator_installs(at: Place, user: str) -> None:
    await integrated(at)
    assert (await decide(at, user=user)).status_code == 403


async def test_later_others_may_join(at: Place) -> None:
    await integrated(at)
    await decide(at)
    assert (await decide(at, user=str(ANNA))).status_code == 302
    await at.call("POST", f"/control/integrations/{CLIENT}/disable")
    assert (await decide(at, user=str(ANNA))).status_code == 403


async def test_an_unknown_integration(at: Place) -> None:
    assert (await at.http.get("/oauth", params={"client_id": "x"})).status_code == 404
    assert (await decide(at)).status_code == 404


async def test_the_hook_of_an_installation_in_amocrm(at: Place) -> None:
    async with listening() as (listener, heard):
        await integrated(at, redirect_uri=listener)
        path = f"/control/integrations/{CLIENT}/install"
        assert await at.call("POST", path) == {"told": 200}
    (query,) = heard
    assert query["from_widget"] == "1"
    assert "state" not in query
    assert query["code"].startswith("def502")
