"""A bare amoCRM of any size: lists made of numbers, nothing stored, so that it is never the limit.

Run as a process of its own: `python -m bench.bare_crm PORT LEADS CONTACTS EVENTS`.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

ACCOUNT = 31_000_001
DAYS = 14
USERS = 24
PARTS = (
    '"users_groups":[{"id":0,"name":"Отдел продаж"}],"task_types":[{"id":1,"name":"Связаться"}],'
    '"datetime_settings":{"timezone":"Europe/Moscow"}'
)
ACCOUNT_JSON = (
    f'{{"id":{ACCOUNT},"name":"Проба","current_user_id":1,"subdomain":"bare",'
    f'"_embedded":{{{PARTS}}}}}'
)
Row = Callable[[int], str]


class BareCrm:
    """Rows by their numbers; events stand evenly over two weeks, newest first."""

    def __init__(self, leads: int, contacts: int, events: int) -> None:
        self._now = int(time.time())
        self._events = events
        self._step = DAYS * 86_400 / max(1, events)
        self._lists: dict[str, tuple[int, Row]] = {
            "users": (USERS, self._user),
            "leads/pipelines": (1, self._pipeline),
            "leads/custom_fields": (10, self._field),
            "leads": (leads, self._lead),
            "contacts": (contacts, self._contact),
        }

    def answer(self, target: str) -> bytes:
        parts = urlsplit(target)
        path, query = parts.path.removeprefix("/api/v4/"), parse_qs(parts.query)
        if path == "account":
            return ACCOUNT_JSON.encode()
        page, limit = int(query.get("page", ["1"])[0]), int(query.get("limit", ["50"])[0])
        first, total, row = self._asked(path, query)
        start = (page - 1) * limit
        numbers = range(first + start, first + min(total, start + limit))
        if not numbers:
            return b""
        rows = ",".join(map(row, numbers))
        more = ',"next":{"href":"x"}' if start + limit < total else ""
        root = path.rpartition("/")[2]
        links = f'"_links":{{"self":{{"href":"x"}}{more}}}'
        return f'{{{links},"_embedded":{{"{root}":[{rows}]}}}}'.encode()

    def _asked(self, path: str, query: dict[str, list[str]]) -> tuple[int, int, Row]:
        if path != "events":
            total, row = self._lists.get(path, (0, self._user))
            return 1, total, row
        start = int(query["filter[created_at][from]"][0])
        end = int(query.get("filter[created_at][to]", [str(self._now)])[0])
        newest = max(0, int((self._now - end) / self._step))
        oldest = min(self._events, int((self._now - start) / self._step))
        return newest, max(0, oldest - newest), self._event

    def _event(self, number: int) -> str:
        at = self._now - int(number * self._step)
        return (
            f'{{"id":"01k{10**12 - number:023d}","type":"lead_status_changed","entity_id":'
            f'{number % 100_000 + 1},"entity_type":"lead","created_by":{number % USERS + 1},'
            f'"created_at":{at},"value_after":[{{"lead_status":{{"id":142,"pipeline_id":700}}}}],'
            f'"value_before":[{{"lead_status":{{"id":71001,"pipeline_id":700}}}}],'
            f'"account_id":{ACCOUNT}}}'
        )

    def _lead(self, number: int) -> str:
        at = self._now - 86_400 * 100 + number
        fields = ",".join(
            f'{{"field_id":{7000 + place},"field_name":"Поле","field_type":"text",'
            f'"values":[{{"value":"Значение {number}"}}]}}'
            for place in range(5)
        )
        return (
            f'{{"id":{number},"name":"Поставка {number}","price":{number},"status_id":71001,'
            f'"pipeline_id":700,"responsible_user_id":{number % USERS + 1},"created_by":1,'
            f'"updated_by":0,"created_at":{at},"updated_at":{at},"closed_at":null,'
            f'"custom_fields_values":[{fields}],"_embedded":{{"tags":[{{"id":11,"name":"сайт"}}],'
            f'"companies":[],"contacts":[{{"id":{number},"is_main":true}}]}}}}'
        )

    def _contact(self, number: int) -> str:
        at = self._now - 86_400 * 100 + number
        return (
            f'{{"id":{number},"name":"Клиент {number}","responsible_user_id":{number % USERS + 1},'
            f'"created_at":{at},"updated_at":{at},"custom_fields_values":[{{"field_id":1001,'
            f'"field_code":"PHONE","field_type":"multitext","values":[{{"value":"+7900{number:07d}",'
            f'"enum_id":1}}]}}],"_embedded":{{"tags":[],"companies":[]}}}}'
        )

    def _user(self, number: int) -> str:
        return (
            f'{{"id":{number},"name":"Сотрудник {number}","email":"u{number}@example.com",'
            f'"rights":{{"is_admin":true,"is_active":true}}}}'
        )

    def _pipeline(self, _number: int) -> str:
        stages = '{"id":71001,"name":"Новая"},{"id":142,"name":"Успех"},{"id":143,"name":"Отказ"}'
        return f'{{"id":700,"name":"Продажи","_embedded":{{"statuses":[{stages}]}}}}'

    def _field(self, number: int) -> str:
        return f'{{"id":{6999 + number},"name":"Поле {number}","type":"text"}}'


async def serve(port: int, crm: BareCrm) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                body = crm.answer(head.split(" ", 2)[1])
                status = "200 OK" if body else "204 No Content"
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
                writer.write(body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    chosen_port, *sizes = (int(word) for word in sys.argv[1:])
    asyncio.run(serve(chosen_port, BareCrm(*sizes)))
