"""The people of an emulated department, the same for the same seed, and where they live.

The administrator comes first: the token acts on their behalf, and fresh leads are theirs.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from amocrm_emulator.account.spec import (
    AccountSpec,
    FieldSpec,
    GroupSpec,
    PipelineSpec,
    RoleSpec,
    StatusSpec,
    UserSpec,
)
from amocrm_emulator.team.names import any_name, latin
from amocrm_emulator.team.phrases import CAMPAIGN_FIELD, CITY_FIELD, COLOUR_FIELD, COLOURS
from amocrm_emulator.team.plan.dice import Dice
from amocrm_emulator.team.plan.habits import TeamMember, TeamRole

ACCOUNT_ID = 31_000_001
FIRST_USER = 9_000_001
FEWEST, MOST = 2, 500
SALES_PIPELINE, SUPPORT_PIPELINE = 700, 701

SALES_GROUP, SECOND_GROUP, SUPPORT_GROUP, NIGHT_GROUP, OFFICE_GROUP = 0, 501, 502, 503, 504
_FIRST_CITY_GROUP = 510
_GROUP_SIZE = 20
_CITIES = (
    "Казань",
    "Самара",
    "Пермь",
    "Уфа",
    "Тюмень",
    "Омск",
    "Томск",
    "Тула",
    "Рязань",
    "Калуга",
    "Орёл",
    "Курск",
    "Пенза",
    "Саратов",
    "Ижевск",
    "Киров",
    "Вологда",
    "Псков",
    "Сочи",
    "Анапа",
    "Ейск",
    "Чита",
)
_ROLES = {SUPPORT_GROUP: TeamRole.SUPPORT, NIGHT_GROUP: TeamRole.NIGHT}
_SMALLEST_WITH_NIGHT, _SMALLEST_WITH_SUPPORT, _SMALLEST_WITH_SECOND = 4, 8, 12
_PEOPLE_A_SUPPORTER = 6

STAGES = (
    ("Первичный контакт", "#98cbff"),
    ("Выявление потребности", "#c1e0ff"),
    ("Коммерческое предложение", "#ffeab2"),
    ("Согласование договора", "#ffdc7f"),
    ("Ждём оплату", "#deff81"),
)
SUPPORT_STAGES = (
    ("Передано в работу", "#d6eaff"),
    ("Замер и доставка", "#f3beff"),
    ("Монтаж", "#ccc8f9"),
    ("Ждём отзыв", "#87f2c0"),
)
TASK_TYPES = ((1, "Связаться"), (2, "Встреча"), (2_600_001, "Отправить КП"), (2_600_002, "Замер"))
LOSS_REASONS = (
    (81, "Дорого"),
    (82, "Выбрали другую компанию"),
    (83, "Пропала потребность"),
    (84, "Не отвечает"),
    (85, "Не наша услуга"),
)
SELLER_ROLE, SUPPORT_ROLE = 301, 302
ROLES = (
    RoleSpec(SELLER_ROLE, "Менеджер", (("leads", "delete", "D"), ("contacts", "delete", "D"))),
    RoleSpec(SUPPORT_ROLE, "Сопровождение", (("leads", "add", "D"), ("leads", "delete", "D"))),
)
FIELDS = (
    FieldSpec("leads", CITY_FIELD[0], CITY_FIELD[1]),
    FieldSpec("leads", COLOUR_FIELD[0], COLOUR_FIELD[1], "select", enums=COLOURS),
    FieldSpec("leads", CAMPAIGN_FIELD[0], CAMPAIGN_FIELD[1]),
    FieldSpec("leads", 71_104, "Дата замера", "date"),
    FieldSpec("leads", 71_105, "Площадь, м²", "numeric"),
    FieldSpec("leads", 71_106, "Рассрочка", "checkbox"),
    FieldSpec("leads", 71_107, "Что нужно", "multiselect", enums=("Окна", "Двери", "Балкон")),
    FieldSpec("contacts", 71_201, "День рождения", "birthday"),
    FieldSpec("companies", 71_301, "Реквизиты", "legal_entity"),
)

HOME = "Europe/Moscow"
_RUSSIAN = (
    "Europe/Kaliningrad",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Novosibirsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
)
_OTHERS = (
    "Europe/London",
    "Atlantic/Azores",
    "America/Noronha",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "Pacific/Auckland",
    "Pacific/Apia",
)
_HOME_HOURS = time(9, 30), time(17, 0)
_LIVELY_HOURS = time(10, 0), time(15, 30)
_LIVELIEST_MINUTE = 12 * 60


def department(users: int, seed: int, time_zone: str = HOME) -> AccountSpec:
    """Make an account with so many people, the administrator among them."""
    if not FEWEST <= users <= MOST:
        raise ValueError(f"a department has {FEWEST} to {MOST} people, not {users}")
    people = tuple(_people(Dice(seed, "people"), users))
    used = {person.group for person in people} | {SALES_GROUP}
    return AccountSpec(
        id=ACCOUNT_ID,
        name="Окна и двери",
        subdomain="oknadveri",
        time_zone=time_zone,
        users=people,
        groups=tuple(group for group in _groups() if group.id in used),
        pipelines=(
            _pipeline(SALES_PIPELINE, "Продажи", STAGES, is_main=True),
            _pipeline(SUPPORT_PIPELINE, "Сопровождение", SUPPORT_STAGES, is_main=False),
        ),
        tokens=(("emulator-token", FIRST_USER),),
        task_types=TASK_TYPES,
        loss_reasons=LOSS_REASONS,
        roles=ROLES,
        fields=FIELDS,
    )


def members(users: Mapping[int, Mapping[str, Any]]) -> tuple[TeamMember, ...]:
    """Tell the roles of an account's people: the first administrator's, others' by group."""
    active = [user for user in users.values() if user["is_active"]]
    first = next((user["id"] for user in active if user["is_admin"]), active[0]["id"])
    return tuple(
        TeamMember(
            user["id"],
            TeamRole.ADMINISTRATOR
            if user["id"] == first
            else _ROLES.get(user["group"], TeamRole.SELLER),
            place,
        )
        for place, user in enumerate(active)
    )


