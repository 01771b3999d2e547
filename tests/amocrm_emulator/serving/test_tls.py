"""An emulator that speaks TLS, with clients that check its certificate."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from amocrm_emulator.account.clock import ManualClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.serving.server import Emulator
from amocrm_emulator.serving.tls import BadCertificate, Tls, self_signed
from tests.amocrm_emulator.place import NOON, SPEC, TOKEN

pytestmark = pytest.mark.anyio
NOW = datetime.now(UTC)  # noqa: TID251 -- certificates are judged by the machine's clock


async def test_links_are_https_and_the_certificate_is_good(tmp_path: Path) -> None:
    tls = self_signed(tmp_path / "tls", ["crm.example"], NOW)
    crm = Crm.create(None, SPEC, ManualClock(NOON))
    trust = ssl.create_default_context(cafile=tls.certificate)
    async with (
        Emulator(crm, tls=tls) as emulator,
        httpx2.AsyncClient(base_url=emulator.url, trust_env=False, verify=trust) as http,
    ):
        assert emulator.url.startswith("https://127.0.0.1:")
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        account = (await http.get("/api/v4/account", headers=bearer)).json()
        assert account["_links"]["self"]["href"] == f"{emulator.url}/api/v4/account"
        named = bearer | {"Host": "acme.amocrm.ru"}
        options = {"sni_hostname": "acme.amocrm.ru"}
        away = await http.get("/api/v4/account", headers=named, extensions=options)
        assert away.json()["_links"]["self"]["href"] == "https://acme.amocrm.ru/api/v4/account"
        await http.post("/control/faults/api", json=[{"kind": "reset", "times": 1}])
        with pytest.raises(httpx2.ReadError):
            await http.get("/api/v4/account", headers=bearer)
    crm.close()


async def test_tls_beside_plain_http(tmp_path: Path) -> None:
    """One account at two addresses; links lead to the one that was asked."""
    tls = self_signed(tmp_path, [], NOW)
    crm = Crm.create(None, SPEC, ManualClock(NOON))
    trust = ssl.create_default_context(cafile=tls.certificate)
    async with (
        Emulator(crm, tls=tls, tls_port=0) as emulator,
        httpx2.AsyncClient(trust_env=False, verify=trust) as http,
    ):
        assert emulator.tls_url is not None
        for url, scheme in ((emulator.url, "http"), (emulator.tls_url, "https")):
            bearer = {"Authorization": f"Bearer {TOKEN}"}
            account = (await http.get(f"{url}/api/v4/account", headers=bearer)).json()
            assert url.startswith(f"{scheme}://")
            assert account["_links"]["self"]["href"] == f"{url}/api/v4/account"
    crm.close()


async def test_strangers_do_not_trust_it(tmp_path: Path) -> None:
    crm = Crm.create(None, SPEC, ManualClock(NOON))
    async with (
        Emulator(crm, tls=self_signed(tmp_path, [], NOW)) as emulator,
        httpx2.AsyncClient(base_url=emulator.url, trust_env=False) as http,
    ):
        with pytest.raises(httpx2.ConnectError):
            await http.get("/control/state")
    crm.close()


def test_the_key_is_its_owners_only(tmp_path: Path) -> None:
    tls = self_signed(tmp_path, [], NOW)
    assert tls.key.stat().st_mode & 0o077 == 0
    tls.check()


def test_files_that_do_not_belong_together(tmp_path: Path) -> None:
    one, two = self_signed(tmp_path / "1", [], NOW), self_signed(tmp_path / "2", [], NOW)
    with pytest.raises(BadCertificate):
        Tls(one.certificate, two.key).check()
    with pytest.raises(BadCertificate, match="absent"):
        Tls(tmp_path / "absent.crt", two.key).check()
