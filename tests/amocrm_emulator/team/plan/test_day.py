"""What every plan promises, whatever the seed, the size of the department and the date."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amocrm_emulator.team.people import department, members
from amocrm_emulator.team.plan.act import ROBOT, Act, Verb
from amocrm_emulator.team.plan.day import Plan
from amocrm_emulator.team.plan.habits import TeamMember, TeamRole
from amocrm_emulator.team.plan.workday import instant, widest_window

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = date(2026, 11, 24)
ONE_DAY = timedelta(days=1)
CALLS = {Verb.CALL_IN, Verb.CALL_OUT}

sizes = st.integers(2, 40)
seeds = st.integers(0, 10_000)
dates = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def plan_for(users: int, seed: int, zone: ZoneInfo = MOSCOW) -> Plan:
    people = department(users, seed).users
    docs = {
        u.id: {"id": u.id, "group": u.group, "is_admin": u.is_admin, "is_active": True}
        for u in people
    }
    return Plan(seed, members(docs), zone)


def own_acts(acts: tuple[Act, ...]) -> dict[int, list[Act]]:
    found: dict[int, list[Act]] = defaultdict(list)
    for act in acts:
        if not act.is_integration:
            found[act.person].append(act)
    return found


@settings(max_examples=20, deadline=None)
@given(sizes, seeds, dates)
def test_the_same_seed_makes_the_same_day(users: int, seed: int, day: date) -> None:
    assert plan_for(users, seed).day(day) == plan_for(users, seed).day(day)


def test_another_seed_person_or_date_makes_another_day() -> None:
    plan = plan_for(5, 7)
    assert plan.day(TUESDAY) != plan_for(5, 8).day(TUESDAY)
    first, second = plan.members[1], plan.members[2]
    assert [a.roll for a in plan.shift(first, TUESDAY)] != [
        a.roll for a in plan.shift(second, TUESDAY)
    ]
    assert [a.roll for a in plan.shift(first, TUESDAY)] != [
        a.roll for a in plan.shift(first, TUESDAY + ONE_DAY)
    ]


@settings(max_examples=20, deadline=None)
@given(sizes, seeds, dates)
def test_a_day_is_sorted_and_within_its_midnights(users: int, seed: int, day: date) -> None:
    acts = plan_for(users, seed, BERLIN).day(day)
    assert [act.at for act in acts] == sorted(act.at for act in acts)
    assert instant(day, 0, BERLIN) <= acts[0].at
    assert acts[-1].at < instant(day + ONE_DAY, 0, BERLIN)


@settings(max_examples=20, deadline=None)
@given(sizes, seeds, dates)
def test_everybody_acts_on_a_working_day_and_only_at_work(users: int, seed: int, day: date) -> None:
    plan = plan_for(users, seed)
    for member in plan.members:
        acts = plan.shift(member, day)
        assert bool(acts) == plan.works(member, day)
        window = widest_window(plan.habits(member), day, plan.zone)
        assert all(window.start <= act.at < window.end for act in acts)
        spans = plan.spans(member, day)
        assert all(any(s.start <= act.at < s.end for s in spans) for act in acts)


@settings(max_examples=20, deadline=None)
@given(sizes, seeds, dates)
def test_calls_of_one_person_never_overlap(users: int, seed: int, day: date) -> None:
    for acts in own_acts(plan_for(users, seed).day(day)).values():
        calls = [act for act in acts if act.verb in CALLS]
        assert all(one.at <= two.at - two.seconds for one, two in pairwise(calls))


def test_a_night_shift_crosses_midnight_once() -> None:
    plan = plan_for(8, 7)
    night = next(m for m in plan.members if m.role is TeamRole.NIGHT)
    day = next(
        d
        for n in range(7)
        if plan.works(night, d := TUESDAY + n * ONE_DAY) and plan.works(night, d + ONE_DAY)
    )
    whole = plan.shift(night, day)
    tonight = [a for a in own_acts(plan.day(day))[night.user] if a in whole]
    tomorrow = [a for a in own_acts(plan.day(day + ONE_DAY))[night.user] if a in whole]
    assert tonight
    assert tomorrow
    assert tonight + tomorrow == whole


@pytest.mark.parametrize("users", [6, 24, 60])
def test_the_department_works_every_day_with_days_off_in_turn(users: int) -> None:
    plan = plan_for(users, 7)
    for back in range(14):
        here = [m for m in plan.members if plan.works(m, TUESDAY - back * ONE_DAY)]
        assert users * 0.5 <= len(here) < users
    for member in plan.members:
        week = [plan.works(member, TUESDAY + n * ONE_DAY) for n in range(7)]
        assert week.count(False) == 2


def test_a_small_department_has_no_days_off() -> None:
    plan = plan_for(2, 7)
    assert all(plan.works(m, TUESDAY + n * ONE_DAY) for m in plan.members for n in range(7))


def test_volume_of_a_week() -> None:
    """Figures of the promise: acts and calls of a working person, leads of a date."""
    plan = plan_for(24, 7)
    acts_a_day: list[int] = []
    calls_a_day: list[int] = []
    leads_a_day: list[int] = []
    for n in range(7):
        day = plan.day(TUESDAY + n * ONE_DAY)
        leads_a_day.append(sum(a.verb in {Verb.LEAD_NEW, Verb.LEAD_AGAIN} for a in day))
        own = own_acts(day)
        for member in plan.sellers():
            if plan.works(member, TUESDAY + n * ONE_DAY):
                acts_a_day.append(len(own[member.user]))
                calls_a_day.append(sum(a.verb in CALLS for a in own[member.user]))
    assert 110 <= sum(acts_a_day) / len(acts_a_day) <= 165
    assert 18 <= sum(calls_a_day) / len(calls_a_day) <= 32
    assert min(acts_a_day) > 50
    assert all(80 <= leads <= 200 for leads in leads_a_day)


def test_talks_have_a_long_tail_and_some_calls_are_missed() -> None:
    plan = plan_for(24, 7)
    calls = [a for n in range(3) for a in plan.day(TUESDAY + n * ONE_DAY) if a.verb in CALLS]
    talks = sorted(a.seconds for a in calls if a.seconds)
    assert 0.1 < 1 - len(talks) / len(calls) < 0.35
    assert 60 <= talks[len(talks) // 2] <= 150
    assert talks[-1] > 900
    assert {a.verb for a in calls} == CALLS


def test_leads_are_brought_by_the_integration_and_some_by_old_customers() -> None:
    plan = plan_for(24, 7)
    verbs = Counter(
        (act.verb, act.person)
        for n in range(5)
        for act in plan.day(TUESDAY + n * ONE_DAY)
        if act.verb in {Verb.LEAD_NEW, Verb.LEAD_AGAIN}
    )
    assert {person for _verb, person in verbs} == {ROBOT, plan.administrator}
    assert sum(n for (verb, _), n in verbs.items() if verb is Verb.LEAD_AGAIN) > 20


def test_the_integration_acts_at_night() -> None:
    plan = plan_for(24, 7)
    night = [
        act
        for act in plan.day(TUESDAY)
        if act.at < instant(TUESDAY, 5 * 3600, MOSCOW) and act.person == plan.administrator
    ]
    assert len(night) > 5
    assert all(act.is_integration for act in night)


def test_habits_differ_between_people() -> None:
    plan = plan_for(24, 7)
    sellers: list[TeamMember] = plan.sellers()
    assert len({plan.habits(member).pause_mean for member in sellers}) == len(sellers)
    assert len({plan.spans(member, TUESDAY)[0].start for member in sellers}) > 10
