"""An emulated account on a port, a clock that stands still, somebody who receives webhooks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx2

from amocrm_emulator.account.clock import ManualClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import (
    AccountSpec,
    FieldSpec,
    GroupSpec,
    PipelineSpec,
    RoleSpec,
    StatusSpec,
    UserSpec,
)
from amocrm_emulator.serving.server import Emulator

ACCOUNT = 31000001
BOSS, ANNA, BORIS, GONE = 9000001, 9000002, 9000003, 9000004
TOKEN, TOKEN_OF_ANNA = "token-of-the-boss", "token-of-anna"
SALES, SERVICE = 700, 800
FIRST, TALKS, REPAIR = 71001, 71002, 81001
WON, LOST = 142, 143
CITY, COLOUR, SEEN_AT, AREA, LOAN, NEEDS, PLACE, BIRTHDAY, REQUISITES = (
    7001,
    7002,
    7003,
    7004,
    7005,
    7006,
    7007,
    7101,
    7201,
)
RED, BLUE = 700201, 700202
MANAGER = 301
NOON = 1_790_000_000  # 2026-09-21 17:13:20 in Moscow

SPEC = AccountSpec(
    id=ACCOUNT,
    name="Проба",
    subdomain="proba",
    time_zone="Europe/Moscow",
    users=(
        UserSpec(BOSS, "Борис Главный", "boss@example.com", is_admin=True),
        UserSpec(ANNA, "Анна Примерова", "anna@example.com", group=501),
        UserSpec(BORIS, "Борис Пробный", "boris@example.com", group=501),
        UserSpec(GONE, "Галина Бывшая", "gone@example.com", is_active=False),
    ),
    groups=(GroupSpec(0, "Отдел продаж"), GroupSpec(501, "Второй отдел")),
    pipelines=(
        PipelineSpec(
            SALES,
            "Продажи",
            (StatusSpec(FIRST, "Первичный контакт"), StatusSpec(TALKS, "Переговоры")),
            is_main=True,
        ),
        PipelineSpec(SERVICE, "Сервис", (StatusSpec(REPAIR, "Ремонт"),)),
    ),
    tokens=((TOKEN, BOSS), (TOKEN_OF_ANNA, ANNA)),
    roles=(RoleSpec(MANAGER, "Менеджер"),),
    fields=(
        FieldSpec("leads", CITY, "Город"),
        FieldSpec("leads", COLOUR, "Цвет", "select", enums=("красный", "синий")),
        FieldSpec("leads", SEEN_AT, "Замер", "date_time"),
        FieldSpec("leads", AREA, "Площадь", "numeric"),
        FieldSpec("leads", LOAN, "Рассрочка", "checkbox"),
        FieldSpec("leads", NEEDS, "Что нужно", "multiselect", enums=("окна", "двери")),
        FieldSpec("leads", PLACE, "Адрес", "smart_address"),
        FieldSpec("contacts", BIRTHDAY, "День рождения", "birthday"),
        FieldSpec("companies", REQUISITES, "Реквизиты", "legal_entity"),
    ),
)


@dataclass(slots=True)
class Place:
    """The account and ways to talk to it."""

    emulator: Emulator
    clock: ManualClock
    http: httpx2.AsyncClient

    @property
    def crm(self) -> Crm:
        return self.emulator.crm

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Call the API as the boss and return the answer's JSON; None for 204."""
        answer = await self.answer(method, path, body, **options)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def answer(
        self, method: str, path: str, body: Any = None, *, token: str = TOKEN, **headers: str
    ) -> httpx2.Response:
        given = {"Authorization": f"Bearer {token}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        url = path if path.startswith(("http", "/control")) else f"/api/v4{path}"
        return await self.http.request(method, url, json=body, headers=given)

    async def ids(self, path: str, name: str) -> list[Any]:
        """Return the ids of a list, in its order."""
        found = await self.call("GET", path)
        return [] if found is None else [row["id"] for row in found["_embedded"][name]]

    def events(self) -> list[tuple[str, int]]:
        """Return type and author of each event, oldest first."""
        return [
            (row[0], row[1])
            for row in self.crm.store.rows("SELECT type, created_by FROM event ORDER BY id")
        ]

    def lead(self, **fields: Any) -> int:
        return self.crm.leads.add(
            BOSS, self.clock.now(), fields.pop("name", "Поставка"), quiet=True, **fields
        )

    def contact(self, name: str = "Иван", **fields: Any) -> int:
        return self.crm.cards.add_contact(BOSS, self.clock.now(), name, quiet=True, **fields)


@contextlib.asynccontextmanager
async def place(**options: Any) -> AsyncIterator[Place]:
    clock = ManualClock(NOON)
    crm = Crm.create(None, SPEC, clock)
    async with (
        Emulator(crm, **({"per_second": None} | options)) as emulator,
        httpx2.AsyncClient(base_url=emulator.url, trust_env=False, verify=False) as http,
    ):
        yield Place(emulator, clock, http)
    crm.close()


@dataclass(slots=True)
class Received:
    headers: dict[str, str]
    body: bytes

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True)

    @property
    def fields(self) -> dict[str, str]:
        return dict(self.pairs)


@dataclass(slots=True)
class Receiver:
    """Answers webhooks with the statuses it was told, then with 200; None is no answer at all."""

    url: str = ""
    statuses: list[int | None] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if line]
                headers = {name.lower(): value for name, value in lines}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.received.append(Received(headers, body))
                status = self.statuses.pop(0) if self.statuses else 200
                if status is None:
                    await reader.read()  # until the other side gives up
                    break
                writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    found.url = f"http://{host}:{port}/hooks"
    try:
        yield found
    finally:
        server.close()


async def subscribe(at: Place, url: str, *settings: str) -> None:
    await at.call("POST", "/webhooks", {"destination": url, "settings": list(settings)})
