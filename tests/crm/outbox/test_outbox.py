"""The outbox for every kind: what travels together, what is taken back, what only waits."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from smena.crm.facts.model import (
    CommandCancelled,
    CommandDelivered,
    CommandSuperseded,
    LeadClosed,
    StageEntered,
    TaskCompleted,
)
from smena.crm.mirror import confirmation
from smena.crm.model.entities import (
    Changes,
    CommandId,
    CompanyId,
    ContactId,
    EntityKind,
    LeadId,
    Source,
    TaskId,
)
from smena.crm.outbox import actions as outbox_actions
from smena.crm.outbox import queries as outbox_queries
from smena.crm.outbox.model import (
    AddNote,
    AfterDry,
    Change,
    ChangeCompany,
    ChangeContact,
    ChangeLead,
    ChangeTask,
    CommandFilter,
    CommandState,
    CreateTask,
    Delivered,
    Item,
    NewCommand,
    Priority,
    Stage,
    entity_of,
)
from smena.kernel.db import Database
from tests.crm.cast import (
    ACME,
    ANNA,
    BORIS,
    CONTACT,
    LEAD,
    SALES,
    TASK,
    VERA,
    WON,
    absorb,
    after,
    facts,
    lead,
    open_account,
    until_somebody_waits,
)

pytestmark = pytest.mark.anyio

NOTE = AddNote(card_kind=EntityKind.LEAD, card_id=LEAD.id, text="Просил счёт")


async def command(
    db: Database, *changes: Change, priority: Priority = Priority.FRESH, seconds: float = 100
) -> list[CommandId]:
    async with db.tenant(ACME) as tx:
        asked = [
            NewCommand(change, f"test:{place}", priority) for place, change in enumerate(changes)
        ]
        return await outbox_actions.request_all(tx, asked, after(seconds))


async def claim(db: Database, limit: int = 250, seconds: float = 101) -> list[Item]:
    async with db.tenant(ACME) as tx:
        return await outbox_actions.claim(tx, limit, after(seconds))


async def states(db: Database) -> dict[CommandState, int]:
    async with db.tenant(ACME) as tx:
        return {
            state: count.commands
            for state, count in (await outbox_queries.command_counts(tx)).items()
        }


async def told(db: Database) -> list[object]:
    return [fact for fact in await facts(db) if type(fact).__name__ != "LeadAppeared"]


async def test_priorities_first_then_leads_tasks_contacts_companies_creations(db: Database) -> None:
    await open_account(db)
    of_fresh: tuple[Change, ...] = (
        NOTE,
        CreateTask(text="Позвонить", due_at=after(60)),
        ChangeCompany(company=CompanyId(6), responsible=ANNA),
        ChangeContact(contact=ContactId(5), responsible=ANNA),
        ChangeTask(task=TaskId(8), responsible=ANNA),
        ChangeLead(lead=LeadId(1), responsible=ANNA),
    )
    await command(db, ChangeLead(lead=LeadId(3), responsible=ANNA), priority=Priority.BULK)
    await command(db, *of_fresh)
    await command(db, ChangeTask(task=TaskId(9), responsible=ANNA), priority=Priority.AGAIN)
    requests = [await claim(db) for _ in range(7)]
    assert [[item.change for item in found] for found in requests] == [
        # What is less urgent rides along where there is room in a batch of its kind.
        [of_fresh[5], ChangeLead(lead=LeadId(3), responsible=ANNA)],
        [of_fresh[4], ChangeTask(task=TaskId(9), responsible=ANNA)],
        [of_fresh[3]], [of_fresh[2]], [of_fresh[1]], [of_fresh[0]], [],
    ]  # fmt: skip


async def test_all_that_is_wished_of_a_lead_goes_as_one_item_and_each_command_is_told(
    db: Database,
) -> None:
    await open_account(db)
    await absorb(db, Changes(Source.API, leads=(LEAD,)))
    first, second = await command(
        db, ChangeLead(lead=LEAD.id, price=5), ChangeLead(lead=LEAD.id, stage=Stage(SALES, WON))
    )
    (item,) = await claim(db)
    assert item.change == ChangeLead(lead=LEAD.id, price=5, stage=Stage(SALES, WON))
    async with db.tenant(ACME) as tx:
        await confirmation.delivered(tx, [Delivered(item, after(102))], after(103))
    assert await told(db) == [
        StageEntered(
            lead=LEAD.id, pipeline=SALES, status=WON, was_pipeline=SALES, was_status=LEAD.status,
            by_command=second,
        ),
        LeadClosed(lead=LEAD.id, is_won=True, by_command=second),
        CommandDelivered(command=first, cause="test:0"),
        CommandDelivered(command=second, cause="test:1"),
    ]  # fmt: skip
    held = await lead(db)
    assert held is not None
    assert (held.price, held.status, held.closed_at) == (5, WON, after(102))


async def test_a_confirmed_task_and_contact_are_in_the_mirror(db: Database) -> None:
    await open_account(db)
    await absorb(db, Changes(Source.API, tasks=(TASK,), contacts=(CONTACT,)))
    done = ChangeTask(task=TASK.id, is_completed=True, result="Договорились")
    await command(db, done, ChangeContact(contact=CONTACT.id, responsible=BORIS))
    before = len(await told(db))
    for _ in range(2):
        async with db.tenant(ACME) as tx:
            found = await outbox_actions.claim(tx, 9, after(101))
            confirmed = [Delivered(item, after(102)) for item in found]
            await confirmation.delivered(tx, confirmed, after(103))
    changed = [fact for fact in (await told(db))[before:] if isinstance(fact, TaskCompleted)]
    assert [fact.by_command for fact in changed] == [1]
    echo = replace(TASK, is_completed=True, result="Договорились", updated_at=after(102))
    again = replace(CONTACT, responsible=BORIS, updated_at=after(102))
    known = await told(db)
    await absorb(db, Changes(Source.API, tasks=(echo,), contacts=(again,)))
    assert await told(db) == known


async def test_a_shared_contact_is_written_once_with_the_last_owner(db: Database) -> None:
    await open_account(db)
    first, second, third = await command(
        db, *(ChangeContact(contact=ContactId(5), responsible=user) for user in (ANNA, BORIS, VERA))
    )
    (item,) = await claim(db)
    assert item.change == ChangeContact(contact=ContactId(5), responsible=VERA)
    assert item.key == third
    assert await told(db) == [
        CommandSuperseded(command=first, cause="test:0"),
        CommandSuperseded(command=second, cause="test:1"),
    ]


async def test_two_dispatchers_never_write_one_entity_at_once(db: Database) -> None:
    await open_account(db)
    for part in ({"price": 5}, {"name": "Поставка"}, {"responsible": ANNA}):
        await command(db, *(ChangeLead(lead=LeadId(n), **part) for n in range(1, 31)))
    batches = await asyncio.gather(*(claim(db, limit=7) for _ in range(6)))
    leads = [item.change for batch in batches for item in batch]
    assert len({change.lead for change in leads if isinstance(change, ChangeLead)}) == len(leads)
    while found := await claim(db):
        leads += [item.change for item in found]
    assert len(leads) == 30
    assert await states(db) == {CommandState.SENDING: 90}


async def test_what_goes_apart_goes_alone_and_in_order(db: Database) -> None:
    await open_account(db)
    ids = await command(
        db, ChangeLead(lead=LEAD.id, responsible=ANNA), ChangeLead(lead=LEAD.id, price=5)
    )
    await claim(db)
    async with db.tenant(ACME) as tx:
        await outbox_actions.split(tx, ids, after(102))
    await command(db, ChangeLead(lead=LEAD.id, name="Поставка 2"))
    sent = []
    for number in range(3):
        (item,) = await claim(db, seconds=103 + number)
        sent += [item.key]
        async with db.tenant(ACME) as tx:
            await confirmation.delivered(tx, [Delivered(item, None)], after(103 + number))
    assert sent == [*ids, ids[-1] + 1]


async def test_a_command_taken_back_is_told_and_one_under_way_is_not_taken_back(
    db: Database,
) -> None:
    await open_account(db)
    (sending,) = await command(db, ChangeLead(lead=LeadId(1), price=5))
    await claim(db)
    (waiting,) = await command(db, ChangeLead(lead=LeadId(2), price=5))
    async with db.tenant(ACME) as tx:
        assert await outbox_actions.cancel(tx, [sending, waiting], after(110)) == 1
    assert await told(db) == [CommandCancelled(command=waiting, cause="test:0")]
    assert await states(db) == {CommandState.SENDING: 1, CommandState.CANCELLED: 1}


async def test_repeating_wakes_the_resting_and_asks_the_ended_anew(db: Database) -> None:
    await open_account(db)
    resting, refused = await command(
        db, ChangeLead(lead=LeadId(1), price=5), ChangeLead(lead=LeadId(2), price=5)
    )
    await claim(db)
    async with db.tenant(ACME) as tx:
        await outbox_actions.reschedule(tx, [resting], timedelta(hours=1), "timeout", after(110))
        await outbox_actions.refused(tx, {refused: "нет"}, after(110))
        assert await outbox_actions.retry(tx, [resting, refused], after(120)) == 2
    assert [item.key for item in await claim(db, seconds=120)] == [resting, refused + 1]
    async with db.tenant(ACME) as tx:
        assert await outbox_actions.retry(tx, [resting], after(130)) == 0


async def test_repeating_twice_asks_once(db: Database) -> None:
    await open_account(db)
    (refused,) = await command(db, NOTE)
    await claim(db)
    async with db.tenant(ACME) as tx:
        await outbox_actions.refused(tx, {refused: "нет"}, after(110))
    for press, asked in ((120, 1), (121, 0)):
        async with db.tenant(ACME) as tx:
            assert await outbox_actions.retry(tx, [refused], after(press)) == asked
    assert [item.key for item in await claim(db, seconds=130)] == [refused + 1]
    async with db.tenant(ACME) as tx:
        (known,) = await outbox_queries.find_commands(
            tx, CommandFilter(states=(CommandState.SUPERSEDED,))
        )
    assert known.error == "нет"


async def test_repeating_and_asking_wait_for_each_other_and_not_in_a_circle(db: Database) -> None:
    await open_account(db)
    resting, refused = await command(
        db, ChangeLead(lead=LeadId(1), price=5), ChangeLead(lead=LeadId(2), price=5)
    )
    await claim(db)
    async with db.tenant(ACME) as tx:
        await outbox_actions.reschedule(tx, [resting], timedelta(hours=1), "timeout", after(110))
        await outbox_actions.refused(tx, {refused: "нет"}, after(110))

    async def repeat() -> int:
        async with db.tenant(ACME) as tx:
            return await outbox_actions.retry(tx, [resting, refused], after(120))

    async with db.tenant(ACME) as tx:
        asked = [NewCommand(ChangeLead(lead=LeadId(3), price=5), "test:3", Priority.FRESH)]
        await outbox_actions.request_all(tx, asked, after(120))
        repeating = asyncio.create_task(repeat())
        await until_somebody_waits(db)
        asked = [NewCommand(ChangeLead(lead=LeadId(1), price=6), "test:1", Priority.FRESH)]
        await outbox_actions.request_all(tx, asked, after(120))
    assert await repeating == 1  # the other one was superseded meanwhile


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        pytest.param(AfterDry.SEND_RECENT, [2], id="the recent"),
        pytest.param(AfterDry.SEND_ALL, [1, 2], id="all"),
        pytest.param(AfterDry.CANCEL_ALL, [], id="none"),
    ],
)
async def test_while_only_watching_nothing_leaves(
    db: Database, choice: AfterDry, kept: list[int]
) -> None:
    await open_account(db)
    async with db.tenant(ACME) as tx:
        await outbox_actions.stop_sending(tx, after(50))
        await outbox_actions.stop_sending(tx, after(60))
        assert (await outbox_queries.outbox_settings(tx)).is_dry_since == after(50)
    day = 86_400
    await command(db, ChangeLead(lead=LeadId(1), price=5))
    await command(db, ChangeLead(lead=LeadId(2), price=5), seconds=100 + day)
    assert await claim(db, seconds=200 + day) == []
    async with db.system() as tx:
        assert await outbox_queries.accounts_with_due_commands(tx, after(200 + day)) == []
    async with db.tenant(ACME) as tx:
        dropped = await outbox_actions.go_on_sending(tx, choice, after(200 + day))
    assert dropped == 2 - len(kept)
    assert [item.key for item in await claim(db, seconds=200 + day)] == kept


async def test_the_batch_is_a_setting(db: Database) -> None:
    await open_account(db)
    await command(db, *(ChangeLead(lead=LeadId(number), price=5) for number in range(1, 61)))
    assert len(await claim(db)) == 50
    async with db.tenant(ACME) as tx:
        await outbox_actions.set_batch(tx, 5)
    assert len(await claim(db)) == 5
    assert len(await claim(db, limit=2)) == 2


async def test_a_command_that_changes_nothing_is_a_defect(db: Database) -> None:
    await open_account(db)
    with pytest.raises(ValueError, match="changes nothing"):
        await command(db, ChangeLead(lead=LEAD.id))


async def test_the_list_is_cut_into_pages_and_filtered(db: Database) -> None:
    await open_account(db)
    ids = await command(db, *(ChangeLead(lead=LeadId(n), price=5) for n in (1, 2, 3)), NOTE)
    async with db.tenant(ACME) as tx:
        page = await outbox_queries.find_commands(tx, CommandFilter(limit=2))
        rest = await outbox_queries.find_commands(tx, CommandFilter(before=page[-1].id))
        of_two = await outbox_queries.find_commands(tx, CommandFilter(entity=2))
        priorities = await outbox_queries.command_priorities(tx)
    assert [one.id for one in (*page, *rest)] == ids[::-1]
    assert [entity_of(one.change)[1] for one in of_two] == [2]
    assert [(priority.priority, priority.commands, priority.oldest) for priority in priorities] == [
        (Priority.FRESH, 4, after(100))
    ]
