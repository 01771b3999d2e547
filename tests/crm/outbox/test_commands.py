"""The outbox: asked, sent, confirmed, refused, superseded; on a real database."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from smena.crm import actions
from smena.crm.facts import queries as facts_queries
from smena.crm.facts.model import (
    CommandDelivered,
    CommandRefused,
    CommandSuperseded,
    ResponsibleChanged,
)
from smena.crm.mirror import confirmation
from smena.crm.model.entities import CommandId, LeadId, Source, UserId
from smena.crm.outbox import actions as outbox_actions
from smena.crm.outbox import queries as outbox_queries
from smena.crm.outbox.core import merge as core
from smena.crm.outbox.model import (
    ChangeLead,
    Command,
    CommandState,
    Delivered,
    Item,
    NewCommand,
    Priority,
)
from smena.crm.outbox.store import commands
from smena.kernel.db import Database
from tests.crm.cast import (
    ACME,
    ANNA,
    BORIS,
    LEAD,
    OTHER,
    VERA,
    absorb_leads,
    after,
    claim_of,
    facts,
    lead,
    open_account,
)

pytestmark = pytest.mark.anyio

SECOND = replace(LEAD, id=LeadId(4000002))


async def request(
    db: Database,
    user: UserId,
    lead_id: LeadId = LEAD.id,
    cause: str = "distribution:1",
    priority: Priority = Priority.FRESH,
) -> CommandId:
    async with db.tenant(ACME) as tx:
        change = ChangeLead(lead=lead_id, responsible=user)
        return await outbox_actions.request(
            tx, change, cause=cause, priority=priority, now=after(100)
        )


async def claim_items(db: Database, now: datetime | None = None) -> list[Item]:
    async with db.tenant(ACME) as tx:
        return await outbox_actions.claim(tx, 50, now or after(101))


async def claim(db: Database, now: datetime | None = None) -> list[Command]:
    return [command for item in await claim_items(db, now) for command in item.commands]


async def deliver(db: Database, *commands: Command, at: datetime | None = None) -> None:
    async with db.tenant(ACME) as tx:
        confirmed = [Delivered(item, at or after(102)) for item in core.items(commands)]
        await confirmation.delivered(tx, confirmed, after(103))


async def states(db: Database) -> dict[CommandState, int]:
    async with db.tenant(ACME) as tx:
        return {
            state: count.commands
            for state, count in (await outbox_queries.command_counts(tx)).items()
        }


async def told(db: Database) -> Sequence[object]:
    """Return the facts after the lead's appearance."""
    return [fact for fact in await facts(db) if type(fact).__name__ != "LeadAppeared"]


async def test_a_command_remembers_its_reason_and_what_was_before(db: Database) -> None:
    await open_account(db)
    await absorb_leads(db, LEAD)
    number = await request(db, BORIS, cause="distribution:17", priority=Priority.AGAIN)
    assert await claim(db) == [
        Command(
            id=number,
            change=ChangeLead(lead=LEAD.id, responsible=BORIS),
            priority=Priority.AGAIN,
            cause="distribution:17",
            state=CommandState.SENDING,
            attempts=1,
            asked_at=after(100),
            not_before=after(100),
            sent_at=after(101),
            before=ANNA,
        )
    ]


async def test_fresh_leads_go_first_then_in_order(db: Database) -> None:
    await open_account(db)
    bulk = await request(db, ANNA, LeadId(1), priority=Priority.BULK)
    again = await request(db, ANNA, LeadId(2), priority=Priority.AGAIN)
    fresh = [await request(db, ANNA, LeadId(number)) for number in (3, 4)]
    assert [command.id for command in await claim(db)] == [*fresh, again, bulk]


async def test_a_later_command_takes_the_place_of_one_not_sent_yet(db: Database) -> None:
    await open_account(db)
    first = await request(db, ANNA, cause="distribution:1")
    second = await request(db, BORIS, cause="distribution:2")
    assert [command.id for command in await claim(db)] == [second]
    assert await told(db) == [CommandSuperseded(command=first, cause="distribution:1")]


