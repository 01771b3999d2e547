from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.team.people import department, members, pick_time_zone
from amocrm_emulator.team.plan.habits import TeamRole

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 500), st.integers(0, 1000))
def test_every_size_is_a_department(users: int, seed: int) -> None:
    spec = department(users, seed, "Asia/Omsk")
    assert len(spec.users) == users
    assert len({user.id for user in spec.users}) == users
    assert len({user.email for user in spec.users}) == users
    assert len({user.name for user in spec.users}) == users
    assert all(user.email.endswith("@example.com") for user in spec.users)
    assert [user.is_admin for user in spec.users] == [True] + [False] * (users - 1)
    assert {user.group for user in spec.users} <= {group.id for group in spec.groups}
    assert spec.tokens[0][1] == spec.users[0].id
    assert spec.time_zone == "Asia/Omsk"


def test_the_same_seed_makes_the_same_people() -> None:
    assert department(24, 7) == department(24, 7)
    assert department(24, 7) != department(24, 8)


@pytest.mark.parametrize("users", [1, 501])
def test_sizes_out_of_bounds(users: int) -> None:
    with pytest.raises(ValueError, match="2 to 500"):
        department(users, 7)


def test_a_usual_department() -> None:
    spec = department(24, 7)
    assert [group.name for group in spec.groups] == [
        "Отдел продаж",
        "Второй отдел",
        "Отдел сопровождения",
        "Ночная смена",
        "Администрация",
    ]
    assert spec.users[0].name.startswith("Администратор ")
    assert [user.email.startswith("night.") for user in spec.users].count(True) == 1
    assert any(user.name.split()[1].endswith("а") for user in spec.users[1:])
    assert any(user.name.split()[1].endswith("в") for user in spec.users[1:])
    assert [pipeline.name for pipeline in spec.pipelines] == ["Продажи", "Сопровождение"]


def test_roles_are_told_by_the_account() -> None:
    crm = Crm.create(None, department(24, 7))
    roles = Counter(member.role for member in members(crm.people.users))
    assert roles == {
        TeamRole.ADMINISTRATOR: 1,
        TeamRole.SELLER: 18,
        TeamRole.SUPPORT: 4,
        TeamRole.NIGHT: 1,
    }
    assert members(crm.people.users)[0].user == crm.people.owner()


def test_roles_without_an_administrator() -> None:
    users = {n: {"id": n, "group": 0, "is_admin": False, "is_active": True} for n in (1, 2)}
    assert [m.role for m in members(users)] == [TeamRole.ADMINISTRATOR, TeamRole.SELLER]


@pytest.mark.parametrize("minute", range(0, 24 * 60, 10))
def test_a_demo_shows_a_living_floor_at_any_hour(minute: int) -> None:
    now = MIDNIGHT + timedelta(minutes=minute)
    for season in (now, now + timedelta(days=210)):
        zone = pick_time_zone(season)
        local = season.astimezone(ZoneInfo(zone)).time()
        assert time(9, 30) <= local < time(17, 0)
        assert zone == "Europe/Moscow" or time(10, 0) <= local < time(15, 30)


def test_moscow_is_preferred() -> None:
    assert pick_time_zone(MIDNIGHT + timedelta(hours=8)) == "Europe/Moscow"
    assert pick_time_zone(MIDNIGHT + timedelta(hours=4)) == "Asia/Irkutsk"
