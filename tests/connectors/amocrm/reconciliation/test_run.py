"""Whatever was lost on the way, a check finds it, tells how much it was, and brings it back."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest

from smena.connectors.amocrm.reconciliation import run
from smena.connectors.amocrm.reconciliation.model import AskedBy, ReconciliationOutcome
from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.checking import (
    an_hour_passes,
    begin,
    check,
    finish,
    found,
    last_report,
    part,
)
from tests.connectors.amocrm.interruptions import kill, killing
from tests.connectors.amocrm.mirror.equality import compare
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team

pytestmark = pytest.mark.anyio


async def loaded(made: Stand, *, leads: int = 12, seed: int = 1) -> Team:
    """A team at work for an hour, all of it in the mirror."""
    team = Team(made, seed)
    team.begin(leads=leads)
    for _ in range(5):
        team.new_task()
        team.call()
    an_hour_passes(made)
    await made.connect()
    await made.load()
    await made.settle(rounds=2)
    assert await compare(made) == []
    return team


async def lacking_in(made: Stand, name: str) -> int:
    """Count the cards that differ; what they are in detail is told beside them."""
    told = [line.split() for line in await compare(made)]
    return sum(words[0] == name and words[1].isdecimal() for words in told)


async def damage(made: Stand, *statements: str) -> None:
    async with made.db.tenant(ACCOUNT) as tx:
        for statement in statements:
            assert await tx.run(statement) > 0, statement


async def test_a_whole_mirror_has_nothing_to_tell(db: Database) -> None:
    async with stand(db) as made:
        await loaded(made)
        report = await check(made)
        assert report.reconciliation.outcome is ReconciliationOutcome.DONE
        assert found(report) == {}
        for path in ("leads", "contacts", "companies", "tasks", "users"):
            one = part(report, path)
            assert one.remote == one.local > 0
            assert one.remote_sum == one.local_sum


async def test_what_was_broken_is_found_and_healed(db: Database) -> None:
    async with stand(db) as made:
        await loaded(made)
        await damage(
            made,
            "DELETE FROM crm_lead WHERE id IN (SELECT id FROM crm_lead ORDER BY id LIMIT 3)",
            "UPDATE crm_lead SET updated_at = updated_at - interval '1 hour', name = 'старое'"
            " WHERE id IN (SELECT id FROM crm_lead ORDER BY id DESC LIMIT 2)",
            "INSERT INTO crm_lead SELECT account_id, id + 900000, name, price, responsible_id,"
            " pipeline_id, status_id, created_by, updated_by, created_at, updated_at, closed_at,"
            " false, contact_ids, company_id, 'api' FROM crm_lead ORDER BY id LIMIT 4",
            "DELETE FROM crm_contact WHERE id = (SELECT max(id) FROM crm_contact)",
            "UPDATE crm_company SET is_deleted = true WHERE id = (SELECT min(id) FROM crm_company)",
            "UPDATE crm_task SET updated_at = updated_at + interval '3 hours', text = 'чужое'"
            " WHERE id = (SELECT min(id) FROM crm_task)",
            "DELETE FROM crm_call WHERE note_id = (SELECT min(note_id) FROM crm_call)",
            "DELETE FROM crm_event WHERE id IN (SELECT id FROM crm_event ORDER BY id LIMIT 5)",
            "UPDATE crm_user SET name = 'Никто' WHERE id = 9000002",
            "DELETE FROM crm_group WHERE id = 501",
            "INSERT INTO crm_group VALUES (31000001, 777, 'Призраки')",
        )
        assert len(await compare(made)) > 15
        report = await check(made)
        assert report.reconciliation.outcome is ReconciliationOutcome.DONE
        calls = [one for path, one in found(report).items() if path.endswith("/notes")]
        assert calls == [(1, 0, 0)]
        assert {path: one for path, one in found(report).items() if "/notes" not in path} == {
            "users": (1, 1, 1),
            "events": (5, 0, 0),
            "leads": (3, 2, 4),
            "contacts": (1, 0, 0),
            "companies": (1, 0, 0),
            "tasks": (0, 1, 0),
        }
        assert all(one.healed == one.found for one in report.parts)
        assert await compare(made) == []
        assert found(await check(made)) == {}


async def test_what_the_log_tells_of_talks_is_brought_back_with_it(db: Database) -> None:
    async with stand(db) as made:
        team = await loaded(made)
        for text in ("Здравствуйте", "Когда привезёте?"):
            at = made.now() - 1800
            made.crm.talks.write(0, at, team.contacts[0], text, is_incoming=True)
        await made.settle(rounds=2)
        said = await messages(made)
        assert len(said) == 2
        await damage(
            made,
            "DELETE FROM crm_message",
            "DELETE FROM crm_event WHERE at > now() - interval '1 d'",
        )
        made.service.seen.clear()
        assert (await check(made)).reconciliation.outcome is ReconciliationOutcome.DONE
        assert await messages(made) == said


async def messages(made: Stand) -> list[tuple[object, ...]]:
    async with made.db.tenant(ACCOUNT) as tx:
        rows = await tx.rows(
            "SELECT id, way, at, author_id, contact_id FROM crm_message ORDER BY id"
        )
    return [tuple(row) for row in rows]


async def test_life_during_a_walk_is_no_difference(db: Database) -> None:
    """What changes while lists are walked is polling's business, and is not told as a gap."""
    async with stand(db) as made:
        team = await loaded(made, leads=20)
        made.forget_own_address()
        await begin(made)
        team.act_often(60)
        await run.go_on(made.context, ACCOUNT)
        team.act_often(60)
        report = await finish(made)
        told = {path: one[:2] for path, one in found(report).items() if one[:2] != (0, 0)}
        assert told == {}
        await made.settle()
        assert await compare(made) == []


