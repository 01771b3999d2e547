"""An account of the emulator, a database and the connector between them, for tests.

The jobs are run by hand, one after another, so a test says what happens when. The clock is the
machine's plus an offset that a test may move: what is due later is due now.
"""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx2
from litestar import Litestar
from litestar.datastructures import State

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import AccountSpec, GroupSpec, PipelineSpec, StatusSpec, UserSpec
from amocrm_emulator.serving.listener import Listener
from amocrm_emulator.serving.server import Emulator
from smena.connectors.amocrm.connecting.connect import Request, connect_by_token
from smena.connectors.amocrm.model import Connected
from smena.connectors.amocrm.reading import first_load, polling
from smena.connectors.amocrm.reading.store import schedule
from smena.connectors.amocrm.service import AmocrmService, Options
from smena.connectors.amocrm.webhooks import consumer
from smena.connectors.amocrm.webhooks.endpoint import receive
from smena.connectors.amocrm.writing import dispatcher
from smena.kernel.clock import SystemClock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.http import new_client
from smena.kernel.ids import AccountId
from smena.kernel.inbox import Inbox
from smena.kernel.jobs.registry import JobContext

ACCOUNT = AccountId(31000001)
BOSS, ANNA, BORIS, VERA = 9000001, 9000002, 9000003, 9000004
TOKEN = "long-lived-token"
CLERK_TOKEN = "token-of-a-clerk"
SALES = 700
FIRST, TALKS, OFFER = 71001, 71002, 71003

SPEC = AccountSpec(
    id=ACCOUNT,
    name="Проба",
    subdomain="proba",
    time_zone="Europe/Moscow",
    users=(
        UserSpec(BOSS, "Борис Главный", "boss@example.com", is_admin=True),
        UserSpec(ANNA, "Анна Примерова", "anna@example.com", group=501),
        UserSpec(BORIS, "Борис Пробный", "boris@example.com", group=501),
        UserSpec(VERA, "Вера Выдумкина", "vera@example.com"),
    ),
    groups=(GroupSpec(0, "Отдел продаж"), GroupSpec(501, "Второй отдел")),
    pipelines=(
        PipelineSpec(
            SALES,
            "Продажи",
            (
                StatusSpec(FIRST, "Первичный контакт"),
                StatusSpec(TALKS, "Переговоры"),
                StatusSpec(OFFER, "Предложение"),
            ),
            is_main=True,
        ),
    ),
    tokens=((TOKEN, BOSS), (CLERK_TOKEN, ANNA)),
)


