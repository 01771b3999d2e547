"""A check covers every kind of data, and what rows say as well as when they changed."""

from datetime import timedelta

import pytest

from smena.connectors.amocrm.reconciliation import run
from smena.connectors.amocrm.reconciliation.model import ReconciliationOutcome, Report
from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT
from tests.connectors.amocrm.checking import (
    an_hour_passes,
    begin,
    check,
    finish,
    found,
    part,
)
from tests.connectors.amocrm.interruptions import faults
from tests.connectors.amocrm.mirror.equality import compare
from tests.connectors.amocrm.reading.test_full_mirror import Office
from tests.connectors.amocrm.stand import Stand, stand

pytestmark = pytest.mark.anyio

NOTES = ("leads/notes", "contacts/notes", "companies/notes")
CHECKED = (
    "users", "account", "leads/custom_fields", "leads/tags", "leads/loss_reasons",
    "leads/unsorted", "leads/notes", "contacts/notes", "leads", "contacts", "companies", "tasks",

)  # fmt: skip
LISTS_READ_HOURLY = ("leads/tags", "contacts/tags", "companies/tags")


async def office(made: Stand, *, acts: int = 80, requests: int = 0) -> Office:
    """An office that worked an hour ago; all of it is in the mirror."""
    people = Office(made, 1)
    await people.open()
    for _ in range(acts):
        await people.act()
    for _ in range(3):
        people.team.note()
        people.team.call()
    for _ in range(requests):
        await people.ask()
    an_hour_passes(made)
    await made.connect()
    await made.load()
    await made.settle(rounds=2)
    assert await compare(made) == []
    return people


async def damage(made: Stand, *statements: str) -> None:
    """Break one row with each statement."""
    async with made.db.tenant(ACCOUNT) as tx:
        for statement in statements:
            assert await tx.run(statement) == 1, statement


def told(report: Report) -> dict[str, tuple[int, int, int]]:
    """Return what was found, the notes of all kinds of cards in one."""
    all_found = found(report)
    notes = [one for path, one in all_found.items() if path in NOTES]
    rest = {path: one for path, one in all_found.items() if path not in NOTES}
    if notes:
        rest["notes"] = (
            sum(n[0] for n in notes),
            sum(n[1] for n in notes),
            sum(n[2] for n in notes),
        )
    return rest


async def healed(made: Stand, expected: dict[str, tuple[int, int, int]]) -> None:
    """A check finds just this and heals it; the next one finds nothing."""
    report = await check(made)
    assert told(report) == expected
    assert report.reconciliation.outcome is ReconciliationOutcome.DONE
    assert all(one.healed == one.found for one in report.parts)
    assert await compare(made) == []
    assert told(await check(made)) == {}


def first(table: str, where: str = "true", key: str = "id") -> str:
    return f"{key} = (SELECT min({key}) FROM {table} WHERE {where})"


async def test_an_office_that_is_whole_has_nothing_to_tell(db: Database) -> None:
    async with stand(db) as made:
        await office(made, requests=2)
        report = await check(made)
        assert told(report) == {}
        for path in CHECKED:
            one = part(report, path)
            assert one.remote == one.local > 0, path
            assert one.remote_sum == one.local_sum, path


@pytest.mark.parametrize("seed", range(3))
async def test_no_false_alarm_where_webhooks_claim_and_life_goes_on(
    db: Database, seed: int
) -> None:
    """Right after the first load, with webhooks doubled and out of order, nothing is told."""
    async with stand(db) as made:
        people = Office(made, seed)
        await people.open()
        await made.connect()
        await faults(made, duplicate=0.5, reorder=0.5, seed=seed)
        for _ in range(30):
            await people.act()
        await made.load()
        for _ in range(30):
            await people.act()
        await made.emulator.flush_hooks()
        await made.drain()
        assert await begin(made)
        await run.go_on(made.context, ACCOUNT)
        await made.step()
        gaps = told(await finish(made)).keys() - {*LISTS_READ_HOURLY}
        assert gaps == set()
        await made.settle(rounds=2)
        made.clock.offset += timedelta(hours=1)
        await made.settle(rounds=1)
        assert told(await check(made)) == {}


