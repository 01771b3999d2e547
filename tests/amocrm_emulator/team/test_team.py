import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from amocrm_emulator.account.clock import MachineClock, ManualClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.team.history import plan_of, write_history
from amocrm_emulator.team.people import department, members
from amocrm_emulator.team.plan.habits import TeamRole
from amocrm_emulator.team.position import Position
from amocrm_emulator.team.team import ACTS_AT_ONCE, LONGEST_GAP, ActStream, Team

TUESDAY_12_00 = datetime(2026, 11, 24, 9, tzinfo=UTC)
NOON = int(TUESDAY_12_00.timestamp())
SEED = 7
HOUR = 3600
ALL_HOOKS = (
    '["add_lead", "update_lead", "responsible_lead", "status_lead", "add_contact",'
    ' "add_task", "update_task", "note_lead", "note_contact", "add_company"]'
)


def account(path: Path | None = None, users: int = 6) -> tuple[Crm, ManualClock]:
    """Make an account with a morning of work behind it, at noon of a Tuesday."""
    clock = ManualClock(NOON)
    crm = Crm.create(path, department(users, SEED), clock)
    write_history(crm, days=0, until=TUESDAY_12_00, seed=SEED)
    return crm, clock


def listen(crm: Crm) -> None:
    with crm.work.transaction():
        crm.store.run(
            "INSERT INTO hook VALUES (1, 'http://127.0.0.1:1/', ?, 0, 0, 0, 0, 0)", ALL_HOOKS
        )