async def test_a_command_under_way_is_finished_before_the_next_leaves(db: Database) -> None:
    await open_account(db)
    await absorb_leads(db, LEAD)
    await request(db, BORIS)
    under_way = await claim(db)
    await request(db, VERA)
    assert await claim(db) == []
    await deliver(db, *under_way)
    assert [command.change for command in await claim(db)] == [
        ChangeLead(lead=LEAD.id, responsible=VERA)
    ]


async def test_a_command_that_may_not_be_repeated_any_more_is_superseded(db: Database) -> None:
    await open_account(db)
    (under_way,) = [await request(db, BORIS)]
    await claim(db)
    await request(db, VERA, cause="distribution:2")
    async with db.tenant(ACME) as tx:
        await outbox_actions.reschedule(
            tx, [under_way], timedelta(seconds=5), "timeout", after(102)
        )
    assert await states(db) == {CommandState.SUPERSEDED: 1, CommandState.PLANNED: 1}
    assert await told(db) == [CommandSuperseded(command=under_way, cause="distribution:1")]


async def test_the_confirmation_enters_the_mirror_and_its_echo_changes_nothing(
    db: Database,
) -> None:
    await open_account(db)
    await absorb_leads(db, LEAD)
    await request(db, BORIS)
    (command,) = await claim(db)
    await deliver(db, command)
    expected = [
        ResponsibleChanged(lead=LEAD.id, before=ANNA, after=BORIS, by_command=command.id),
        CommandDelivered(command=command.id, cause="distribution:1"),
    ]
    assert await told(db) == expected
    echo = replace(LEAD, responsible=BORIS, updated_at=after(102))
    await absorb_leads(db, claim_of(echo), source=Source.WEBHOOK)
    await absorb_leads(db, echo)
    assert await told(db) == expected
    assert await lead(db) == echo


async def test_an_echo_before_the_answer_is_known_as_ours(db: Database) -> None:
    await open_account(db)
    await absorb_leads(db, LEAD)
    await request(db, BORIS)
    (command,) = await claim(db)
    echo = replace(LEAD, responsible=BORIS, updated_at=after(102))
    await absorb_leads(db, claim_of(echo), source=Source.WEBHOOK)
    await deliver(db, command)
    assert await told(db) == [
        ResponsibleChanged(lead=LEAD.id, before=ANNA, after=BORIS, by_command=command.id),
        CommandDelivered(command=command.id, cause="distribution:1"),
    ]


async def test_somebody_elses_change_while_ours_is_under_way_is_theirs(db: Database) -> None:
    await open_account(db)
    await absorb_leads(db, LEAD)
    await request(db, BORIS)
    await claim(db)
    await absorb_leads(db, replace(LEAD, responsible=VERA, updated_at=after(102)))
    assert await told(db) == [ResponsibleChanged(lead=LEAD.id, before=ANNA, after=VERA)]


async def test_an_older_confirmation_does_not_undo_a_later_change(db: Database) -> None:
    await open_account(db)
    await absorb_leads(db, LEAD)
    await request(db, BORIS)
    (command,) = await claim(db)
    later = replace(LEAD, responsible=VERA, updated_at=after(150))
    await absorb_leads(db, later)
    await deliver(db, command, at=after(102))
    assert await lead(db) == later


async def test_a_confirmation_twice_is_one_fact(db: Database) -> None:
    await open_account(db)
    await request(db, BORIS)
    (command,) = await claim(db)
    await deliver(db, command)
    await deliver(db, command)
    assert await told(db) == [CommandDelivered(command=command.id, cause="distribution:1")]


async def test_a_refusal_is_told_with_its_reason(db: Database) -> None:
    await open_account(db)
    await request(db, BORIS)
    (command,) = await claim(db)
    async with db.tenant(ACME) as tx:
        await outbox_actions.refused(tx, {command.id: "NotSupportedChoice"}, after(103))
    assert await told(db) == [
        CommandRefused(command=command.id, cause="distribution:1", reason="NotSupportedChoice")
    ]
    async with db.tenant(ACME) as tx:
        (kept,) = await outbox_queries.commands_with_errors(tx)
    assert (kept.state, kept.finished_at) == (CommandState.REFUSED, after(103))