async def test_cards_that_say_something_else_at_the_same_moment(db: Database) -> None:
    """As when amoCRM told null for a list, or a claim guessed wrong."""
    async with stand(db) as made:
        await office(made)
        fields = "fields <> '{}'"
        gone = "NOT is_deleted AND id > (SELECT min(id) FROM crm_lead)"
        await damage(
            made,
            f"UPDATE crm_lead SET responsible_id = 1 WHERE {first('crm_lead', gone)}",
            "UPDATE crm_lead SET contact_ids = '{}', price = 7, status_id = 71002"
            " WHERE id = (SELECT max(id) FROM crm_lead WHERE NOT is_deleted)",
            f"UPDATE crm_contact SET fields = '{{}}' WHERE {first('crm_contact', fields)}",
            "UPDATE crm_contact SET company_id = 5 WHERE id = (SELECT max(id) FROM crm_contact"
            " WHERE NOT is_deleted AND fields = '{}')",
            "UPDATE crm_company SET tag_ids = '{99}', tag_names = '{чужой}' WHERE id ="
            " (SELECT max(id) FROM crm_company WHERE NOT is_deleted)",
            f"UPDATE crm_task SET is_completed = NOT is_completed WHERE {first('crm_task')}",
            "UPDATE crm_task SET due_at = due_at + interval '1 day', source = 'hook' WHERE id ="
            " (SELECT max(id) FROM crm_task)",
        )
        assert await compare(made) != []
        await healed(
            made,
            {
                "leads": (0, 2, 0), "contacts": (0, 2, 0), "companies": (0, 1, 0),
                "tasks": (0, 2, 0),
            },
        )  # fmt: skip


async def test_notes_and_calls(db: Database) -> None:
    async with stand(db) as made:
        await office(made)
        common = "type = 'common'"
        await damage(
            made,
            f"UPDATE crm_note SET text = 'другое' WHERE {first('crm_note', common)}",
            "DELETE FROM crm_note WHERE id = (SELECT max(id) FROM crm_note WHERE type = 'common')",
            f"DELETE FROM crm_call WHERE {first('crm_call', key='note_id')}",
            "UPDATE crm_call SET duration_seconds = 77 WHERE note_id ="
            " (SELECT max(note_id) FROM crm_call)",
            "INSERT INTO crm_note SELECT account_id, 990001, type, entity_kind, entity_id,"
            " author_id, responsible_id, created_at, updated_at, text, params, source"
            f" FROM crm_note WHERE {first('crm_note')}",
        )
        await healed(made, {"notes": (2, 2, 1)})
        async with db.tenant(ACCOUNT) as tx:
            assert await tx.value("SELECT is_deleted FROM crm_note WHERE id = 990001")


async def test_a_note_that_is_in_our_bin_only(db: Database) -> None:
    async with stand(db) as made:
        await office(made)
        where = first("crm_note")
        await damage(made, f"UPDATE crm_note SET is_deleted = true WHERE {where}")
        await healed(made, {"notes": (1, 0, 0)})
        async with db.tenant(ACCOUNT) as tx:
            assert not await tx.value(f"SELECT is_deleted FROM crm_note WHERE {where}")


async def test_short_lists(db: Database) -> None:
    async with stand(db) as made:
        await office(made)
        fields = "list = 'fields' AND owner = 'lead'"
        async with db.tenant(ACCOUNT) as tx:
            before = await tx.value("SELECT count(*) FROM crm_reference WHERE NOT is_gone")
        await damage(
            made,
            f"UPDATE crm_reference SET name = 'другое' WHERE {fields} AND id ="
            f" (SELECT min(id) FROM crm_reference WHERE {fields})",
            f"UPDATE crm_reference SET choices = '[]' WHERE {fields} AND choices <> '[]' AND id ="
            f" (SELECT max(id) FROM crm_reference WHERE {fields} AND choices <> '[]')",
            "DELETE FROM crm_reference WHERE list = 'tags' AND owner = 'lead' AND id ="
            " (SELECT min(id) FROM crm_reference WHERE list = 'tags' AND owner = 'lead')",
            "INSERT INTO crm_reference SELECT account_id, list, owner, 990001, name, sort, code,"
            " color, type, choices, rights, false FROM crm_reference"
            " WHERE list = 'loss_reasons' LIMIT 1",
            "UPDATE crm_reference SET is_gone = true WHERE list = 'task_types' AND id ="
            " (SELECT min(id) FROM crm_reference WHERE list = 'task_types')",
        )
        await healed(
            made,
            {
                "leads/custom_fields": (0, 2, 0), "leads/tags": (1, 0, 0),
                "leads/loss_reasons": (0, 0, 1), "account": (0, 1, 0),
            },
        )  # fmt: skip
        async with db.tenant(ACCOUNT) as tx:
            after = await tx.value("SELECT count(*) FROM crm_reference WHERE NOT is_gone")
        assert after == before


