"""What comes by itself: leads of customers, and the integration that acts at any hour."""

from collections.abc import Iterator
from datetime import date
from math import sqrt
from zoneinfo import ZoneInfo

from amocrm_emulator.team.plan.act import ROBOT, Act, ActTarget, Verb
from amocrm_emulator.team.plan.dice import Dice
from amocrm_emulator.team.plan.habits import DAY, HOUR
from amocrm_emulator.team.plan.workday import instant

LEADS_A_SELLER = 7.0
FEWEST_LEADS = 4
AGAIN_SHARE = 0.22
ROBOT_SHARE = 0.3
INTEGRATION_PAUSE = 15 * 60

# Weight of each hour of the day: few at night, a wave before noon and one after lunch.
_HOURS = (
    1,
    1,
    0.5,
    0.5,
    0.5,
    1,
    2,
    4,
    8,
    14,
    17,
    16,
    13,
    13,
    15,
    15,
    14,
    12,
    10,
    8,
    6,
    5,
    3,
    2,
)
_BY_HOUR = dict(enumerate(_HOURS))
_INTEGRATION = {Verb.SERVICE_NOTE: 0.5, Verb.FIELD: 0.3, Verb.LINK: 0.2}
_AFTER_LEAD = ((Verb.SERVICE_NOTE, 0.5), (Verb.LINK, 0.2), (Verb.FIELD, 0.35))


def incoming(seed: int, administrator: int, sellers: int, day: date, zone: ZoneInfo) -> list[Act]:
    """Tell the leads of a date; those with an author come through the administrator's token."""
    dice = Dice(seed, "customers", day.toordinal())
    mean = max(LEADS_A_SELLER * sellers, FEWEST_LEADS) * dice.spread(0.85, 1.15)
    acts: list[Act] = []
    for _ in range(max(FEWEST_LEADS, round(dice.normal(mean, sqrt(mean) / 2)))):
        second = dice.weighted(_BY_HOUR) * HOUR + dice.between(0, HOUR - 1)
        person = ROBOT if dice.chance(ROBOT_SHARE) else administrator
        acts += _lead(dice, person, instant(day, second, zone))
    end = instant(day, DAY, zone)
    return [act for act in acts if act.at < end]


def _lead(dice: Dice, person: int, at: int) -> Iterator[Act]:
    is_again = dice.chance(AGAIN_SHARE)
    verb = Verb.LEAD_AGAIN if is_again else Verb.LEAD_NEW
    target = ActTarget.OLD_CUSTOMER if is_again else ActTarget.NEW_CUSTOMER
    yield Act(at, person, verb, target, dice.roll(), is_integration=True)
    for verb, share in _AFTER_LEAD:
        if dice.chance(share):
            at += dice.between(1, 4)
            yield Act(at, person, verb, ActTarget.SAME_LEAD, dice.roll(), is_integration=True)


def integration(seed: int, administrator: int, day: date, zone: ZoneInfo) -> list[Act]:
    """Tell what the administrator's integration does on a date, day and night."""
    dice = Dice(seed, "integration", day.toordinal())
    at, end = float(instant(day, 0, zone)), instant(day, DAY, zone)
    acts: list[Act] = []
    while (at := at + dice.pause(INTEGRATION_PAUSE)) < end:
        verb = dice.weighted(_INTEGRATION)
        acts.append(
            Act(
                int(at),
                administrator,
                verb,
                ActTarget.RECENT_LEAD,
                dice.roll(),
                is_integration=True,
            )
        )
    return acts
