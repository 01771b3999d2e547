"""The hours on the wall are those that the plan is played by."""

from datetime import date, timedelta

import pytest

from amocrm_emulator.account.clock import ManualClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.team.history import plan_of
from amocrm_emulator.team.people import department
from amocrm_emulator.team.rota import rota

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(("users", "seed"), [(4, 1), (24, 7), (50, 3)])
def test_everybody_works_on_the_days_and_in_the_hours_of_the_rota(users: int, seed: int) -> None:
    spec = department(users, seed)
    weeks = rota(spec, seed)
    crm = Crm.create(None, spec, ManualClock(0))
    plan = plan_of(crm, seed)
    assert weeks.keys() == {member.user for member in plan.members}
    for member in plan.members:
        own = plan.habits(member)
        for day in (TUESDAY + timedelta(days=number) for number in range(14)):
            hours = weeks[member.user][day.weekday()]
            assert (hours is not None) == plan.works(member, day)
            if hours is not None:
                assert hours == (own.shift_start // 60, own.shift_end // 60)
    crm.close()


def test_a_usual_department_has_days_off_in_turn_and_a_night() -> None:
    weeks = rota(department(24, 7), 7)
    assert {sum(hours is None for hours in week) for week in weeks.values()} == {2}
    assert all(any(week[day] for week in weeks.values()) for day in range(7))
    assert any((21 * 60, 30 * 60) in week for week in weeks.values())