def live(team: Team, clock: ManualClock, seconds: int, step: int = 20) -> None:
    """Let time pass in steps short enough that nothing is late."""
    for _ in range(seconds // step):
        clock.advance(step)
        while team.play_due():
            pass


def events(crm: Crm, after: int = NOON) -> list[tuple[int, int, str]]:
    return crm.store.rows(
        "SELECT created_at, created_by, type FROM event WHERE created_at > ?"
        " ORDER BY created_at, id",
        after,
    )


def deliveries(crm: Crm) -> int:
    found = crm.store.row("SELECT count(*) FROM delivery")
    assert found is not None
    return int(found[0])


def test_people_act_at_their_moment_and_hooks_are_told() -> None:
    crm, clock = account()
    listen(crm)
    team = Team(crm, seed=SEED)
    live(team, clock, HOUR)
    planned = [
        act for act in plan_of(crm, SEED).day(date(2026, 11, 24)) if NOON < act.at <= NOON + HOUR
    ]
    statistics = team.statistics()
    assert (statistics.acts, statistics.skipped, statistics.missed) == (len(planned), 0, 0)
    assert statistics.events == len(events(crm))
    assert statistics.events_per_second == pytest.approx(statistics.events / HOUR)
    assert {at % 20 for at, _by, _kind in events(crm)} == {NOON % 20}, "stamps are the real now"
    assert deliveries(crm) > 10


def test_nothing_happens_before_its_time() -> None:
    crm, clock = account()
    team = Team(crm, seed=SEED)
    due = team._stream.next.at
    clock.advance(due - NOON - 1)
    assert team.play_due() == 0
    clock.advance(1)
    assert team.play_due() >= 1


def test_a_stop_is_made_up_for_with_backdated_acts() -> None:
    """Two accounts, one that lived on and one that slept, end with the same deeds."""
    awake, awake_clock = account()
    live(Team(awake, seed=SEED), awake_clock, 3 * HOUR, step=1)
    asleep, clock = account()
    listen(asleep)
    clock.advance(3 * HOUR)
    team = Team(asleep, seed=SEED)
    team.catch_up()
    while team.play_due():
        pass
    assert team.statistics().missed > 50
    assert [row[:2] for row in events(asleep)][:-5] == [row[:2] for row in events(awake)][:-5]
    assert deliveries(asleep) <= 5, "only what was due within the last minute is told"


def test_a_restart_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "account.sqlite"
    crm, clock = account(path)
    live(Team(crm, seed=SEED), clock, HOUR)
    done = len(events(crm))
    position = Position.load(crm.store)
    crm.close()
    crm = Crm.open(path, clock)
    team = Team(crm, seed=SEED)
    team.catch_up()
    assert team.play_due() == 0, "nothing is done twice"
    assert (len(events(crm)), Position.load(crm.store)) == (done, position)
    clock.advance(600)
    team.catch_up()
    assert len(events(crm)) > done
    crm.close()


def test_a_long_sleep_is_bounded() -> None:
    crm, clock = account(users=2)
    clock.advance(40 * 24 * HOUR)
    team = Team(crm, seed=SEED)
    team.catch_up()
    first = events(crm)[0][0]
    assert first > NOON + 40 * 24 * HOUR - LONGEST_GAP
    assert first < NOON + 40 * 24 * HOUR - LONGEST_GAP + HOUR


def test_without_a_past_life_begins_now() -> None:
    clock = ManualClock(NOON)
    crm = Crm.create(None, department(4, SEED), clock)
    team = Team(crm, seed=SEED)
    live(team, clock, 2 * HOUR)
    assert all(at > NOON for at, _by, _kind in events(crm, after=0))
    assert team.statistics().acts > 0


def test_speed_plays_so_many_times_more() -> None:
    slow, slow_clock = account()
    live(Team(slow, seed=SEED, speed=1), slow_clock, HOUR)
    fast, fast_clock = account()
    live(Team(fast, seed=SEED, speed=60), fast_clock, 60)
    # An hour of the plan within a minute: the same acts, all stamped within that minute.
    assert len(events(fast)) == pytest.approx(len(events(slow)), rel=0.1)
    assert all(NOON < at <= NOON + 60 for at, _by, _kind in events(fast))


def test_a_sped_up_plan_goes_from_day_to_day() -> None:
    crm, clock = account(users=3)
    team = Team(crm, seed=SEED, speed=1440)
    live(team, clock, 3 * 60, step=1)
    position = Position.load(crm.store)
    assert position is not None
    assert NOON + 71 * HOUR < position.plan <= NOON + 72 * HOUR
    assert NOON + 170 <= position.real <= NOON + 180
    assert team.statistics().missed == 0


def test_a_sped_up_team_goes_on_after_a_restart() -> None:
    crm, clock = account(users=3)
    live(Team(crm, seed=SEED, speed=60), clock, 60)
    before = Position.load(crm.store)
    clock.advance(300)
    team = Team(crm, seed=SEED, speed=60)
    team.catch_up()
    after = Position.load(crm.store)
    assert before is not None
    assert after is not None
    assert after.plan - before.plan == pytest.approx(240 * 60, abs=45 * 60)
    assert all(NOON < at <= NOON + 360 for at, _by, _kind in events(crm))


def test_back_to_usual_speed_the_plan_is_of_today_again() -> None:
    crm, clock = account(users=3)
    live(Team(crm, seed=SEED, speed=600), clock, 60)
    team = Team(crm, seed=SEED)
    assert team.pace.plan_at(clock.exact()) == clock.exact()


def test_talks_are_as_short_as_the_time_is_fast() -> None:
    crm, clock = account()
    live(Team(crm, seed=SEED, speed=60), clock, 120)
    talks = [
        note["params"]["duration"]
        for note in crm.store.docs(
            "SELECT doc FROM entity WHERE kind = 'notes' AND subtype LIKE 'call%'"
            " AND created_at > ?",
            [NOON],
        )
    ]
    assert any(talks)
    assert max(talks) <= 60


def test_a_lead_given_to_a_person_is_worked_on_within_minutes() -> None:
    crm, clock = account(users=5)
    team = Team(crm, seed=SEED)
    live(team, clock, 600)
    plan = plan_of(crm, SEED)
    person = next(m.user for m in members(crm.people.users) if m.role is TeamRole.SELLER)
    lead = crm.leads.add(0, clock.now(), "Окна", responsible_user_id=crm.people.owner())
    clock.advance(3)
    crm.leads.change(crm.people.owner(), clock.now(), lead, responsible_user_id=person)
    given = clock.now()
    live(team, clock, HOUR)
    spans = plan.spans(next(m for m in plan.members if m.user == person), date(2026, 11, 24))
    assert any(span.start <= given + 1800 < span.end for span in spans), "the person is there"
    touched = crm.store.rows(
        "SELECT created_at FROM event WHERE created_by = ? AND entity_type = 'lead'"
        " AND entity_id = ? AND created_at >= ?",
        person,
        lead,
        given,
    )
    assert touched


def test_a_lead_put_into_the_bin_is_left_alone() -> None:
    crm, clock = account(users=2)
    team = Team(crm, seed=SEED)
    for (number,) in crm.store.rows("SELECT id FROM entity WHERE kind = 'leads'"):
        crm.cards.delete(crm.people.owner(), clock.now(), "leads", number)
    binned = clock.now()
    live(team, clock, HOUR)
    gone = {
        row[0]
        for row in crm.store.rows("SELECT id FROM entity WHERE kind = 'leads' AND deleted = 1")
    }
    assert gone
    after = crm.store.rows(
        "SELECT entity_id FROM event WHERE entity_type = 'lead' AND created_at > ?", binned
    )
    assert not gone & {row[0] for row in after}
    assert team.statistics().events > 0


def test_acts_of_one_second_stay_together() -> None:
    crm, _clock = account(users=6)
    score = ActStream(plan_of(crm, SEED), NOON)
    taken: list[int] = []
    while len(taken) < 3 * ACTS_AT_ONCE:
        part = [act.at for act in score.take(NOON + 100 * HOUR, 3)]
        assert not taken or part[0] > taken[-1]
        taken += part


def test_speed_must_be_positive() -> None:
    crm, _clock = account(users=2)
    with pytest.raises(ValueError, match="speed"):
        Team(crm, seed=SEED, speed=0)


@pytest.mark.anyio
async def test_a_running_team_stops_at_once() -> None:
    clock = MachineClock()
    crm = Crm.create(None, department(12, SEED), clock)
    now = datetime.fromtimestamp(clock.now(), UTC) - timedelta(seconds=1)
    write_history(crm, days=0, until=now, seed=SEED)
    # So fast that even the quietest hour of a night brings something within seconds.
    team = Team(crm, seed=SEED, speed=2000)
    stop = asyncio.Event()
    running = asyncio.create_task(team(stop))
    async with asyncio.timeout(20):
        while team.statistics().events < 20:
            await asyncio.sleep(0.01)
        stop.set()
        await running
    crm.close()
