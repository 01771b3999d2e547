"""F7 and F8: whatever amoCRM answers, nothing is lost, doubled or believed that is not so.

| row of the matrix | column                                   | invariants    |
|-------------------|------------------------------------------|---------------|
| each of F7, F8    | first load, polling, check: reading      | I10, I12      |
| each of F7, F8    | dispatcher: changes and creations        | I2, I6, I10   |
| some              | another account of the node              | I11           |

The renewal of tokens has its own table (`test_token_trouble`, F11).
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import stamina

from amocrm_emulator.account.clock import MovableClock
from amocrm_emulator.account.crm import Crm
from smena.connectors.amocrm import jobs
from smena.crm.facts import queries as facts_queries
from smena.crm.facts.model import CommandDelivered
from smena.crm.model.entities import EntityKind, LeadId, UserId
from smena.crm.outbox import actions, queries
from smena.crm.outbox.model import (
    AddNote,
    Change,
    ChangeLead,
    CommandState,
    CreateTask,
    NewCommand,
    Priority,
)
from smena.kernel.db import Database
from smena.kernel.errors import GiveUp, TryLater
from smena.kernel.http import new_client
from smena.kernel.ids import AccountId
from tests.connectors.amocrm.account import ACCOUNT, ANNA, BORIS, SPEC, VERA
from tests.connectors.amocrm.checking import begin, check, finish
from tests.connectors.amocrm.interruptions import faults
from tests.connectors.amocrm.mirror import equality
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team
from tests.faults.trouble import F7, F8, PATIENCE_SECONDS, Trouble, end, rows, strike

pytestmark = pytest.mark.anyio

AccountJob = Callable[[Any, Any], Awaitable[None]]
DELAYING = ("429", "502 as html", "no answer in time")
REQUESTS_MAX = 60
"""What one run of a job may cost while nothing works: four tries of each of a few requests."""


@pytest.mark.parametrize("trouble", rows(*(one for one in (*F7, *F8) if not one.is_of_writes)))
async def test_reading(db: Database, trouble: Trouble) -> None:
    """First load, polling and the nightly check: the mirror ends exact, and the cost is bounded."""
    async with impatient(db) as made:
        team = Team(made, 3)
        team.begin(leads=3)
        team.act_often(20)
        await made.connect()
        strike(made, trouble)
        await through(made, jobs.load)
        assert 0 < end(made) < REQUESTS_MAX
        await again(made, jobs.load)
        assert trouble.lies or await compare(made) == []

        await faults(made, drop=1.0)
        team.act_often(20)
        strike(made, trouble)
        await through(made, jobs.poll, jobs.read_cards)
        assert 0 < end(made) < 2 * REQUESTS_MAX
        await settled(made)
        assert trouble.lies or await compare(made) == []

        strike(made, trouble)
        assert await begin(made)
        await through(made, jobs.go_on_checking)
        assert end(made) < REQUESTS_MAX
        await jobs.check_access(made.context)
        await finish(made)
        if trouble.lies:
            touch_everything(made, team)
            await settled(made)
            await check(made)
        assert await compare(made) == []


@pytest.mark.parametrize("trouble", rows(*F7, *F8))
async def test_writing(db: Database, trouble: Trouble) -> None:
    """Every command takes effect once, in its order, and is told once."""
    async with impatient(db) as made:
        team = Team(made, 3)
        team.begin(leads=4)
        for lead in team.leads:
            made.crm.leads.change(0, made.now(), lead, responsible_user_id=VERA)
        await made.connect()
        await again(made, jobs.load)
        for person in (ANNA, BORIS):
            await ask(made, *(ChangeLead(lead=LeadId(lead), responsible=UserId(person))
                              for lead in team.leads))  # fmt: skip
            if person == ANNA:
                await ask(made, *creations(made, team))
            strike(made, trouble, **({"times": 3} if trouble.is_short_lie else {}))
            for _ in range(3):
                await through(made, jobs.deliver)
                pass_time(made, 35)
            assert end(made) < 3 * REQUESTS_MAX
            await again(made, jobs.deliver)
        assert await states(made) == {CommandState.DELIVERED: 10}
        assert owners_in_turn(made, team) == {lead: [ANNA, BORIS] for lead in team.leads}
        assert written(made) == {"Перезвонить по заявке": 1, "Распределено": 1}
        async with db.tenant(ACCOUNT) as tx:
            told = [one.fact for one in await facts_queries.facts(tx, 0, 1000)]
        assert sum(isinstance(fact, CommandDelivered) for fact in told) == 10
        await settled(made)
        assert await compare(made) == []


OTHER = AccountId(31000002)


@pytest.mark.parametrize("trouble", [one for one in F7 if one.name in DELAYING], ids=str)
async def test_another_account_is_not_delayed(db: Database, trouble: Trouble) -> None:
    """Nothing of the one in trouble comes to an end before the other one has done all its work."""
    other = replace(SPEC, id=OTHER, subdomain="drugaya")
    async with stand(db) as made, stand(db, Crm.create(None, other)) as well, new_client() as http:
        for one in (made, well):
            one.service = replace(one.service, http=http)
            Team(one, 3).begin(leads=3)
            await one.connect()
        await jobs.load(well.context, OTHER)
        strike(made, trouble)
        account_jobs = (jobs.load, jobs.poll, jobs.read_cards, jobs.deliver)
        in_trouble = [
            asyncio.create_task(as_a_job(made, account_job)) for account_job in account_jobs
        ]
        while not sum(line.struck for line in made.emulator.wire.script.lines):
            await asyncio.sleep(0)
        lead = well.crm.leads.add(ANNA, well.now(), "Срочно", quiet=True)
        await jobs.poll(well.context, OTHER)
        await jobs.read_cards(well.context, OTHER)
        async with db.tenant(OTHER) as tx:
            assert await tx.value("SELECT name FROM crm_lead WHERE id = :id", id=lead) == "Срочно"
        assert not all(task.done() for task in in_trouble)
        for task in in_trouble:
            task.cancel()
        await asyncio.gather(*in_trouble, return_exceptions=True)
        end(made)


@asynccontextmanager
async def impatient(db: Database) -> AsyncIterator[Stand]:
    """A stand whose client does not wait long, and tries again at once."""
    async with (
        stand(db, Crm.create(None, SPEC, MovableClock()), history_days=1) as made,
        httpx2.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False, verify=False) as http,
    ):
        with stamina.set_testing(True, attempts=4, cap=True):
            made.service = replace(made.service, http=http)
            yield made


async def as_a_job(made: Stand, account_job: AccountJob) -> None:
    with suppress(TryLater, GiveUp):
        await account_job(made.context, ACCOUNT)


async def through(made: Stand, *account_jobs: AccountJob) -> None:
    """Run account jobs once in the middle of trouble."""
    for account_job in account_jobs:
        await as_a_job(made, account_job)


async def again(made: Stand, account_job: AccountJob) -> None:
    """Run an account job when all is well again; whoever was shut out is let in first."""
    await jobs.check_access(made.context)
    for _ in range(3):
        await account_job(made.context, ACCOUNT)
        pass_time(made, 61)


def pass_time(made: Stand, seconds: int) -> None:
    """Let the same time pass on both sides."""
    made.clock.offset += timedelta(seconds=seconds)
    made.crm.clock.advance(seconds)  # type: ignore[attr-defined]


async def settled(made: Stand) -> None:
    await jobs.check_access(made.context)
    await made.settle(rounds=2)
    made.clock.offset += timedelta(hours=1)
    await made.settle(rounds=1)


async def compare(made: Stand) -> list[str]:
    """Compare all; the values of events are kept as they were told."""
    return await equality.compare(made, but=("event",))


def touch_everything(made: Stand, team: Team) -> None:
    for kind in ("leads", "contacts", "companies"):
        for number in getattr(team, kind):
            with suppress(KeyError):
                made.crm.records.touch(kind, number, ANNA, made.now() + 1)
    for task in team.tasks:
        with suppress(KeyError):
            made.crm.records.touch("tasks", task, ANNA, made.now() + 1)


async def ask(made: Stand, *changes: Change) -> None:
    async with made.db.tenant(ACCOUNT) as tx:
        asked = [NewCommand(change, "test", Priority.FRESH) for change in changes]
        await actions.request_all(tx, asked, made.clock.now())


def creations(made: Stand, team: Team) -> tuple[Change, ...]:
    due = (made.clock.now() + timedelta(hours=2)).replace(microsecond=0)
    lead, kind = team.leads[0], EntityKind.LEAD
    return (
        CreateTask(text="Перезвонить по заявке", due_at=due, card_kind=kind, card_id=lead),
        AddNote(card_kind=kind, card_id=lead, text="Распределено"),
    )


async def states(made: Stand) -> dict[CommandState, int]:
    async with made.db.tenant(ACCOUNT) as tx:
        counts = await queries.command_counts(tx)
    return {state: count.commands for state, count in counts.items()}


def owners_in_turn(made: Stand, team: Team) -> dict[int, list[int]]:
    """Return who became responsible for each lead, in the log's order."""
    docs = made.crm.store.docs(
        "SELECT doc FROM event WHERE type = 'entity_responsible_changed' ORDER BY id", []
    )
    return {
        lead: [
            doc["value_after"][0]["responsible_user"]["id"]
            for doc in docs
            if doc["entity_id"] == lead and doc["entity_type"] == "lead"
        ][-2:]
        for lead in team.leads
    }


def written(made: Stand) -> dict[str, int]:
    """Count the tasks and notes of ours."""
    docs = made.crm.store.docs("SELECT doc FROM entity WHERE kind IN ('tasks', 'notes')", [])
    texts = (doc.get("text") or doc["params"].get("text") for doc in docs)
    return {
        text: count
        for text, count in Counter(texts).items()
        if text in ("Перезвонить по заявке", "Распределено")
    }
