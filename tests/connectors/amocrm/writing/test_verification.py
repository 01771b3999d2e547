"""What nobody is sure of: amoCRM may do it either way, and the mirror and the outbox end right.

Each case is one switch of the emulator, the other way than the rest of the tests have it; its
README tells which mark of the vendor's documents, or of their silence, each stands for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from amocrm_emulator.account.clock import MachineClock, ManualClock
from amocrm_emulator.account.crm import Crm
from smena.connectors.amocrm import jobs
from smena.connectors.amocrm.model import WebhookState
from smena.connectors.amocrm.reading.store import schedule
from smena.connectors.amocrm.store import connections
from smena.connectors.amocrm.webhooks import queries as webhooks_queries
from smena.crm.model.entities import ContactId, EntityKind, LeadId, TaskId, UserId
from smena.crm.outbox import actions, queries
from smena.crm.outbox.model import (
    AddNote,
    Change,
    ChangeContact,
    ChangeLead,
    ChangeTask,
    CommandState,
    CreateTask,
    NewCommand,
    Priority,
)
from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT, ANNA, BORIS, BOSS, SPEC, VERA
from tests.connectors.amocrm.interruptions import faults
from tests.connectors.amocrm.mirror.equality import compare
from tests.connectors.amocrm.reading.test_full_mirror import Office
from tests.connectors.amocrm.stand import Stand, stand

pytestmark = pytest.mark.anyio
NOBODY = UserId(999)
LATE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Case:
    """A switch, what happens beside the ordinary life, what is seen only with the switch off."""

    switches: Mapping[str, object]
    act: Callable[[Stand, Office], object] = lambda _made, _office: None
    hides: Mapping[str, object] | None = None


def dismiss(made: Stand, _office: Office) -> None:
    made.crm.people.change(VERA, is_active=False)


def archive(made: Stand, office: Office) -> None:
    """Put away a pipeline in which a lead stands."""
    stages = [{"name": "Старое"}]
    item = {"name": "Прошлый год", "sort": 9, "is_main": False, "is_unsorted_on": False}
    number = made.crm.pipelines.add(item, stages)["id"]
    made.crm.leads.change(BOSS, made.now(), office.team.leads[0], pipeline_id=number)
    assert made.crm.pipelines.archive(number, is_archive=True)


def plan_alone(made: Stand, office: Office) -> None:
    """Plan something that belongs to no card."""
    office.team.tasks.append(made.crm.tasks.add(ANNA, made.now(), "Отчёт", made.now() + 3600))


def drop_note(made: Stand, office: Office) -> None:
    """Throw away one of two notes: no webhook tells of it."""
    lead = made.crm.leads.add(ANNA, made.now(), "С примечанием")
    for text in ("лишнее", "нужное"):
        note = made.crm.notes.add(ANNA, made.now(), "leads", lead, "common", {"text": text})
    assert made.crm.notes.delete(ANNA, made.now(), note)
    office.team.leads.append(lead)


CASES = {
    "notes are thrown away": Case({}, drop_note),
    "the log comes oldest first": Case({"events_oldest_first": True}),
    "field events name their field": Case({"names_fields": True}),
    "no event of a new talk": Case({"lacks_talk_events": True}),
    "outgoing messages without author": Case({"hides_writers": True}),
    "pages of events are short": Case({"events_max": 7, "clamps_limits": True}),
    "a limit too high becomes 50": Case({"events_max": 60}),
    "filters without effect": Case({"has_filters": False}),
    "an empty list is 200": Case({"has_empty_pages": True}),
    "absent is 404": Case({"has_absent_404": True}),
    "who has left is not listed": Case(
        {"hides_inactive": True}, dismiss, hides={"hides_inactive": False}
    ),
    "who has left is listed": Case({}, dismiss),
    "archived pipelines are not listed": Case({"hides_archived": True}, archive),
    "archived pipelines are listed": Case({}, archive),
    "no card is 0": Case({"has_zero_cards": True}, plan_alone),
    "no card is null": Case({}, plan_alone),
    "a batch is refused in part": Case({"refuses_items": True}),
    "unknown properties are refused": Case({"refuses_unknown": True}),
    "finished tasks stay finished": Case({"refuses_reopening": True}),
    "tasks follow their lead": Case({"moves_tasks": True}),
    "no webhooks of chats": Case({"lacks_chat_hooks": True}),
    "texts of webhooks in another zone": Case({"hook_zone": "Asia/Vladivostok"}),
    "webhooks with texts only": Case({"lacks_unix_moments": True}),
    "webhooks with texts only, of an earlier zone": Case(
        {"lacks_unix_moments": True, "hook_zone": "UTC"}
    ),
    "webhooks with texts only, of a later zone": Case(
        {"lacks_unix_moments": True, "hook_zone": "Asia/Vladivostok"}
    ),
    "companies under their own root": Case({"splits_companies": True}),
    "a task's responsible as an update": Case({"joins_task_responsible": True}),
    "several roots in a webhook": Case({"joins_roots": True}),
    "writes to Unsorted are refused": Case({"refuses_unsorted": True}),
}


EVERYTHING: dict[str, object] = {
    name: told for case in CASES.values() for name, told in case.switches.items()
} | {"hook_zone": "Asia/Vladivostok", "events_max": 7}


async def test_everything_the_other_way_at_once(db: Database) -> None:
    def act(made: Stand, office: Office) -> None:
        for one in (dismiss, archive, plan_alone, drop_note):
            one(made, office)

    await either_way(db, Case(EVERYTHING, act, hides={"hides_inactive": False}))


async def test_everything_as_documented(db: Database) -> None:
    await either_way(db, Case({}))


@pytest.mark.slow
@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
async def test_each_way_alone(db: Database, case: Case) -> None:
    await either_way(db, case)


async def either_way(db: Database, case: Case) -> None:
    """Load, live, command and live on; in the end both sides are equal."""
    async with stand(db, history_days=1) as made:
        made.crm.switches.set(dict(case.switches))
        office = Office(made, 1)
        await office.open()
        await live(office, 15)
        await made.connect()
        await made.load()
        assert await compare(made) == []
        await live(office, 25)
        case.act(made, office)
        await made.emulator.flush_hooks()
        await made.settle(rounds=2)
        assert await ends(made, office, can_reopen="refuses_reopening" not in case.switches)
        await made.emulator.flush_hooks()
        await made.settle(rounds=4)
        made.clock.offset += timedelta(hours=1)  # short lists are read again
        await made.settle(rounds=1)
        made.crm.switches.set(dict(case.hides or {}))
        assert await compare(made) == []


async def test_events_that_come_late(db: Database) -> None:
    """A third of the events show up two minutes after the others; nothing else tells of them."""
    clock = ManualClock(MachineClock().now() - 400)
    async with stand(db, Crm.create(None, SPEC, clock), history_days=1) as made:
        made.crm.switches.set({"events_late_seconds": LATE_SECONDS})
        await faults(made, drop=1.0)
        office = Office(made, 2)
        await office.open()
        await live(office, 15)
        await made.connect()
        await made.load()
        clock.advance(LATE_SECONDS + 1)
        await live(office, 25)
        clock.advance(LATE_SECONDS - 10)
        await live(office, 5)
        await made.settle(rounds=2)  # the cursor is at the last five now, beyond those that lack
        before = await held(made)
        clock.advance(11)
        await made.settle(rounds=2)
        assert await held(made) > before
        clock.advance(LATE_SECONDS + 1)
        await made.settle(rounds=2)
        made.clock.offset += timedelta(hours=1)
        await made.settle(rounds=1)
        assert await compare(made) == []


async def test_news_of_a_log_that_comes_oldest_first_wait_for_nothing(db: Database) -> None:
    """A quick look whose first page is all known goes on where no order is kept."""
    async with stand(db, history_days=1) as made:
        made.crm.switches.set({"events_oldest_first": True, "events_max": 5, "clamps_limits": True})
        office = Office(made, 3)
        await office.open()
        await live(office, 15)
        await made.connect()
        await made.load()
        await made.settle(rounds=1)
        await made.step()  # the whole window has been read now
        before = await held(made)
        made.crm.leads.change(ANNA, made.now(), office.team.leads[0], name="Новое имя")
        async with db.tenant(ACCOUNT) as tx:
            await schedule.hint(tx, made.clock.now())
        await made.step()
        assert await held(made) == before + 1


async def test_a_subscription_that_stays_off_is_made_anew(db: Database) -> None:
    async with stand(db) as made:
        made.crm.switches.set({"keeps_webhooks_off": True})
        await made.connect()
        made.crm.store.run("UPDATE hook SET disabled = 1")
        await jobs.check_webhooks(made.context)
        assert made.crm.store.rows("SELECT disabled FROM hook") == [(0,)]
        async with db.tenant(ACCOUNT) as tx:
            connection = await connections.one(tx)
            assert await webhooks_queries.webhook_settings_lacking(tx) == frozenset()
        assert connection is not None
        assert connection.webhook_state is WebhookState.ALIVE


@pytest.mark.parametrize(
    ("refuses", "state"), [(False, CommandState.DELIVERED), (True, CommandState.REFUSED)]
)
async def test_a_command_to_a_lead_in_unsorted(
    db: Database, state: CommandState, *, refuses: bool
) -> None:
    """It takes the lead out of there, or is refused; the mirror sees what came of it."""
    async with stand(db, history_days=1) as made:
        made.crm.switches.set({"refuses_unsorted": refuses})
        row = made.crm.unsorted.chat_from_stranger(made.now(), "Пётр", "Есть?", origin="telegram")
        (lead,) = row["cards"]["leads"]
        await made.connect()
        await made.load()
        async with db.tenant(ACCOUNT) as tx:
            asked = NewCommand(ChangeLead(lead=LeadId(lead), price=7), "test", Priority.FRESH)
            await actions.request_all(tx, [asked], made.clock.now())
        await made.deliver()
        async with db.tenant(ACCOUNT) as tx:
            assert list(await queries.command_counts(tx)) == [state]
        assert (made.crm.unsorted.find(row["uid"]) is not None) is refuses
        await made.emulator.flush_hooks()
        await made.settle(rounds=4)
        made.clock.offset += timedelta(hours=1)  # short lists are read again
        await made.settle(rounds=1)
        assert await compare(made) == []


async def live(office: Office, times: int) -> None:
    for _ in range(times):
        await office.act()


async def held(made: Stand) -> int:
    """Count the events that the mirror holds."""
    async with made.db.tenant(ACCOUNT) as tx:
        return int(await tx.value("SELECT count(*) FROM crm_event WHERE account_id = :account",
                                  account=tx.account))  # fmt: skip


async def ends(made: Stand, office: Office, *, can_reopen: bool) -> bool:
    """Command things of every kind, one of them impossible.

    Tell whether each ended as it should.
    """
    lead, other, contact = await fresh_cards(made, office)
    open_task = made.crm.tasks.add(
        ANNA, made.now(), "Открытая", made.now() + 3600, entity_type="leads", entity_id=lead
    )
    done_task = made.crm.tasks.add(ANNA, made.now(), "Готовая", made.now() + 3600)
    made.crm.tasks.complete(ANNA, made.now(), done_task, "Да")
    due_at = datetime.fromtimestamp(made.now() // 60 * 60 + 7200, UTC)
    good: list[Change] = [
        ChangeLead(lead=LeadId(lead), responsible=UserId(BORIS), price=7, add_tags=("vip",)),
        ChangeContact(contact=ContactId(contact), responsible=UserId(BORIS), name="Пётр"),
        ChangeTask(task=TaskId(open_task), text="Уже другая"),
        CreateTask(text="Связаться", due_at=due_at, card_kind=EntityKind.LEAD, card_id=lead),
        AddNote(card_kind=EntityKind.LEAD, card_id=lead, text="Распределено"),
    ]
    bad: list[Change] = [
        ChangeLead(lead=LeadId(other), responsible=NOBODY),
        CreateTask(text="Никому", due_at=due_at, card_kind=EntityKind.LEAD, card_id=lead,
                   responsible=NOBODY),
    ]  # fmt: skip
    reopened = ChangeTask(task=TaskId(done_task), is_completed=False)
    (good if can_reopen else bad).append(reopened)
    async with made.db.tenant(ACCOUNT) as tx:
        asked = [NewCommand(change, "test", Priority.FRESH) for change in (*bad, *good)]
        await actions.request_all(tx, asked, made.clock.now())
    await made.deliver()
    async with made.db.tenant(ACCOUNT) as tx:
        counts = await queries.command_counts(tx)
    assert {state: count.commands for state, count in counts.items()} == {
        CommandState.DELIVERED: len(good), CommandState.REFUSED: len(bad),
    }  # fmt: skip
    texts = [doc["text"] for doc in made.crm.store.docs(
        "SELECT doc FROM entity WHERE kind = 'tasks' AND parent = ? AND deleted = 0", [lead]
    )]  # fmt: skip
    assert sorted(texts) == ["Связаться", "Уже другая"]
    return bool(made.crm.records.existing("leads", lead)["price"] == 7)


async def fresh_cards(made: Stand, office: Office) -> tuple[int, int, int]:
    """Bring two leads and their customers; the life so far may have thrown away any other."""
    for _ in range(2):
        office.team.new_lead()
    team = office.team
    await made.emulator.flush_hooks()
    await made.settle(rounds=1)
    return team.leads[-1], team.leads[-2], team.contacts[-1]
