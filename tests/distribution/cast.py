"""A small department on a real database: an account, people, a pipeline, leads that come."""

from datetime import UTC, datetime, timedelta

from smena.accounts import actions as accounts
from smena.accounts.model import NewAccount
from smena.crm.mirror.ingest import ingest
from smena.crm.model.entities import (
    Changes,
    Group,
    GroupId,
    Lead,
    LeadId,
    Pipeline,
    PipelineId,
    Source,
    StatusId,
    User,
    UserId,
    WholeList,
)
from smena.crm.model.reading import Reading
from smena.distribution import actions
from smena.distribution.model import TemplateDraft, TemplateId, TemplateRefusal
from smena.kernel.db import Database
from smena.kernel.ids import AccountId

ACME = AccountId(31_000_001)
OTHER = AccountId(31_000_002)
MONDAY_10_00 = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SALES, SUPPORT = PipelineId(700), PipelineId(800)
OFFICE = GroupId(501)
BOSS, ANNA, BORIS, VERA = (UserId(number) for number in (1, 2, 3, 4))


def people(*away: UserId) -> Changes:
    """The whole staff; those named in `away` are switched off in the CRM."""
    users = tuple(
        User(user, name, f"u{user}@example.com", group, user not in away, user == BOSS)
        for user, name, group in (
            (BOSS, "Администратор", GroupId(0)),
            (ANNA, "Анна", OFFICE),
            (BORIS, "Борис", OFFICE),
            (VERA, "Вера", OFFICE),
        )
    )
    return Changes(
        Source.API,
        users=users,
        groups=(Group(GroupId(0), "Отдел продаж"), Group(OFFICE, "Второй отдел")),
        pipelines=(
            Pipeline(SALES, "Продажи", 1, is_main=True, is_archive=False),
            Pipeline(SUPPORT, "Сопровождение", 2, is_main=False, is_archive=False),
        ),
        complete=frozenset(WholeList),
    )


def new_lead(number: int, pipeline: PipelineId = SALES, after_seconds: int = 60) -> Lead:
    """A fresh lead of the integration: it already has somebody, the administrator."""
    at = MONDAY_10_00 + timedelta(seconds=after_seconds)
    return Lead(
        LeadId(number), f"Сделка {number}", 1000, BOSS, pipeline, StatusId(71001), BOSS, BOSS,
        at, at,
    )  # fmt: skip


async def open_account(db: Database, account: AccountId = ACME) -> None:
    async with db.tenant(account) as tx:
        new = NewAccount(account, "Acme", "https://acme.amocrm.ru", "acme", "Europe/Moscow")
        await accounts.connect(tx, new, MONDAY_10_00)
        await ingest(tx, Reading(people()), MONDAY_10_00)


async def absorb(db: Database, changes: Changes, account: AccountId = ACME) -> None:
    async with db.tenant(account) as tx:
        await ingest(tx, Reading(changes), MONDAY_10_00)


async def leads_come(db: Database, *leads: Lead, account: AccountId = ACME) -> None:
    await absorb(db, Changes(Source.WEBHOOK, leads=leads), account)


async def make_template(
    db: Database,
    *users: UserId,
    groups: tuple[GroupId, ...] = (),
    account: AccountId = ACME,
    pipeline: PipelineId = SALES,
) -> TemplateId:
    draft = TemplateDraft("Очередь", pipeline, users, groups, is_enabled=True)
    saved = await actions.save_template(db, account, draft, None, MONDAY_10_00)
    assert not isinstance(saved, TemplateRefusal)
    return saved


async def decide_all(db: Database, account: AccountId = ACME) -> None:
    while await actions.read_facts(db, account, MONDAY_10_00 + timedelta(minutes=2)):
        pass
