"""An integration of OAuth in the emulated account, and the steps of its client."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.amocrm_emulator.place import BOSS, Place

CLIENT = "3f1c9a52-0000-4000-8000-1c2d3e4f5a6b"
SECRET = "S3cr3t"
BACK = "https://our.example/oauth/cb"


async def integrated(at: Place, **settings: str) -> None:
    told = {"client_id": CLIENT, "secret": SECRET, "name": "Смена", "redirect_uri": BACK}
    await at.call("POST", "/control/integrations", told | settings)


async def ask(at: Place, **fields: Any) -> httpx2.Response:
    """Call the token endpoint as the client of our integration."""
    given = {"client_id": CLIENT, "client_secret": SECRET, "redirect_uri": BACK}
    return await at.http.post("/oauth2/access_token", json=given | fields)


async def by_code(at: Place, code: str) -> httpx2.Response:
    return await ask(at, grant_type="authorization_code", code=code)


async def by_refresh(at: Place, token: str) -> httpx2.Response:
    return await ask(at, grant_type="refresh_token", refresh_token=token)


async def granted(at: Place, user: int = BOSS) -> str:
    path = f"/control/integrations/{CLIENT}/grant"
    return str((await at.call("POST", path, {"user": user}))["code"])


async def paired(at: Place, user: int = BOSS) -> dict[str, Any]:
    answer = await by_code(at, await granted(at, user))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[tuple[str, list[dict[str, str]]]]:
    """Listen for GET hooks; yield the address and the queries heard."""
    heard: list[dict[str, str]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _version = head.split("\r\n", 1)[0].split(" ")
        assert method == "GET"
        query = parse_qs(urlsplit(target).query, keep_blank_values=True)
        heard.append({name: values[0] for name, values in query.items()})
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}/hook", heard
    finally:
        server.close()