class MovedClock:
    """The machine's clock, moved ahead by hand."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return self._clock.now() + self.offset


@dataclass(slots=True)
class Stand:
    """Both sides of the border, and the steps of the connector by name."""

    db: Database
    emulator: Emulator
    service: AmocrmService
    clock: MovedClock
    inbox: Inbox
    webhooks_url: str
    webhooks: dict[str, int] = field(default_factory=dict)

    @property
    def crm(self) -> Crm:
        return self.emulator.crm

    @property
    def context(self) -> JobContext:
        return JobContext(self.db, self.clock, {AmocrmService: self.service})

    def now(self) -> int:
        return self.crm.clock.now()

    def forget_own_address(self) -> None:
        """Be an installation that amoCRM cannot reach."""
        self.service = replace(self.service, options=replace(self.service.options, public_url=""))

    async def connect(
        self, *, load: float | None = 0, every_day: float | None = 0, through: str | None = None
    ) -> Connected:
        asked = Request(through or self.emulator.url, TOKEN, every_day, load)
        found = await connect_by_token(self.db, self.clock, self.service, asked)
        assert isinstance(found, Connected), found
        return found

    async def load(self) -> None:
        await first_load.load(self.context, ACCOUNT)

    def age_everything(self, *, by_seconds: int) -> None:
        """Make all that is in the CRM so much older."""
        store = self.crm.store
        for kind in ("leads", "contacts", "companies", "tasks", "notes", "talks", "unsorted"):
            for doc in store.docs("SELECT doc FROM entity WHERE kind = ?", [kind]):
                told = ("created_at", "updated_at")
                moved = {name: doc[name] - by_seconds for name in told if name in doc}
                store.run(
                    "UPDATE entity SET doc = ?, created_at = created_at - ?,"
                    " updated_at = updated_at - ? WHERE kind = ? AND id = ?",
                    json.dumps(doc | moved), by_seconds, by_seconds, kind,
                    doc.get("id") or doc["talk_id"],
                )  # fmt: skip

    async def drain(self) -> None:
        await consumer.drain(self.context, ACCOUNT)

    async def settle(self, rounds: int = 4) -> None:
        """Let everything that is due happen, and what would be due within a few minutes."""
        for _ in range(rounds):
            await self.step()
            self.clock.offset += timedelta(seconds=61)
            async with self.db.tenant(ACCOUNT) as tx:
                await schedule.hint(tx, self.clock.now())

    async def step(self) -> None:
        """Run each account job of the connector once."""
        await self.drain()
        await polling.events(self.context, ACCOUNT)
        await polling.cards(self.context, ACCOUNT)
        await self.deliver()

    async def deliver(self) -> None:
        await dispatcher.dispatch(self.context, ACCOUNT)

    def requests(self) -> int:
        """Count all requests that have reached the CRM."""
        return sum(self.emulator.limiter.requests.values())

    def writes_of_leads(self) -> int:
        """Count changes of a responsible that took effect in the CRM."""
        (row,) = self.crm.store.rows(
            "SELECT count(*) FROM event WHERE type = 'entity_responsible_changed'"
        )
        return int(row[0])


@contextlib.asynccontextmanager
async def stand(
    db: Database, crm: Crm | None = None, *, per_second: int | None = None, **options: Any
) -> AsyncIterator[Stand]:
    """Start an emulator and the webhook receiver; nothing is connected yet.

    A first load goes a day back: what is about longer ones asks for `history_days`.
    """
    account = crm or Crm.create(None, SPEC)
    options.setdefault("history_days", 1)
    clock = MovedClock()
    async with (
        Emulator(account, per_second=per_second) as emulator,
        new_client() as http,
    ):
        inbox = Inbox(db, lambda _accounts: None)
        vault = Vault("test key of the stand")
        app = copy(_receiver())
        listener = Listener(app, "127.0.0.1", 0, None)
        service = AmocrmService(http, vault, Options(public_url=listener.url, **options))
        made = Stand(db, emulator, service, clock, inbox, listener.url)
        services = {"amocrm": made.service, "inbox": made.inbox}
        app.state = State({"db": db, "clock": clock, "services": services}, deep_copy=False)
        serving = asyncio.create_task(listener.serve())
        try:
            yield made
        finally:
            listener.end()
            await serving
            listener.close()
    account.close()


@cache
def _receiver() -> Litestar:
    """Return the webhook receiver without its state: registering routes takes long."""
    return Litestar([receive], openapi_config=None, logging_config=None)


@contextlib.contextmanager
def killing() -> Iterator[None]:
    """Allow tasks to be cut short anywhere: the driver complains of connections it was opening."""
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()

    def hear(running: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
        if before is not None and not isinstance(told.get("exception"), ConnectionError):
            before(running, told)

    loop.set_exception_handler(hear)
    try:
        yield
    finally:
        loop.set_exception_handler(before)


async def kill(made: Stand, running: "asyncio.Task[None]", after: int) -> bool:
    """Cut a task short when so many requests have reached amoCRM; tell whether it still ran."""
    enough = made.requests() + after
    while not running.done() and made.requests() < enough:
        await asyncio.sleep(0)
    if running.done():
        running.result()
        return False
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return True


async def faults(made: Stand, **shares: float) -> None:
    """Set what happens to webhooks on their way: drop, duplicate, reorder, seed."""
    async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
        answer = await client.post(f"{made.emulator.url}/control/faults", json=shares)
        assert answer.status_code == 200


class Team:
    """Random work on the emulator, reproducible by its seed."""

    def __init__(self, made: Stand, seed: int) -> None:
        self._stand = made
        self._crm = made.crm
        self._dice = random.Random(seed)
        self.leads: list[int] = []
        self.contacts: list[int] = []
        self.companies: list[int] = []
        self.tasks: list[int] = []

    def begin(self, leads: int = 5) -> None:
        for _ in range(leads):
            self.new_lead()
        self.new_task()

    def act(self) -> None:
        """Do one thing somebody in a sales team does."""
        verbs = (
            self.new_lead, self.move, self.move, self.give_away, self.rename, self.price,
            self.new_task, self.finish, self.move_task, self.call, self.call, self.note,
            self.edit_contact, self.edit_company, self.link, self.throw_away,
            self.bring_back, self.drop_task,
        )  # fmt: skip
        self._dice.choice(verbs)()

    def act_often(self, times: int) -> None:
        for _ in range(times):
            self.act()

    def who(self) -> int:
        return self._dice.choice((BOSS, ANNA, BORIS, VERA, 0))

    def new_lead(self) -> None:
        now, by = self._stand.now(), self.who()
        company = self._crm.cards.add_company(by, now, f"ООО «Ромашка {len(self.companies)}»")
        contact = self._crm.cards.add_contact(
            by, now, f"Клиент {len(self.contacts)}", phone="+79990001122", company=company
        )
        lead = self._crm.leads.add(
            by, now, f"Сделка {len(self.leads)}", contacts=[contact], company=company,
            price=self._dice.randrange(100_000),
        )  # fmt: skip
        self.leads.append(lead)
        self.contacts.append(contact)
        self.companies.append(company)

    def move(self) -> None:
        status = self._dice.choice((FIRST, TALKS, OFFER, 142, 143))
        self._change_lead(status_id=status)

    def give_away(self) -> None:
        self._change_lead(responsible_user_id=self._dice.choice((ANNA, BORIS, VERA)))

    def rename(self) -> None:
        self._change_lead(name=f"Поставка {self._dice.randrange(1000)}")

    def price(self) -> None:
        self._change_lead(price=self._dice.randrange(1_000_000))

    def new_task(self) -> None:
        now = self._stand.now()
        self.tasks.append(
            self._crm.tasks.add(
                self.who(), now, "Перезвонить", now + 3600, entity_type="leads",
                entity_id=self._dice.choice(self.leads), duration=1800,
            )
        )  # fmt: skip

    def finish(self) -> None:
        with contextlib.suppress(KeyError):
            task = self._dice.choice(self.tasks)
            self._crm.tasks.complete(self.who(), self._stand.now(), task, "Договорились")

    def move_task(self) -> None:
        with contextlib.suppress(KeyError):
            now = self._stand.now()
            till = now + self._dice.randrange(100_000)
            self._crm.tasks.change(
                self.who(), now, self._dice.choice(self.tasks), complete_till=till
            )

    def drop_task(self) -> None:
        if len(self.tasks) > 3:
            self._crm.cards.delete(
                self.who(), self._stand.now(), "tasks", self._dice.choice(self.tasks)
            )

    def call(self) -> None:
        with contextlib.suppress(KeyError):
            kind, number = self._dice.choice(
                (("leads", self._dice.choice(self.leads)),
                 ("contacts", self._dice.choice(self.contacts)))
            )  # fmt: skip
            params = {
                "uniq": f"pbx-{self._dice.randrange(10**9)}", "source": "ATC",
                "duration": self._dice.choice((0, 15, 200, 1000)), "phone": "+79990001122",
                "call_status": 4, "call_responsible": self._dice.choice((ANNA, BORIS)),
            }  # fmt: skip
            way = self._dice.choice(("call_in", "call_out"))
            self._crm.notes.add(ANNA, self._stand.now(), kind, number, way, params)

    def note(self) -> None:
        with contextlib.suppress(KeyError):
            self._crm.notes.add(
                self.who(), self._stand.now(), "leads", self._dice.choice(self.leads), "common",
                {"text": "Просил счёт"},
            )  # fmt: skip

    def edit_contact(self) -> None:
        with contextlib.suppress(KeyError):
            self._crm.cards.change(
                "contacts", self.who(), self._stand.now(), self._dice.choice(self.contacts),
                name=f"Клиент {self._dice.randrange(1000)}",
            )  # fmt: skip

    def edit_company(self) -> None:
        with contextlib.suppress(KeyError):
            self._crm.cards.change(
                "companies", self.who(), self._stand.now(), self._dice.choice(self.companies),
                responsible_user_id=self._dice.choice((ANNA, BORIS)),
            )  # fmt: skip

    def link(self) -> None:
        with contextlib.suppress(KeyError):
            source = ("leads", self._dice.choice(self.leads))
            target = ("contacts", self._dice.choice(self.contacts))
            verb = self._dice.choice((self._crm.links.add, self._crm.links.remove))
            verb(self.who(), self._stand.now(), source, target)

    def throw_away(self) -> None:
        kind, numbers = self._some_cards()
        self._crm.cards.delete(self.who(), self._stand.now(), kind, self._dice.choice(numbers))

    def bring_back(self) -> None:
        kind, numbers = self._some_cards()
        self._crm.cards.restore(self.who(), self._stand.now(), kind, self._dice.choice(numbers))

    def _some_cards(self) -> tuple[str, list[int]]:
        return self._dice.choice(
            (("leads", self.leads), ("contacts", self.contacts), ("companies", self.companies))
        )

    def _change_lead(self, **fields: Any) -> None:
        with contextlib.suppress(KeyError):
            self._crm.leads.change(
                self.who(), self._stand.now(), self._dice.choice(self.leads), **fields
            )