async def test_a_command_put_back_waits_its_time(db: Database) -> None:
    await open_account(db)
    number = await request(db, BORIS)
    await claim(db)
    async with db.tenant(ACME) as tx:
        await outbox_actions.reschedule(tx, [number], timedelta(seconds=30), "429", after(110))
    assert await claim(db, after(139)) == []
    (command,) = await claim(db, after(140))
    assert (command.attempts, command.error) == (2, "429")


async def test_what_was_under_way_at_a_crash_is_found_again(db: Database) -> None:
    await open_account(db)
    await request(db, BORIS)
    claimed = await claim_items(db)
    async with db.tenant(ACME) as tx:
        assert await outbox_queries.sending(tx) == claimed


async def test_who_has_something_to_send_is_seen_across_accounts(db: Database) -> None:
    await open_account(db)
    await open_account(db, OTHER)
    await request(db, BORIS)
    for moment, expected in ((after(99), []), (after(100), [ACME])):
        async with db.system() as tx:
            assert await outbox_queries.accounts_with_due_commands(tx, moment) == expected


async def test_many_commands_for_one_lead_at_once_leave_one_planned(db: Database) -> None:
    await open_account(db)
    await asyncio.gather(*(request(db, user, cause=f"d:{user}") for user in (ANNA, BORIS, VERA)))
    assert await states(db) == {CommandState.SUPERSEDED: 2, CommandState.PLANNED: 1}


async def test_two_dispatchers_never_claim_the_same_command(db: Database) -> None:
    await open_account(db)
    for number in range(1, 31):
        await request(db, ANNA, LeadId(number))
    batches = await asyncio.gather(*(claim(db) for _ in range(4)))
    claimed = [command.id for batch in batches for command in batch]
    assert len(claimed) == len(set(claimed)) == 30


async def test_trimming_forgets_what_everybody_has_read(db: Database) -> None:
    await open_account(db)
    await absorb_leads(db, LEAD, SECOND)
    await request(db, BORIS)
    await deliver(db, *await claim(db))
    await request(db, VERA)
    async with db.system() as tx:
        await actions.trim(tx, after(3600) + timedelta(days=89))
    assert len(await facts(db)) == 4
    async with db.system() as tx:
        await actions.trim(tx, after(3601) + timedelta(days=90))
        assert set((await facts_queries.last_facts(tx)).keys()) == {ACME}
    assert await facts(db) == []
    assert await states(db) == {CommandState.PLANNED: 1}


async def test_two_commands_for_one_lead_in_one_call_coalesce(db: Database) -> None:
    await open_account(db)
    asked = [
        NewCommand(ChangeLead(lead=number, responsible=user), f"d:{user}", Priority.FRESH)
        for number, user in ((LEAD.id, ANNA), (SECOND.id, ANNA), (LEAD.id, BORIS))
    ]
    async with db.tenant(ACME) as tx:
        first, second, third = await outbox_actions.request_all(tx, asked, after(100))
    assert [command.id for command in await claim(db)] == [second, third]
    assert await told(db) == [CommandSuperseded(command=first, cause=f"d:{ANNA}")]


async def test_the_sweep_looks_at_unfinished_commands_only(db: Database) -> None:
    """With a year of delivered commands it must not read the whole table each second."""
    await open_account(db)
    await request(db, BORIS)
    async with db.system() as tx:
        await tx.run("SET LOCAL enable_seqscan = off")
        statement = commands.ACCOUNTS_DUE.replace(":now", "now()")
        plan = "\n".join(row[0] for row in await tx.rows(f"EXPLAIN {statement}"))
    assert "crm_command_due" in plan or "crm_command_open" in plan  # both hold unfinished ones only