def pick_time_zone(now: datetime) -> str:
    """Choose a zone where people are at work now: home when it is, else Russian, else any."""
    low, high = _HOME_HOURS
    if low <= now.astimezone(ZoneInfo(HOME)).time() < high:
        return HOME
    for zones in (_RUSSIAN, _OTHERS):
        lively = [zone for zone in zones if _is_lively(zone, now)]
        if lively:
            return min(lively, key=lambda zone: abs(_minute(zone, now) - _LIVELIEST_MINUTE))
    return HOME


def _is_lively(zone: str, now: datetime) -> bool:
    low, high = _LIVELY_HOURS
    return low <= now.astimezone(ZoneInfo(zone)).time() < high


def _minute(zone: str, now: datetime) -> int:
    local = now.astimezone(ZoneInfo(zone))
    return local.hour * 60 + local.minute


def _people(dice: Dice, count: int) -> Iterator[UserSpec]:
    names: set[str] = set()
    emails: set[str] = set()
    for place, group in enumerate(_places(count)):
        name = any_name(dice)
        while name.full in names or name.email_part in emails:
            name = any_name(dice)
        names.add(name.full)
        emails.add(name.email_part)
        full, email = name.full, name.email_part
        if group == OFFICE_GROUP:
            full, email = f"Администратор {name.last}", f"admin.{latin(name.last)}"
        elif group == NIGHT_GROUP:
            email = f"night.{email}"
        yield UserSpec(
            id=FIRST_USER + place,
            name=full,
            email=f"{email}@example.com",
            group=group,
            is_admin=group == OFFICE_GROUP,
            role={OFFICE_GROUP: None, SUPPORT_GROUP: SUPPORT_ROLE}.get(group, SELLER_ROLE),
        )


def _places(count: int) -> list[int]:
    """Tell the group of each person: administrator first, then sales, support, the night."""
    night = int(count >= _SMALLEST_WITH_NIGHT)
    support = round(count / _PEOPLE_A_SUPPORTER) if count >= _SMALLEST_WITH_SUPPORT else 0
    sellers = count - 1 - night - support
    return [
        OFFICE_GROUP,
        *(_sales_group(place, sellers) for place in range(sellers)),
        *(SUPPORT_GROUP for _ in range(support)),
        *(NIGHT_GROUP for _ in range(night)),
    ]


def _sales_group(place: int, sellers: int) -> int:
    if place >= 2 * _GROUP_SIZE:
        return _FIRST_CITY_GROUP + (place // _GROUP_SIZE - 2) % len(_CITIES)
    if sellers > 2 * _GROUP_SIZE:
        return SALES_GROUP if place < _GROUP_SIZE else SECOND_GROUP
    is_second = sellers >= _SMALLEST_WITH_SECOND and place >= (sellers + 1) // 2
    return SECOND_GROUP if is_second else SALES_GROUP


def _groups() -> Iterator[GroupSpec]:
    yield GroupSpec(SALES_GROUP, "Отдел продаж")
    yield GroupSpec(SECOND_GROUP, "Второй отдел")
    for place, city in enumerate(_CITIES):
        yield GroupSpec(_FIRST_CITY_GROUP + place, f"Отдел продаж, {city}")
    yield GroupSpec(SUPPORT_GROUP, "Отдел сопровождения")
    yield GroupSpec(NIGHT_GROUP, "Ночная смена")
    yield GroupSpec(OFFICE_GROUP, "Администрация")


def _pipeline(
    number: int, name: str, stages: tuple[tuple[str, str], ...], *, is_main: bool
) -> PipelineSpec:
    first = number * 100 + 1
    statuses = tuple(
        StatusSpec(first + place, stage, color) for place, (stage, color) in enumerate(stages)
    )
    return PipelineSpec(number, name, statuses, is_main)
