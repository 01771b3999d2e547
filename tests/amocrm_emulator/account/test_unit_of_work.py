"""A transaction is all or nothing: in the file, in memory, and in what webhooks tell."""

from collections.abc import Callable, Iterator
from copy import deepcopy

import pytest

from amocrm_emulator.account.clock import ManualClock
from amocrm_emulator.account.crm import Crm
from tests.amocrm_emulator.place import ANNA, BOSS, NOON, SALES, SPEC, TALKS

Verb = Callable[[Crm], object]


class Stumbled(Exception):  # noqa: N818 -- what goes wrong in the middle
    """Something that has nothing to do with the account."""


@pytest.fixture
def crm() -> Iterator[Crm]:
    made = Crm.create(None, SPEC, ManualClock(NOON))
    yield made
    made.close()


def subscribe(crm: Crm) -> None:
    crm.store.run(
        "INSERT INTO hook (destination, settings, created_at, updated_at, created_by, sort)"
        " VALUES ('https://our.example/hook', '[\"add_lead\"]', 0, 0, ?, 1)",
        BOSS,
    )


def count(crm: Crm, table: str) -> int:
    return int(crm.store.rows(f"SELECT count(*) FROM {table}")[0][0])


def seen(crm: Crm) -> list[object]:
    """Return what the parts of the account remember."""
    return deepcopy(
        [
            crm.people.users,
            crm.pipelines.all,
            crm.fields.of("leads"),
            crm.tags.of("leads"),
            crm.roles.all(),
            crm.account.subdomain,
            crm.oauth.host,
        ]
    )


def stumble(crm: Crm, verb: Verb) -> None:
    """Do something, see it done, and fail before the commit."""
    with crm.work.transaction():
        before = seen(crm), count(crm, "entity")
        verb(crm)
        assert (seen(crm), count(crm, "entity")) != before
        raise Stumbled


@pytest.mark.parametrize(
    "verb",
    [
        pytest.param(lambda crm: crm.people.change(ANNA, name="Другая"), id="a person"),
        pytest.param(lambda crm: crm.pipelines.archive(SALES, is_archive=True), id="a pipeline"),
        pytest.param(
            lambda crm: crm.leads.remove_stage(BOSS, NOON, crm.pipelines.find(SALES), TALKS),
            id="a stage",
        ),
        pytest.param(lambda crm: crm.fields.ensure("leads", 7999, "Новое"), id="a field"),
        pytest.param(lambda crm: crm.tags.add("leads", "срочно"), id="a tag"),
        pytest.param(lambda crm: crm.roles.add("Стажёр", {}), id="a role"),
        pytest.param(lambda crm: crm.oauth.move("novaya", "localhost:1"), id="the address"),
    ],
)
def test_what_failed_is_forgotten(crm: Crm, verb: Verb) -> None:
    before = seen(crm)
    with pytest.raises(Stumbled):
        stumble(crm, verb)
    assert seen(crm) == before


def test_nobody_is_told_of_what_failed(crm: Crm) -> None:
    subscribe(crm)
    with pytest.raises(Stumbled):
        stumble(crm, lambda crm: crm.leads.add(ANNA, NOON, "Окна"))
    crm.tags.add("leads", "срочно")
    assert [count(crm, table) for table in ("entity", "event", "delivery")] == [0, 0, 0]


def test_what_leaves_waits_for_the_outermost_commit(crm: Crm) -> None:
    subscribe(crm)
    with crm.work.transaction():
        crm.leads.add(ANNA, NOON, "Окна")
        crm.leads.add(ANNA, NOON, "Двери")
        assert count(crm, "delivery") == 0
    assert count(crm, "delivery") == 1  # both in one body


def test_a_failure_inside_is_forgotten_with_the_whole(crm: Crm) -> None:
    """The parts stay the same objects: who holds one sees the truth afterwards."""
    talks, contact = crm.talks, crm.cards.add_contact(BOSS, NOON, "Иван")
    with pytest.raises(Stumbled):
        stumble(crm, lambda _: talks.write(BOSS, NOON, contact, "Добрый день", is_incoming=True))
    talks.write(BOSS, NOON, contact, "Вы тут?", is_incoming=True)
    assert crm.talks is talks
    opened = crm.store.rows("SELECT entity_id FROM event WHERE type = 'talk_created'")
    assert opened == [(contact,)]
