"""Leads of the past half year."""

from datetime import UTC, datetime, timedelta

import pytest

from amocrm_emulator.account.clock import ManualClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import LOST, WON
from amocrm_emulator.team.people import department
from amocrm_emulator.team.stock import ENDS_BEFORE, REACHES_BACK, write_stock
from tests.amocrm_emulator.place import NOON

NOW = datetime.fromtimestamp(NOON, UTC)


def stocked(count: int, seed: int = 7) -> Crm:
    crm = Crm.create(None, department(6, seed), ManualClock(NOON))
    write_stock(crm, count, until=NOW, seed=seed)
    return crm


def test_a_stock_has_everything_and_lies_in_the_past() -> None:
    crm = stocked(300)
    counts = dict(crm.store.rows("SELECT kind, count(*) FROM entity GROUP BY kind"))
    assert (counts["leads"], counts["contacts"]) == (300, 300)
    assert 50 < counts["companies"] < 150
    assert 120 < counts["tasks"] < 240
    first, last, latest = crm.store.rows(
        "SELECT min(created_at), max(created_at), max(updated_at) FROM entity WHERE kind = 'leads'"
    )[0]
    assert first == int((NOW - REACHES_BACK).timestamp())
    end = int((NOW - ENDS_BEFORE).timestamp())
    assert last > end - timedelta(days=2).total_seconds()
    assert latest < end + 2 * 3600
    closed = crm.store.rows(
        "SELECT count(*) FROM entity WHERE kind = 'leads' AND status IN (?, ?)", WON, LOST
    )[0][0]
    assert 60 < closed < 240
    assert crm.store.rows("SELECT count(*) FROM delivery") == [(0,)]
    linked = crm.store.rows(
        "SELECT count(DISTINCT from_id) FROM link"
        " WHERE from_kind = 'leads' AND to_kind = 'contacts' AND is_main = 1"
    )
    assert linked == [(300,)]
    crm.close()


@pytest.mark.parametrize("count", [0, 1, 501])
def test_any_number(count: int) -> None:
    crm = stocked(count)
    assert crm.store.rows("SELECT count(*) FROM entity WHERE kind = 'leads'") == [(count,)]
    crm.close()


def test_the_same_seed_makes_the_same() -> None:
    def rows(seed: int) -> list[tuple[object, ...]]:
        crm = stocked(20, seed)
        found = crm.store.rows("SELECT kind, id, doc FROM entity ORDER BY kind, id")
        crm.close()
        return found

    assert rows(7) == rows(7)
    assert rows(7) != rows(8)
