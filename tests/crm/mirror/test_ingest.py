"""Messages into the mirror of a real database."""

import asyncio
from dataclasses import replace

import pytest

from smena.crm import actions
from smena.crm.facts import queries as facts_queries
from smena.crm.facts.model import (
    LeadAppeared,
    Removal,
    ResponsibleChanged,
    StageEntered,
    TaskCompleted,
    TaskCreated,
)
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.queries import cards, change_notifications, coverage, people, timeline
from smena.crm.model.entities import (
    Changes,
    CompanyId,
    Coverage,
    EntityKind,
    Group,
    GroupId,
    LeadId,
    Pipeline,
    Removed,
    Source,
    WholeList,
)
from smena.crm.model.reading import Reading
from smena.kernel.db import Database
from tests.crm.cast import (
    ACME,
    ANNA,
    BORIS,
    CALL,
    CONTACT,
    LAST_YEAR,
    LEAD,
    MONDAY_10_00,
    OTHER,
    SALES,
    TALKS,
    TASK,
    absorb,
    absorb_leads,
    after,
    claim_of,
    event,
    facts,
    lead,
    open_account,
    user,
)

pytestmark = pytest.mark.anyio

EVERYTHING = Changes(
    Source.API,
    users=(user(ANNA),),
    leads=(LEAD,),
    contacts=(CONTACT,),
    tasks=(TASK,),
    calls=(CALL,),
    events=(event(1, after(20)), event(2, after(30), kind="not_known_yet")),
    removed=(Removed(EntityKind.CONTACT, 5009, after(5)),),
)


async def test_a_new_lead_is_kept_whole_and_told_once(db: Database) -> None:
    await open_account(db)
    await absorb_leads(db, LEAD)
    assert await lead(db) == LEAD
    assert await facts(db) == [
        LeadAppeared(
            lead=LEAD.id,
            pipeline=SALES,
            status=LEAD.status,
            responsible=ANNA,
            created_by=LEAD.created_by,
            created_at=LEAD.created_at,
        )
    ]


async def test_history_is_no_news(db: Database) -> None:
    await open_account(db)
    old = replace(LEAD, created_at=LAST_YEAR, updated_at=LAST_YEAR)
    changes = Changes(
        Source.API,
        leads=(old,),
        tasks=(replace(TASK, created_at=LAST_YEAR, updated_at=LAST_YEAR),),
        calls=(replace(CALL, stamp=LAST_YEAR),),
        removed=(Removed(EntityKind.LEAD, 4000009, LAST_YEAR),),
    )
    await absorb(db, changes)
    assert await facts(db) == []


async def test_the_second_of_connecting_is_not_history(db: Database) -> None:
    await open_account(db)
    await absorb_leads(db, replace(LEAD, created_at=MONDAY_10_00.replace(microsecond=0)))
    assert len(await facts(db)) == 1


async def test_the_same_message_twice_changes_nothing(db: Database) -> None:
    await open_account(db)
    first = await absorb(db, EVERYTHING)
    assert (first.facts, first.new_events, first.touched) == (4, 2, frozenset({ANNA}))
    before = await _versions_of_rows(db)
    second = await absorb(db, EVERYTHING)
    assert (second.facts, second.new_events, second.touched) == (0, 0, frozenset())
    assert await _versions_of_rows(db) == before
    async with db.tenant(ACME) as tx:
        assert len(await change_notifications.change_notifications(tx, 0)) == 1


async def _versions_of_rows(db: Database) -> list[tuple[str, str]]:
    tables = (
        "user",
        "lead",
        "contact",
        "task",
        "call",
        "event",
        "fact",
        "change_notification",
        "removal",
    )
    async with db.tenant(ACME) as tx:
        return [
            (table, str(row))
            for table in tables
            for row in await tx.rows(f"SELECT xmin, ctid FROM crm_{table} ORDER BY ctid")
        ]


async def test_a_claim_does_not_replace_what_was_read(db: Database) -> None:
    await open_account(db)
    await absorb_leads(db, LEAD)
    await absorb_leads(db, claim_of(replace(LEAD, responsible=BORIS)), source=Source.WEBHOOK)
    assert await lead(db) == LEAD


async def test_a_later_claim_replaces_and_keeps_what_it_does_not_say(db: Database) -> None:
    await open_account(db)
    await absorb_leads(db, replace(LEAD, company=CompanyId(6001)))
    moved = replace(LEAD, status=TALKS, updated_at=after(20))
    await absorb_leads(db, claim_of(moved), source=Source.WEBHOOK)
    assert await lead(db) == replace(moved, company=CompanyId(6001))
    assert (await facts(db))[1:] == [
        StageEntered(
            lead=LEAD.id,
            pipeline=SALES,
            status=TALKS,
            was_pipeline=SALES,
            was_status=LEAD.status,
        )
    ]


async def test_somebody_elses_change_of_the_responsible_names_no_command(db: Database) -> None:
    await open_account(db)
    await absorb_leads(db, LEAD)
    await absorb_leads(db, replace(LEAD, responsible=BORIS, updated_at=after(20)))
    assert (await facts(db))[1:] == [ResponsibleChanged(lead=LEAD.id, before=ANNA, after=BORIS)]


@pytest.mark.parametrize("step", [1, -1])
async def test_the_bin_counts_whatever_arrives_first(db: Database, step: int) -> None:
    await open_account(db)
    gone = Changes(Source.API, removed=(Removed(EntityKind.LEAD, LEAD.id, after(30)),))
    for message in [gone, Changes(Source.API, leads=(LEAD,))][::step]:
        await absorb(db, message)
    found = await lead(db)
    assert found is not None
    assert found.is_deleted
    assert Removal(kind=EntityKind.LEAD, id=LEAD.id, is_restored=False) in await facts(db)


