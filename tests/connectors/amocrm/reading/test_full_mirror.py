"""Every kind of data of an account is in the mirror, and stays in step (CORE-2)."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from amocrm_emulator.account.clock import MovableClock
from amocrm_emulator.account.crm import Crm
from smena.kernel.db import Database
from tests.connectors.amocrm.account import ANNA, BORIS, SALES, SPEC, TOKEN
from tests.connectors.amocrm.interruptions import faults
from tests.connectors.amocrm.mirror.equality import compare
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team
from tests.patience import patience

pytestmark = pytest.mark.anyio

AT = 1_790_000_000
FIELDS: Sequence[dict[str, Any]] = (
    {"name": "Город", "type": "text"},
    {"name": "Сумма", "type": "numeric"},
    {"name": "Срочно", "type": "checkbox"},
    {"name": "Откуда", "type": "select", "enums": [{"value": "Сайт"}, {"value": "Звонок"}]},
    {"name": "Что", "type": "multiselect", "enums": [{"value": "А"}, {"value": "Б"}]},
    {"name": "Когда", "type": "date"},
    {"name": "Во сколько", "type": "date_time"},
    {"name": "Ссылка", "type": "url"},
)


class Office:
    """People who fill in fields, tag, chat and sort: all through the CRM's own API."""

    def __init__(self, made: Stand, seed: int) -> None:
        self.team = Team(made, seed)
        self._stand, self._dice = made, random.Random(seed)
        self._http = httpx2.AsyncClient(
            base_url=made.emulator.url, headers={"Authorization": f"Bearer {TOKEN}"},
            trust_env=False, verify=False, timeout=patience(),
        )  # fmt: skip
        self._fields: dict[str, list[dict[str, Any]]] = {}

    async def open(self) -> None:
        self.team.begin(leads=4)
        for plural in ("leads", "contacts", "companies"):
            made = await self._send("POST", f"{plural}/custom_fields", FIELDS)
            self._fields[plural] = made["_embedded"]["custom_fields"]

    async def act(self) -> None:
        verbs = (self._fill, self._fill, self._tag, self.chat, self.chat, self.ask, self._sort)
        if self._dice.random() < 0.5:
            self.team.act()
        else:
            await self._dice.choice(verbs)()

    async def _fill(self) -> None:
        plural, number = self._card()
        field = self._dice.choice(self._fields[plural])
        await self._patch(
            plural, number, custom_fields_values=[{"field_id": field["id"], **self._value(field)}]
        )

    def _value(self, field: dict[str, Any]) -> dict[str, Any]:
        if self._dice.random() < 0.2:
            return {"values": None}
        values: dict[str, list[dict[str, Any]]] = {
            "text": [{"value": "Тула [центр] & Ко"}],
            "numeric": [{"value": str(self._dice.randrange(1000) / 4)}],
            "checkbox": [{"value": True}],
            "date": [{"value": AT + self._dice.randrange(100) * 86_400}],
            "date_time": [{"value": AT + self._dice.randrange(100_000)}],
            "url": [{"value": "https://example.com/?a=1"}],
        }
        chosen = [{"enum_id": one["id"]} for one in field.get("enums") or ()]
        if field["type"] in ("select", "multiselect"):
            return {"values": chosen[:1] if field["type"] == "select" else chosen}
        return {"values": values[field["type"]]}

    async def _tag(self) -> None:
        plural, number = self._card()
        verb = self._dice.choice(("tags_to_add", "tags_to_delete"))
        name = f"тег {self._dice.randrange(4)}"
        await self._patch(plural, number, **{verb: [{"name": name}]})

    async def chat(self) -> None:
        crm, contact = self._stand.crm, self._dice.choice(self.team.contacts)
        if crm.store.entity("contacts", contact) is not None:
            crm.talks.write(
                self._dice.choice((ANNA, BORIS, 0)), self._stand.now(), contact, "Привет",
                is_incoming=self._dice.random() < 0.5,
            )  # fmt: skip

    async def ask(self) -> None:
        """Let a form bring a request."""
        now = self._stand.now()
        form = {
            "source_name": "Сайт", "source_uid": "site-1", "pipeline_id": SALES, "created_at": now,
            "metadata": {"form_id": "1", "form_name": "Заявка", "form_page": "https://example.com",
                         "form_sent_at": now},
            "_embedded": {"leads": [{"name": "Заявка"}], "contacts": [{"name": "Гость"}]},
        }  # fmt: skip
        await self._send("POST", "leads/unsorted/forms", [form])

    async def _sort(self) -> None:
        crm = self._stand.crm
        rows = crm.store.docs("SELECT doc FROM entity WHERE kind = 'unsorted' AND deleted = 0", [])
        if rows and self._dice.random() < 0.5:
            crm.unsorted.accept(ANNA, self._stand.now(), rows[0], user=ANNA, status=None)
        elif rows:
            crm.unsorted.decline(ANNA, self._stand.now(), rows[0])

    def _card(self) -> tuple[str, int]:
        team = self.team
        plural = self._dice.choice(("leads", "leads", "contacts", "companies"))
        return plural, self._dice.choice(getattr(team, plural))

    async def _patch(self, plural: str, number: int, **fields: Any) -> None:
        answer = await self._http.patch(f"/api/v4/{plural}/{number}", json=fields)
        assert answer.status_code in (200, 204, 400, 404), answer.text  # 400, 404: thrown away

    async def _send(self, method: str, path: str, body: object) -> dict[str, Any]:
        answer = await self._http.request(method, f"/api/v4/{path}", json=body)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found


async def test_every_kind_is_loaded_and_followed(db: Database) -> None:
    async with stand(db, history_days=14) as made:
        office = Office(made, 1)
        await office.open()
        for _ in range(60):
            await office.act()
        await made.connect()
        await made.load()
        assert await compare(made) == []
        for _ in range(60):
            await office.act()
        assert await compare(made) != []
        await made.emulator.flush_hooks()
        await made.settle()
        made.clock.offset += timedelta(hours=1)  # short lists are read again
        await made.settle(rounds=1)
        assert await compare(made) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
async def test_lost_doubled_reordered(db: Database, seed: int) -> None:
    crm_clock = MovableClock()
    async with stand(db, Crm.create(None, SPEC, crm_clock), history_days=14) as made:
        office, dice = Office(made, seed), random.Random(seed)
        await office.open()
        await made.connect()
        await faults(made, drop=0.3, duplicate=0.5, reorder=0.5, seed=seed)
        await made.load()
        for _ in range(8):
            for _ in range(15):
                await office.act()
            if dice.random() < 0.5:
                await made.step()
        await made.emulator.flush_hooks()
        crm_clock.advance(60)  # who has just left the list of open requests may be younger than it
        await made.settle(rounds=5)
        made.clock.offset += timedelta(hours=1)
        await made.settle(rounds=1)
        assert await compare(made) == []