async def test_a_card_back_from_the_bin_without_news(db: Database) -> None:
    async with stand(db) as made:
        team = await loaded(made)
        lead = team.leads[0]
        async with db.tenant(ACCOUNT) as tx:
            await tx.run(
                "INSERT INTO crm_removal VALUES (:account, 'lead', :lead, :at, true)",
                account=ACCOUNT, lead=lead, at=datetime.fromtimestamp(made.now() - 60, UTC),
            )  # fmt: skip
        await damage(made, f"UPDATE crm_lead SET is_deleted = true WHERE id = {lead}")
        assert found(await check(made)) == {"leads": (1, 0, 0)}
        assert await compare(made) == []


async def test_an_account_that_looks_empty_empties_nothing(db: Database) -> None:
    """A token that lost its rights sees nothing; the mirror keeps what it has."""
    async with stand(db) as made:
        await loaded(made, leads=70)
        made.crm.store.run("UPDATE entity SET deleted = 1 WHERE kind = 'leads'")
        report = await check(made)
        assert report.reconciliation.outcome is ReconciliationOutcome.UNHEALED
        assert part(report, "leads").surplus == 70
        assert part(report, "leads").healed == 0
        async with db.tenant(ACCOUNT) as tx:
            assert await tx.value("SELECT count(*) FROM crm_lead WHERE NOT is_deleted") == 70


@pytest.mark.parametrize("seed", range(2))
async def test_goes_on_after_kills(db: Database, seed: int) -> None:
    with killing():
        async with stand(db) as made:
            await loaded(made, leads=30, seed=seed)
            dice = random.Random(seed)
            await damage(made, "DELETE FROM crm_contact WHERE id % 2 = 0")
            lacking = await lacking_in(made, "contact")
            assert await begin(made)
            kills = 0
            while (await last_report(made)).reconciliation.finished_at is None:
                running = asyncio.create_task(run.go_on(made.context, ACCOUNT))
                kills += await kill(made, running, dice.randrange(1, 5))
                made.clock.offset += timedelta(seconds=30)
            assert kills > 2
            assert found(await last_report(made)) == {"contacts": (lacking, 0, 0)}
            assert await compare(made) == []


async def test_two_runs_count_nothing_twice(db: Database) -> None:
    async with stand(db) as made:
        await loaded(made)
        await damage(made, "DELETE FROM crm_lead WHERE id % 2 = 0")
        lacking = await lacking_in(made, "lead")
        assert await begin(made)
        assert not await begin(made)
        for _ in range(4):
            await asyncio.gather(*(run.go_on(made.context, ACCOUNT) for _ in range(3)))
            made.clock.offset += timedelta(seconds=30)
        report = await finish(made)
        assert found(report) == {"leads": (lacking, 0, 0)}
        assert await compare(made) == []


async def test_a_row_that_cannot_be_read_is_not_gone(db: Database) -> None:
    """Its number is there, so it stays here, and the report owns up to it."""
    async with stand(db) as made:
        team = await loaded(made)
        lead = team.leads[0]
        made.crm.store.run(
            "UPDATE entity SET doc = json_set(doc, '$.pipeline_id', 'x') WHERE id = ?", lead
        )
        await damage(made, f"UPDATE crm_lead SET updated_at = '2026-01-01' WHERE id = {lead}")
        report = await check(made)
        assert found(report) == {"leads": (0, 1, 0)}
        assert report.reconciliation.outcome is ReconciliationOutcome.UNHEALED
        async with db.tenant(ACCOUNT) as tx:
            assert not await tx.value(f"SELECT is_deleted FROM crm_lead WHERE id = {lead}")


async def test_nothing_to_compare_before_the_first_load(db: Database) -> None:
    async with stand(db) as made:
        await made.connect()
        assert not await begin(made)


async def test_each_night_once(db: Database) -> None:
    """At three in Moscow, whatever the clock of the machine says."""
    async with stand(db) as made:
        await loaded(made)
        night = datetime(2031, 3, 5, 0, 10, tzinfo=UTC)
        for at, expected in (
            (night - timedelta(minutes=20), False),
            (night, True),
            (night + timedelta(minutes=40), False),
        ):
            async with db.tenant(ACCOUNT) as tx:
                assert await run.begin_tonight(tx, at) is expected
        assert (await last_report(made)).reconciliation.asked_by is AskedBy.NIGHT


@pytest.mark.slow
async def test_a_check_is_polite(db: Database) -> None:
    """At seven requests a second it takes under two, so there is no 429 and room for others."""
    async with stand(db, per_second=7, history_days=1) as made:
        Team(made, 1).begin(leads=3)
        await made.connect(load=7, every_day=7)
        await made.load()
        await damage(
            made,
            "INSERT INTO amocrm_reconciliation (account_id, asked_by, started_at, next_at,"
            " finished_at, outcome) VALUES (31000001, 'night', now(), now(), now(), 'done')",
        )
        before, began = made.requests(), made.clock.now()
        report = await check(made)
        asked = made.requests() - before
        async with db.tenant(ACCOUNT) as tx:
            free = await tx.value(
                "SELECT free_at_us FROM rate_limit WHERE name = 'amocrm.reconciliation'"
            )
        assert made.emulator.limiter.refused == 0
        assert report.reconciliation.outcome is ReconciliationOutcome.DONE
        assert asked > 10
        assert free / 1_000_000 - began.timestamp() > (asked - 4) / (7 * 0.25)