async def test_a_stage_that_is_no_longer_there(db: Database) -> None:
    """A stage goes when its pipeline is told without it; an archived pipeline keeps its own."""
    async with stand(db) as made:
        await office(made)
        await damage(
            made,
            "INSERT INTO crm_status SELECT account_id, pipeline_id, 99001, 'Призрак', sort, color,"
            " kind FROM crm_status ORDER BY id LIMIT 1",
            "INSERT INTO crm_pipeline VALUES (31000001, 799, 'В архиве', 9, false, true)",
            "INSERT INTO crm_status VALUES (31000001, 799, 99002, 'Давняя', 1, '#fff', 0)",
        )
        await healed(made, {"users": (0, 0, 1)})
        async with db.tenant(ACCOUNT) as tx:
            left = await tx.rows("SELECT id FROM crm_status WHERE id IN (99001, 99002)")
        assert [row.id for row in left] == [99002]


async def test_talks(db: Database) -> None:
    """Those that messages name since the load must be here; of those in work some are looked at."""
    async with stand(db) as made:
        await office(made)
        assert told(await check(made)) == {}
        async with db.tenant(ACCOUNT) as tx:
            named = await tx.value("SELECT count(DISTINCT talk_id) FROM crm_message")
            await tx.run(
                "UPDATE amocrm_connection"
                " SET load_started_at = load_started_at - interval '2 hours'"
            )
        await healed(made, {"talks": (named, 0, 0)})
        await damage(
            made,
            f"UPDATE crm_talk SET is_read = NOT is_read WHERE {first('crm_talk', 'is_in_work')}",
            "DELETE FROM crm_talk WHERE id = (SELECT max(id) FROM crm_talk)",
        )
        await healed(made, {"talks": (1, 1, 0)})


async def test_requests_not_yet_sorted(db: Database) -> None:
    async with stand(db) as made:
        await office(made, requests=4)
        await damage(
            made,
            "UPDATE crm_unsorted SET origin = 'другое' WHERE uid ="
            " (SELECT min(uid) FROM crm_unsorted WHERE state = 'open')",
            "DELETE FROM crm_unsorted WHERE uid ="
            " (SELECT max(uid) FROM crm_unsorted WHERE state = 'open')",
            "INSERT INTO crm_unsorted SELECT account_id, 'призрак', category, pipeline_id, NULL,"
            " contact_ids, origin, created_at, 'open', NULL, false FROM crm_unsorted"
            " WHERE state = 'open' LIMIT 1",
        )
        await healed(made, {"leads/unsorted": (1, 1, 1)})
        async with db.tenant(ACCOUNT) as tx:
            state = await tx.value("SELECT state FROM crm_unsorted WHERE uid = 'призрак'")
        assert state == "gone"


async def test_what_polling_heals_meanwhile_is_no_gap(db: Database) -> None:
    """A request accepted while the check runs is read by polling before the second look."""
    async with stand(db) as made:
        await office(made, requests=3)
        row = made.crm.store.docs(
            "SELECT doc FROM entity WHERE kind = 'unsorted' AND deleted = 0", []
        )[0]
        made.forget_own_address()
        made.crm.unsorted.decline(9000002, made.now(), row)
        assert await begin(made)
        await run.go_on(made.context, ACCOUNT)
        await made.settle(rounds=2)
        assert told(await finish(made)) == {}
