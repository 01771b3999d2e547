"""Cards that go, come back and merge; people and groups that change: by whichever way it is told.

`webhook`: only webhooks and what they ask to be read. `poll`: every webhook is lost. `late`: the
webhooks are understood after everything was polled.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from amocrm_emulator.account.clock import MovableClock
from amocrm_emulator.account.crm import Crm
from smena.connectors.amocrm import account_run
from smena.connectors.amocrm.reading import fetch_by_id, polling
from smena.crm.mirror.queries import people as queries_people
from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT, ANNA, BORIS, SPEC, VERA
from tests.connectors.amocrm.interruptions import faults
from tests.connectors.amocrm.mirror.equality import compare
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team

pytestmark = pytest.mark.anyio

WAYS = (
    "hook",
    "poll",
    pytest.param("both", marks=pytest.mark.slow),
    pytest.param("late", marks=pytest.mark.slow),
)
CALL = {"uniq": "pbx-1", "source": "ATC", "duration": 60, "phone": "+79990001122"}


async def told(made: Stand, way: str) -> list[str]:
    """Let the news come by one way and return what differs then."""
    await made.emulator.flush_hooks()
    if way == "hook":
        for _ in range(8):
            await made.drain()
            await fetch_by_id.fetch_due(await account_run.begin(made.context, ACCOUNT))
            made.clock.offset += timedelta(seconds=4)
    elif way == "late":
        for _ in range(4):
            await polling.events(made.context, ACCOUNT)
            await polling.cards(made.context, ACCOUNT)
            made.clock.offset += timedelta(seconds=61)
        await made.settle(rounds=5)
    else:
        await made.settle(rounds=5)
    found = await compare(made)
    return [line for line in found if way != "hook" or not line.startswith("event ")]


def throw_away(kind: str) -> Callable[[Stand, Team], None]:
    def act(made: Stand, team: Team) -> None:
        number = getattr(team, kind)[0]
        assert made.crm.cards.delete(ANNA, made.now(), kind, number)

    return act


def there_and_back(kind: str) -> Callable[[Stand, Team], None]:
    def act(made: Stand, team: Team) -> None:
        number = getattr(team, kind)[0]
        assert made.crm.cards.delete(ANNA, made.now(), kind, number)
        assert made.crm.cards.restore(ANNA, made.now(), kind, number)

    return act


def merge(kind: str) -> Callable[[Stand, Team], None]:
    def act(made: Stand, team: Team) -> None:
        into, absorbed = getattr(team, kind)[:2]
        made.crm.cards.merge(ANNA, made.now(), kind, into, absorbed)

    return act


EVENTS = {
    "a lead is thrown away": throw_away("leads"),
    "a contact is thrown away": throw_away("contacts"),
    "a company is thrown away": throw_away("companies"),
    "a task is thrown away": throw_away("tasks"),
    "a lead comes back": there_and_back("leads"),
    "a contact comes back": there_and_back("contacts"),
    "leads are merged": merge("leads"),
    "contacts are merged": merge("contacts"),
    "companies are merged": merge("companies"),
}


A_MOMENT = 2
"""Seconds. What a webhook tells of the second in which a card was read is left to the next read."""

UNTOLD = {("hook", "leads are merged")}
"""No webhook tells of a lead's contacts: those it gained are read by polling."""


@pytest.mark.parametrize("way", WAYS)
async def test_cards(db: Database, way: str) -> None:
    clock = MovableClock()
    async with stand(db, Crm.create(None, SPEC, clock), history_days=1) as made:
        await made.connect()
        await made.load()
        teams = {act: Team(made, 4) for name, act in EVENTS.items() if (way, name) not in UNTOLD}
        for fresh in teams.values():
            fresh.begin(leads=3)
            for kind, number in (("contacts", fresh.contacts[1]), ("leads", fresh.leads[1])):
                made.crm.notes.add(ANNA, made.now(), kind, number, "call_in", dict(CALL))
                made.crm.tasks.add(
                    ANNA, made.now(), "Замер", made.now(), entity_type=kind, entity_id=number
                )
        assert await told(made, "both") == []
        await faults(made, drop=1.0 if way == "poll" else 0.0)
        clock.advance(A_MOMENT)
        for act, fresh in teams.items():
            act(made, fresh)
        assert await told(made, way) == []
        if way == "hook":
            assert await told(made, "both") == []


async def test_people_and_groups(db: Database) -> None:
    """Renamed, moved, switched off, gone: there are no webhooks for people, so by polling alone."""
    async with stand(db, history_days=1) as made:
        await made.connect()
        await made.load()
        made.crm.people.groups[1]["name"] = "Отдел ключевых клиентов"
        made.crm.people.users[ANNA]["name"] = "Анна Замужняя"
        made.crm.people.users[ANNA]["group"] = 0
        made.crm.people.users[BORIS]["is_active"] = False
        made.crm.people.users[VERA]["is_admin"] = True
        await _ten_minutes(made)
        assert await told(made, "both") == []
        async with db.tenant(ACCOUNT) as tx:
            assert {group.name for group in await queries_people.groups(tx)} == {
                "Отдел продаж", "Отдел ключевых клиентов",
            }  # fmt: skip
        gone = made.crm.people.users.pop(VERA)
        made.crm.people.groups.pop()
        await _ten_minutes(made)
        async with db.tenant(ACCOUNT) as tx:
            people = {int(user.id): user for user in await queries_people.users(tx)}
            assert [group.name for group in await queries_people.groups(tx)] == ["Отдел продаж"]
        assert people[VERA].name == gone["name"]
        assert not people[VERA].is_active
        assert not people[BORIS].is_active
        made.crm.people.users[VERA] = gone
        made.crm.people.users[BORIS]["is_active"] = True
        await _ten_minutes(made)
        async with db.tenant(ACCOUNT) as tx:
            assert all(user.is_active for user in await queries_people.users(tx))


async def test_a_stage_is_renamed_and_a_pipeline_archived(db: Database) -> None:
    async with stand(db, history_days=1) as made:
        await made.connect()
        await made.load()
        made.crm.pipelines.all[0]["statuses"][0]["name"] = "Первый звонок"
        await _ten_minutes(made)
        assert await told(made, "both") == []


async def _ten_minutes(made: Stand) -> None:
    made.clock.offset += timedelta(minutes=11)
    await polling.cards(made.context, ACCOUNT)
