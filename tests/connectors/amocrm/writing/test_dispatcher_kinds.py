"""Every kind of command reaches amoCRM once, and the mirror knows it before the echo."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from smena.crm.facts import queries as facts_queries
from smena.crm.facts.model import ResponsibleChanged, StageEntered, TaskCompleted
from smena.crm.model.entities import (
    CommandId,
    CompanyId,
    ContactId,
    EntityKind,
    LeadId,
    PipelineId,
    StatusId,
    TaskId,
    UserId,
)
from smena.crm.outbox import actions, queries
from smena.crm.outbox.model import (
    AddNote,
    AfterDry,
    Change,
    ChangeCompany,
    ChangeContact,
    ChangeLead,
    ChangeTask,
    Command,
    CommandFilter,
    CommandState,
    CreateTask,
    NewCommand,
    Priority,
    Stage,
)
from smena.kernel.db import Database
from smena.kernel.reasons import reason_text
from tests.connectors.amocrm import proxy as net
from tests.connectors.amocrm.account import ACCOUNT, ANNA, BORIS, SALES, TALKS
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team

pytestmark = pytest.mark.anyio
WANTED = UserId(ANNA)


async def test_all_kinds_travel_in_their_order(db: Database) -> None:
    async with stand(db) as made:
        team = await connected(made)
        lead, contact = LeadId(team.leads[0]), ContactId(team.contacts[0])
        company, task = CompanyId(team.companies[0]), TaskId(team.tasks[0])
        made.emulator.limiter.requests.clear()
        await command(
            made,
            AddNote(card_kind=EntityKind.LEAD, card_id=lead, text="Распределено"),
            CreateTask(text="Связаться", due_at=due(made), card_kind=EntityKind.CONTACT,
                       card_id=contact, responsible=WANTED),
            ChangeCompany(company=company, responsible=WANTED),
            ChangeContact(contact=contact, responsible=WANTED, name="Пётр"),
            ChangeTask(task=task, responsible=WANTED, is_completed=True, result="Договорились"),
            ChangeLead(lead=lead, responsible=WANTED, price=7,
                       stage=Stage(PipelineId(SALES), StatusId(TALKS)), add_tags=("vip",)),
        )  # fmt: skip
        await made.deliver()
        assert list(made.emulator.limiter.requests) == [
            "PATCH /api/v4/leads", "PATCH /api/v4/tasks", "PATCH /api/v4/contacts",
            "PATCH /api/v4/companies", "POST /api/v4/tasks", "POST /api/v4/leads/notes",
        ]  # fmt: skip
        assert await states(made) == {CommandState.DELIVERED: 6}
        held = made.crm.records.existing("leads", lead)
        assert (held["responsible_user_id"], held["price"], held["status_id"]) == (ANNA, 7, TALKS)
        assert [tag["name"] for tag in held["tags"]] == ["vip"]
        assert made.crm.records.existing("contacts", contact)["name"] == "Пётр"
        assert made.crm.records.existing("companies", company)["responsible_user_id"] == ANNA
        assert made.crm.records.existing("tasks", task)["result"] == {"text": "Договорились"}
        created = {type(one.change): one.created or 0 for one in await commands(made)}
        assert made.crm.records.existing("tasks", created[CreateTask])["text"] == "Связаться"
        assert made.crm.records.existing("notes", created[AddNote])["params"] == {
            "text": "Распределено"
        }


async def test_the_echo_of_no_kind_is_news(db: Database) -> None:
    async with stand(db) as made:
        team = await connected(made)
        lead, task = LeadId(team.leads[0]), TaskId(team.tasks[0])
        made.crm.leads.change(0, made.now(), lead, responsible_user_id=BORIS)
        await made.settle(rounds=1)
        stage = Stage(PipelineId(SALES), StatusId(TALKS))
        ids = await command(
            made,
            ChangeLead(lead=lead, responsible=WANTED, stage=stage),
            ChangeTask(task=task, is_completed=True, result="Договорились"),
        )
        await made.deliver()
        before = await facts(made)
        ours = [one for one in before if getattr(one, "by_command", None) is not None]
        assert {(type(one), getattr(one, "by_command", None)) for one in ours} == {
            (StageEntered, ids[0]), (ResponsibleChanged, ids[0]), (TaskCompleted, ids[1]),
        }  # fmt: skip
        await made.emulator.flush_hooks()
        await made.settle(rounds=2)
        assert await facts(made) == before


@pytest.mark.parametrize("spoil", [net.lose, net.cut, net.html], ids=lambda f: f.__name__)
async def test_a_creation_whose_answer_was_lost_is_not_repeated(
    db: Database, spoil: net.Spoil
) -> None:
    async with stand(db) as made, net.between(made.emulator.url) as proxy:
        team = await connected(made, through=proxy.url)
        await command(made, *[new_task(made, team)] * 2)
        proxy.faults = {"POST": [spoil]}
        await made.deliver()
        assert proxy.malformed == 1
        assert await states(made) == {CommandState.DELIVERED: 2}
        assert len(named(made, "Связаться")) == 2
        assert {one.created for one in await commands(made)} == named(made, "Связаться")


async def test_a_creation_left_by_a_crash_is_looked_for_twice_before_it_is_repeated(
    db: Database,
) -> None:
    """The request may still be at work there: what comes late is found by the second look."""
    async with stand(db) as made:
        team = await connected(made)
        await command(made, new_task(made, team), new_task(made, team))
        async with db.tenant(ACCOUNT) as tx:
            await actions.claim(tx, 50, made.clock.now())
        await made.deliver()
        assert await states(made) == {CommandState.PLANNED: 2}
        late = made.crm.tasks.add(
            0, made.now(), "Связаться", int(due(made).timestamp()), entity_type="leads",
            entity_id=team.leads[0], task_type_id=1,
        )  # fmt: skip
        made.clock.offset += timedelta(seconds=31)
        await made.deliver()
        assert await states(made) == {CommandState.DELIVERED: 2}
        assert len(named(made, "Связаться")) == 2
        assert late in {one.created for one in await commands(made)}


async def test_of_a_refused_item_only_the_culprit_ends(db: Database) -> None:
    """Two askers command something of one lead; one of them commands what cannot be."""
    async with stand(db) as made:
        lead = LeadId((await connected(made)).leads[0])
        await command(
            made, ChangeLead(lead=lead, responsible=UserId(999)), ChangeLead(lead=lead, price=7)
        )
        made.emulator.limiter.requests.clear()
        await made.deliver()
        newest, oldest = await commands(made)
        assert (newest.state, oldest.state) == (CommandState.DELIVERED, CommandState.REFUSED)
        assert reason_text(oldest.error).startswith("такого ответственного в amoCRM нет")
        assert made.crm.records.existing("leads", lead)["price"] == 7
        assert made.emulator.limiter.requests["PATCH /api/v4/leads"] == 3


async def test_an_account_that_only_watches_writes_nothing(db: Database) -> None:
    async with stand(db) as made:
        lead = LeadId((await connected(made)).leads[0])
        async with db.tenant(ACCOUNT) as tx:
            await actions.stop_sending(tx, made.clock.now())
        await command(made, ChangeLead(lead=lead, price=7))
        made.emulator.limiter.requests.clear()
        await made.deliver()
        assert made.requests() == 0
        assert await states(made) == {CommandState.PLANNED: 1}
        async with db.tenant(ACCOUNT) as tx:
            await actions.go_on_sending(tx, AfterDry.SEND_RECENT, made.clock.now())
        await made.deliver()
        assert made.crm.records.existing("leads", lead)["price"] == 7


@pytest.mark.slow
async def test_a_burst_of_a_thousand_leads_with_all_that_belongs_to_them(db: Database) -> None:
    """80 requests, none too many in a second, leads before all else (distribution.md section 3)."""
    async with stand(db) as made:
        team = await connected(made, leads=1000, every_day=7.0)
        tasks = [
            made.crm.tasks.add(0, made.now(), "Перезвонить", made.now() + 3600, quiet=True)
            for _ in team.leads
        ]
        made.emulator.limiter.per_second = 7
        made.emulator.wire.latency_seconds = 0.3
        made.emulator.limiter.requests.clear()
        made.emulator.limiter.refused = 0
        changes: list[Change] = []
        for lead, contact, company, task in zip(
            team.leads, team.contacts, team.companies, tasks, strict=True
        ):
            changes += [
                ChangeLead(lead=LeadId(lead), responsible=WANTED),
                ChangeTask(task=TaskId(task), responsible=WANTED),
                ChangeContact(contact=ContactId(contact), responsible=WANTED),
                ChangeCompany(company=CompanyId(company), responsible=WANTED),
            ]
        await command(made, *changes)
        await made.deliver()
        assert await states(made) == {CommandState.DELIVERED: 4000}
        assert list(made.emulator.limiter.requests.items()) == [
            ("PATCH /api/v4/leads", 20), ("PATCH /api/v4/tasks", 20),
            ("PATCH /api/v4/contacts", 20), ("PATCH /api/v4/companies", 20),
        ]  # fmt: skip
        assert made.emulator.limiter.refused == 0


async def connected(
    made: Stand, *, leads: int = 2, through: str | None = None, every_day: float = 0
) -> Team:
    team = Team(made, 5)
    team.begin(leads)
    await made.connect(through=through, every_day=every_day)
    await made.load()
    return team


async def command(made: Stand, *changes: Change) -> list[CommandId]:
    async with made.db.tenant(ACCOUNT) as tx:
        asked = [NewCommand(change, "test", Priority.FRESH) for change in changes]
        return await actions.request_all(tx, asked, made.clock.now())


def due(made: Stand) -> datetime:
    return datetime.fromtimestamp(made.crm.clock.now() // 3600 * 3600 + 7200, UTC)


def new_task(made: Stand, team: Team) -> CreateTask:
    lead = team.leads[0]
    return CreateTask(text="Связаться", due_at=due(made), card_kind=EntityKind.LEAD, card_id=lead)


def named(made: Stand, text: str) -> set[int]:
    docs = made.crm.store.docs("SELECT doc FROM entity WHERE kind = 'tasks'", [])
    return {doc["id"] for doc in docs if doc["text"] == text}


async def commands(made: Stand) -> Sequence[Command]:
    async with made.db.tenant(ACCOUNT) as tx:
        return await queries.find_commands(tx, CommandFilter())


async def states(made: Stand) -> dict[CommandState, int]:
    async with made.db.tenant(ACCOUNT) as tx:
        counts = await queries.command_counts(tx)
    return {state: count.commands for state, count in counts.items()}


async def facts(made: Stand) -> list[object]:
    async with made.db.tenant(ACCOUNT) as tx:
        return [recorded.fact for recorded in await facts_queries.facts(tx, 0, 1000)]
