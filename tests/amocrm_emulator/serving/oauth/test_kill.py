"""An emulator that is killed while its client refreshes: what was answered is never lost."""

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.amocrm_emulator.serving.oauth.stage import BACK, CLIENT, SECRET

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
ROUNDS = 4


@contextlib.asynccontextmanager
async def killed_at_the_end(file: Path) -> AsyncIterator[tuple[httpx2.AsyncClient, int]]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "amocrm_emulator.serving.cli",
        "--port",
        "0",
        "--days",
        "0",
        "--no-team",
        "--no-limits",
        "--data",
        str(file),
        "--redirect-uri",
        BACK,
        "--client-id",
        CLIENT,
        "--client-secret",
        SECRET,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    url = (await child.stdout.readline()).decode().split()[0]
    try:
        async with httpx2.AsyncClient(base_url=url, trust_env=False, verify=False) as http:
            yield http, child.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGKILL)
        await child.wait()


async def ask(http: httpx2.AsyncClient, **fields: str) -> httpx2.Response:
    given = {"client_id": CLIENT, "client_secret": SECRET, "redirect_uri": BACK}
    return await http.post("/oauth2/access_token", json=given | fields)


async def fresh(http: httpx2.AsyncClient) -> str:
    path = f"/control/integrations/{CLIENT}/grant"
    code = (await http.post(path)).json()["code"]
    answer = await ask(http, grant_type="authorization_code", code=code)
    return str(answer.json()["refresh_token"])


async def test_what_was_answered_holds(tmp_path: Path) -> None:
    file, dice = tmp_path / "crm.sqlite", random.Random(7)
    token, refreshed = "", 0
    for _ in range(ROUNDS):
        async with killed_at_the_end(file) as (http, pid):
            if token:
                answer = await ask(http, grant_type="refresh_token", refresh_token=token)
                # Spent by the request whose answer the kill took away, or good: nothing else.
                assert answer.status_code in {200, 401}, answer.text
                if answer.status_code == 401:
                    assert answer.json()["hint"] == "Token has been revoked"
            token = await fresh(http)
            kill_after = dice.randint(1, 40)
            with contextlib.suppress(httpx2.HTTPError):
                for number in range(100):
                    if number == kill_after:
                        asyncio.get_running_loop().call_later(dice.random() / 200, _kill, pid)
                    answer = await ask(http, grant_type="refresh_token", refresh_token=token)
                    assert answer.status_code == 200, answer.text
                    token = answer.json()["refresh_token"]
                    refreshed += 1
    assert refreshed > ROUNDS


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
