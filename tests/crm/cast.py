"""The people, cards and moments of the mirror's tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from smena.accounts import actions as accounts
from smena.accounts.model import NewAccount
from smena.crm.facts import queries as facts_queries
from smena.crm.facts.model import Fact
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.model import Ingested
from smena.crm.mirror.queries import cards
from smena.crm.model.details import FieldId, Filled, LeadSourceId, LossReasonId, Tag, TagId, Value
from smena.crm.model.entities import (
    Call,
    Changes,
    CommandId,
    Contact,
    ContactId,
    Direction,
    EntityKind,
    Event,
    EventId,
    GroupId,
    Lead,
    LeadId,
    NoteId,
    PipelineId,
    Source,
    StatusId,
    Task,
    TaskId,
    User,
    UserId,
)
from smena.crm.model.reading import Reading
from smena.crm.outbox.model import Change, Command, CommandState, Priority
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from tests.patience import until

ACME = AccountId(31000001)
OTHER = AccountId(31000002)
MONDAY_10_00 = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
LAST_YEAR = datetime(2025, 11, 17, 10, 0, tzinfo=UTC)
ANNA, BORIS, VERA = UserId(9000001), UserId(9000002), UserId(9000003)
SALES, NEW, TALKS, WON = PipelineId(700), StatusId(71001), StatusId(71002), StatusId(142)


def after(seconds: float) -> datetime:
    return MONDAY_10_00 + timedelta(seconds=seconds)


def user(number: UserId, name: str = "Анна") -> User:
    return User(number, name, "a@example.org", GroupId(501), is_active=True, is_admin=False)


LEAD = Lead(
    id=LeadId(4000001),
    name="Поставка",
    price=120_000,
    responsible=ANNA,
    pipeline=SALES,
    status=NEW,
    created_by=UserId(0),
    updated_by=UserId(0),
    created_at=after(10),
    updated_at=after(10),
    contacts=(ContactId(5001),),
    tags=(Tag(TagId(11), "сайт"),),
    fields=(Filled(FieldId(7001), (Value("Тула"),)),),
    loss_reason=LossReasonId(1),
    came_from=LeadSourceId(81),
    labour_seconds=60,
    next_task_at=after(86_400),
)
CONTACT = Contact(
    id=ContactId(5001),
    name="Пётр",
    responsible=ANNA,
    created_at=after(10),
    updated_at=after(10),
    phones=("+70000000000",),
    tags=(),
    fields=(),
)
TASK = Task(
    id=TaskId(8000001),
    text="Перезвонить",
    type_id=1,
    responsible=ANNA,
    entity_kind=EntityKind.LEAD,
    entity_id=4000001,
    due_at=after(86_400),
    duration_seconds=1800,
    is_completed=False,
    result="",
    created_by=ANNA,
    created_at=after(10),
    updated_at=after(10),
)
CALL = Call(
    note=NoteId(77001),
    entity_kind=EntityKind.LEAD,
    entity_id=4000001,
    direction=Direction.OUT,
    duration_seconds=60,
    phone="+70000000000",
    uniq="pbx-1",
    user=ANNA,
    stamp=after(600),
    status=4,
    source="UIS",
)


def event(number: int, at: datetime, author: UserId = ANNA, kind: str = "task_completed") -> Event:
    return Event(EventId(f"01k{number:023d}"), kind, at, author, "lead", 4000001)


def command(number: int, change: Change, priority: Priority = Priority.FRESH) -> Command:
    return Command(
        CommandId(number),
        change,
        priority,
        f"test:{number}",
        CommandState.SENDING,
        1,
        after(1),
        after(1),
    )


def claim_of(lead: Lead) -> Lead:
    """Return what a webhook says of a lead: nothing about contacts, company, closing."""
    return replace(
        lead, contacts=None, company=None, closed_at=None, loss_reason=None, came_from=None,
        labour_seconds=None, next_task_at=None, tags=None, fields=None,
    )  # fmt: skip


async def open_account(db: Database, account: AccountId = ACME) -> None:
    new = NewAccount(account, "Акме", "http://127.0.0.1", f"acme{account}", "Europe/Moscow")
    async with db.tenant(account) as tx:
        await accounts.connect(tx, new, MONDAY_10_00)


async def absorb(db: Database, changes: Changes, account: AccountId = ACME) -> Ingested:
    async with db.tenant(account) as tx:
        return await ingest(tx, Reading(changes), after(3600))


async def absorb_leads(db: Database, *leads: Lead, source: Source = Source.API) -> Ingested:
    return await absorb(db, Changes(source, leads=leads))


async def facts(db: Database, account: AccountId = ACME) -> Sequence[Fact]:
    async with db.tenant(account) as tx:
        return [recorded.fact for recorded in await facts_queries.facts(tx, 0, 1000)]


async def lead(db: Database, number: LeadId = LEAD.id) -> Lead | None:
    async with db.tenant(ACME) as tx:
        return await cards.lead(tx, number)


async def until_somebody_waits(db: Database) -> None:
    """Wait until a transaction of this database stands before a lock."""
    waiting = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
    """
    async with db.pool.connection() as watcher:

        async def somebody_waits() -> bool:
            return bool(await watcher.fetchval(waiting))

        await until(somebody_waits)
