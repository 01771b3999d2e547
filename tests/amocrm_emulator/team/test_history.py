from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import LOST, WON
from amocrm_emulator.team.history import Written, write_history
from amocrm_emulator.team.people import SUPPORT_PIPELINE, department, members
from amocrm_emulator.team.plan.habits import TeamRole
from amocrm_emulator.team.position import Position

TUESDAY_15_00 = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYS = 5
USERS = 12
CPU_LIMIT_SECONDS = 6.0
WORTH_OF_TWO_WEEKS = 24 * 14


@pytest.fixture(scope="module")
def told() -> tuple[Crm, Written]:
    crm = Crm.create(None, department(USERS, 7))
    with crm.work.transaction():
        crm.store.run(
            "INSERT INTO hook VALUES (1, 'http://127.0.0.1:1/', '[\"add_lead\", \"update_lead\"]',"
            " 0, 0, 0, 0, 0)"
        )
    return crm, write_history(crm, days=DAYS, until=TUESDAY_15_00, seed=7)


def test_volume(told: tuple[Crm, Written]) -> None:
    crm, written = told
    assert written.skipped == 0
    assert 800 * DAYS <= written.events <= 2600 * DAYS
    kinds = Counter(dict(crm.store.rows("SELECT type, count(*) FROM event GROUP BY type")))
    for kind in (
        "lead_added",
        "contact_added",
        "entity_responsible_changed",
        "lead_status_changed",
        "outgoing_call",
        "incoming_call",
        "outgoing_chat_message",
        "incoming_chat_message",
        "common_note_added",
        "task_added",
        "task_completed",
        "task_deadline_changed",
        "custom_field_value_changed",
        "sale_field_changed",
        "service_note_added",
        "entity_linked",
    ):
        assert kinds[kind] > 0, kind


def test_everybody_was_active_in_the_week(told: tuple[Crm, Written]) -> None:
    crm, _ = told
    authors = {row[0] for row in crm.store.rows("SELECT DISTINCT created_by FROM event")}
    assert authors == set(crm.people.users) | {0}


def test_nothing_is_after_the_moment(told: tuple[Crm, Written]) -> None:
    crm, _ = told
    until = int(TUESDAY_15_00.timestamp())
    last = crm.store.rows("SELECT max(created_at), min(created_at) FROM event")[0]
    assert until - 600 < last[0] <= until
    first_midnight = datetime(2026, 11, 24 - DAYS, tzinfo=crm.account.zone)
    assert last[1] == int(first_midnight.timestamp())
    assert crm.store.rows("SELECT max(updated_at) FROM entity")[0][0] <= until


def test_it_is_quiet(told: tuple[Crm, Written]) -> None:
    crm, _ = told
    assert crm.store.rows("SELECT count(*) FROM delivery") == [(0,)]


def test_each_seller_has_own_open_leads(told: tuple[Crm, Written]) -> None:
    crm, _ = told
    found = dict(
        crm.store.rows(
            "SELECT responsible, count(*) FROM entity WHERE kind = 'leads'"
            " AND status NOT IN (?, ?) GROUP BY responsible",
            WON,
            LOST,
        )
    )
    sellers = [m.user for m in members(crm.people.users) if m.role is TeamRole.SELLER]
    assert all(found.get(user, 0) >= 3 for user in sellers)
    assert found.get(crm.people.owner(), 0) == 0


def test_deals_end_and_go_to_support(told: tuple[Crm, Written]) -> None:
    crm, _ = told
    places = Counter(crm.store.rows("SELECT pipeline, status FROM entity WHERE kind = 'leads'"))
    assert any(status == WON for _pipeline, status in places)
    assert any(status == LOST for _pipeline, status in places)
    assert any(pipeline == SUPPORT_PIPELINE for pipeline, _status in places)


def test_some_customers_came_again(told: tuple[Crm, Written]) -> None:
    crm, _ = told
    leads_of = Counter(
        row[0]
        for row in crm.store.rows(
            "SELECT to_id FROM link WHERE from_kind = 'leads' AND to_kind = 'contacts'"
        )
    )
    assert max(leads_of.values()) > 1
    assert min(leads_of.values()) == 1


def test_calls_tell_who_how_long_and_to_whom(told: tuple[Crm, Written]) -> None:
    crm, _ = told
    notes = crm.store.docs(
        "SELECT doc FROM entity WHERE kind = 'notes' AND subtype IN ('call_in', 'call_out')", []
    )
    assert len({note["params"]["uniq"] for note in notes}) == len(notes)
    for note in notes:
        params = note["params"]
        assert params["call_responsible"] == note["created_by"] == note["responsible_user_id"]
        assert params["phone"].startswith("+79")
        assert (params["call_status"] == 4) == (params["duration"] > 0) == bool(params["link"])


def test_the_same_seed_writes_the_same_past(told: tuple[Crm, Written]) -> None:
    crm, _ = told
    again = Crm.create(None, department(USERS, 7))
    write_history(again, days=DAYS, until=TUESDAY_15_00, seed=7)
    rows = "SELECT doc FROM event ORDER BY id"
    assert again.store.rows(rows) == crm.store.rows(rows)


def test_the_team_goes_on_from_its_end(told: tuple[Crm, Written]) -> None:
    crm, _ = told
    until = int(TUESDAY_15_00.timestamp())
    assert Position.load(crm.store) == Position(plan=until, real=until)


def test_a_department_of_two_without_past_days() -> None:
    crm = Crm.create(None, department(2, 3))
    written = write_history(crm, days=0, until=TUESDAY_15_00 + timedelta(hours=1), seed=3)
    assert written.events > 100


@pytest.mark.slow
def test_two_weeks_of_a_department_take_seconds() -> None:
    crm = Crm.create(None, department(24, 7))
    written = write_history(crm, days=14, until=TUESDAY_15_00, seed=7)
    assert written.acts > 100 * WORTH_OF_TWO_WEEKS
    assert written.cpu_seconds < 2 * CPU_LIMIT_SECONDS, "twice the aim, for a busy machine"
