"""The command line: what it prints, and what it says when it cannot start."""

import asyncio
import socket
import sqlite3
import ssl
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from amocrm_emulator.account.clock import ManualClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.oauth.authority import NewIntegration
from amocrm_emulator.serving.cli import app, run
from amocrm_emulator.serving.start import StartOptions
from tests.amocrm_emulator.place import NOON, SPEC

pytestmark = pytest.mark.anyio
QUIET = StartOptions(port=0, days=0, with_team=False, users=2)


async def printed(options: StartOptions, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Start with options, stop at once; return what was printed."""
    stop = asyncio.Event()
    stop.set()
    await run(options, stop)
    return capsys.readouterr().out.splitlines()


async def test_the_address_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = await printed(QUIET, capsys)
    assert line.startswith("http://127.0.0.1:")
    assert line.endswith("  token: emulator-token")


async def test_an_integration_and_a_certificate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = NewIntegration("Наша", "https://our.example/cb", client_id="abc", secret="xyz")
    options = StartOptions(
        port=0,
        days=0,
        with_team=False,
        users=2,
        tls=True,
        data=tmp_path / "crm.sqlite",
        integration=new,
    )
    address, certificate, integration = await printed(options, capsys)
    assert address.startswith("https://")
    ssl.create_default_context(cafile=certificate.removeprefix("certificate: "))
    assert integration == "integration: abc  secret: xyz"


async def test_tls_beside(capsys: pytest.CaptureFixture[str]) -> None:
    options = StartOptions(port=0, tls_port=0, days=0, with_team=False, users=2)
    plain, secure, certificate = await printed(options, capsys)
    assert plain.startswith("http://")
    assert secure.startswith("tls: https://")
    assert Path(certificate.removeprefix("certificate: ")).is_file()


async def test_served_with_a_script_and_a_virtual_clock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "day.jsonl"
    script.write_text('{"kind": "status", "status": 502, "times": 1}\n')
    options = StartOptions(
        port=0,
        days=0,
        with_team=False,
        users=2,
        leads=3,
        clock="virtual",
        fault=script,
        limits=False,
    )
    stop = asyncio.Event()
    running = asyncio.create_task(run(options, stop))
    out = ""
    while not out:
        out = capsys.readouterr().out
        await asyncio.sleep(0)
    bearer = {"Authorization": "Bearer emulator-token"}
    async with httpx2.AsyncClient(base_url=out.split()[0], trust_env=False, verify=False) as http:
        first = await http.get("/api/v4/leads", headers=bearer)
        then = await http.get("/api/v4/leads", headers=bearer)
        moved = await http.post("/control/clock", json={"advance": 3600})
        state = await http.get("/control/state")
    stop.set()
    await running
    assert (first.status_code, then.status_code, moved.status_code) == (502, 200, 200)
    assert len(then.json()["_embedded"]["leads"]) == 3
    assert state.json()["per_second"] is None


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["--days", "0", "--no-team", *arguments])
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.splitlines()
    return line


def test_one_sentence_for_each_mistake(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"127.0.0.1:{port}" in refused("--port", port)
    assert "cannot be read" in refused("--fault", str(tmp_path / "none.jsonl"))
    (tmp_path / "bad.jsonl").write_text('{"kind": "boom"}')
    assert "bad.jsonl, line 1" in refused("--fault", str(tmp_path / "bad.jsonl"))
    assert "time zone 'Mars/Base'" in refused("--time-zone", "Mars/Base")
    assert "virtual" in refused("--clock", "sun")
    assert "together" in refused("--port", "0", "--key", "x.pem")
    assert "absent" in refused("--port", "0", "--key", "absent", "--certificate", "absent")
    (tmp_path / "text.sqlite").write_text("not a database")
    assert "text.sqlite" in refused("--data", str(tmp_path / "text.sqlite"))
    with sqlite3.connect(tmp_path / "other.sqlite") as other:
        other.execute("CREATE TABLE t (a)")
    assert "no account" in refused("--data", str(tmp_path / "other.sqlite"))


def test_an_account_of_before_gets_its_integrations(tmp_path: Path) -> None:
    file = tmp_path / "crm.sqlite"
    crm = Crm.create(file, SPEC, ManualClock(NOON))
    for table in ("integration", "oauth_code", "oauth_refresh", "oauth_access", "hook_owner"):
        crm.store.run(f"DROP TABLE {table}")
    crm.close()
    again = Crm.open(file, ManualClock(NOON))
    assert again.oauth.registry.integrations() == []
    again.close()