async def test_an_older_removal_does_not_undo_a_return(db: Database) -> None:
    await open_account(db)
    await absorb_leads(db, LEAD)
    back = Removed(EntityKind.LEAD, LEAD.id, after(50), is_restored=True)
    for item in (back, Removed(EntityKind.LEAD, LEAD.id, after(40))):
        await absorb(db, Changes(Source.API, removed=(item,)))
    found = await lead(db)
    assert found is not None
    assert not found.is_deleted


async def test_a_removal_told_again_a_little_later_is_one_fact(db: Database) -> None:
    await open_account(db)
    for seconds in (30, 35):
        item = Removed(EntityKind.LEAD, LEAD.id, after(seconds))
        await absorb(db, Changes(Source.API, removed=(item,)))
    assert await facts(db) == [Removal(kind=EntityKind.LEAD, id=LEAD.id, is_restored=False)]


async def test_a_task_webhook_keeps_the_planned_length(db: Database) -> None:
    await open_account(db)
    await absorb(db, Changes(Source.API, tasks=(TASK,)))
    done = replace(TASK, duration_seconds=0, is_completed=True, updated_at=after(20))
    await absorb(db, Changes(Source.WEBHOOK, tasks=(done,)))
    async with db.tenant(ACME) as tx:
        row = await tx.row("SELECT duration_seconds, is_completed FROM crm_task")
    assert row is not None
    assert tuple(row) == (1800, True)
    assert [type(fact) for fact in await facts(db)] == [TaskCreated, TaskCompleted]


async def test_people_absent_from_the_whole_list_stay_for_history(db: Database) -> None:
    await open_account(db)
    everyone = frozenset({WholeList.USERS, WholeList.GROUPS, WholeList.PIPELINES})
    group, pipeline = Group(GroupId(501), "Отдел"), Pipeline(SALES, "Продажи", 1, True, False)
    await absorb(
        db,
        Changes(
            Source.API,
            users=(user(ANNA), user(BORIS, "Борис")),
            groups=(group,),
            pipelines=(pipeline,),
            complete=everyone,
        ),
    )
    renamed = Group(GroupId(501), "Продажи")
    await absorb(db, Changes(Source.API, users=(user(ANNA),), groups=(renamed,), complete=everyone))
    async with db.tenant(ACME) as tx:
        assert {u.id: u.is_active for u in await people.users(tx)} == {ANNA: True, BORIS: False}
        assert await people.groups(tx) == [renamed]
        assert [p.is_archive for p in await people.pipelines(tx)] == [False]


async def test_an_event_older_than_any_table_finds_room(db: Database) -> None:
    await open_account(db)
    await absorb(db, Changes(Source.API, events=(event(1, LAST_YEAR), event(2, after(1)))))
    async with db.tenant(ACME) as tx:
        lines = await timeline.event_lines(tx, ANNA, LAST_YEAR, after(60))
    assert [line.at for line in lines] == [LAST_YEAR, after(1)]


async def test_two_connections_that_need_the_same_week_both_succeed(db: Database) -> None:
    await open_account(db)
    await open_account(db, OTHER)
    both = Changes(Source.API, events=(event(1, after(1)), event(2, LAST_YEAR)))
    done = await asyncio.gather(*(absorb(db, both, account) for account in (ACME, OTHER) * 2))
    assert sorted(one.new_events for one in done) == [0, 0, 2, 2]


async def test_two_writers_of_one_account_take_turns(db: Database) -> None:
    await open_account(db)
    leads = [replace(LEAD, id=LeadId(4000001 + place)) for place in range(20)]
    await asyncio.gather(*(absorb_leads(db, one) for one in leads))
    async with db.tenant(ACME) as tx:
        recorded = await facts_queries.facts(tx, 0, 100)
    async with db.system() as tx:
        assert await facts_queries.last_facts(tx) == {ACME: recorded[-1].id}
    assert len(recorded) == 20
    assert [r.id for r in recorded] == sorted(r.id for r in recorded)


async def test_a_fact_is_never_seen_before_an_earlier_one(db: Database) -> None:
    await open_account(db)
    async with db.tenant(ACME) as first:
        await ingest(first, Reading(Changes(Source.API, leads=(LEAD,))), after(60))
        later = asyncio.create_task(absorb_leads(db, replace(LEAD, id=LeadId(4000002))))
        await asyncio.wait({later}, timeout=0.2)
        assert not later.done()
    await later
    appeared = [fact.lead for fact in await facts(db) if isinstance(fact, LeadAppeared)]
    assert appeared == [LEAD.id, LeadId(4000002)]


async def test_accounts_do_not_see_each_other(db: Database) -> None:
    await open_account(db)
    await open_account(db, OTHER)
    await absorb(db, EVERYTHING)
    async with db.tenant(OTHER) as tx:
        assert await cards.lead(tx, LEAD.id) is None
        assert await timeline.events_of(tx, None, MONDAY_10_00, after(3600)) == {}
        assert await timeline.calls_of(tx, None, MONDAY_10_00, after(3600)) == {}
        assert await facts_queries.facts(tx, 0, 10) == []
        assert await people.users(tx) == []


async def test_completeness_is_kept_by_kind(db: Database) -> None:
    await open_account(db)
    async with db.tenant(ACME) as tx:
        await actions.complete_until(tx, Coverage.EVENTS, after(1))
        await actions.complete_until(tx, Coverage.LEADS, after(2))
        await actions.complete_until(tx, Coverage.EVENTS, after(3))
    async with db.tenant(ACME) as tx:
        assert await coverage.complete_until(tx) == {
            Coverage.EVENTS: after(3),
            Coverage.LEADS: after(2),
        }
