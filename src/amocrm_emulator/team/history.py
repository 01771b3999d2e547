"""The department's past, written into a new account at once and quietly: nobody is told by hooks.

Every seller begins with some open leads; the leads of the past were handed out among the sellers
at work, so that each comes to the present with an own set.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.team.acting import SalesFloor
from amocrm_emulator.team.actions import Actions
from amocrm_emulator.team.people import SUPPORT_PIPELINE, members
from amocrm_emulator.team.plan.act import ROBOT, Act
from amocrm_emulator.team.plan.day import Plan
from amocrm_emulator.team.plan.dice import Dice
from amocrm_emulator.team.plan.habits import TeamMember, TeamRole
from amocrm_emulator.team.plan.workday import instant
from amocrm_emulator.team.position import Position

STOCK = 7
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Written:
    """What a history holds and what it cost."""

    acts: int
    skipped: int
    events: int
    cpu_seconds: float


def plan_of(crm: Crm, seed: int) -> Plan:
    return Plan(seed, members(crm.people.users), ZoneInfo(crm.account.doc["time_zone"]))


def write_history(crm: Crm, *, days: int = 14, until: datetime, seed: int) -> Written:
    """Write so many whole days before the day of `until`, and that day up to the moment."""
    began, events = process_time(), count_events(crm)
    plan = plan_of(crm, seed)
    end = int(until.timestamp())
    today = until.astimezone(plan.zone).date()
    past = _Past(crm, plan)
    for back in range(days, -1, -1):
        with crm.work.transaction():
            past.write(today - back * _ONE_DAY, end, is_first=back == days)
    with crm.work.transaction():
        Position(plan=end, real=end).save(crm.store)
    floor = past.floor
    return Written(
        floor.performed, floor.skipped, count_events(crm) - events, process_time() - began
    )


def count_events(crm: Crm) -> int:
    found = crm.store.row("SELECT count(*) FROM event")
    return int(found[0]) if found else 0


class _Past:
    """Days written one after another."""

    def __init__(self, crm: Crm, plan: Plan) -> None:
        self.plan = plan
        self.floor = SalesFloor(crm, plan.administrator)
        self._sellers = plan.sellers()
        self._turn = 0

    def write(self, day: date, end: int, *, is_first: bool) -> None:
        if is_first:
            self._open(instant(day, 0, self.plan.zone))
        shifts = [
            (member, spans[0].start, spans[-1].end)
            for member in self._sellers
            if self.plan.works(member, day) and (spans := self.plan.spans(member, day))
        ]
        for act in self.plan.day(day):
            if act.at > end:
                break
            lead = self.floor.perform(act, act.at, quiet=True)
            if lead is not None:
                here = [m for m, start, leaves in shifts if start <= act.at < leaves]
                self._hand_out(lead, act, here or self._sellers, end)

    def _open(self, at: int) -> None:
        """Give the people of sales and support what they had before."""
        crm = self.floor.crm
        main = int(crm.pipelines.main()["id"])
        known = {pipeline["id"] for pipeline in crm.pipelines.all}
        support = SUPPORT_PIPELINE if SUPPORT_PIPELINE in known else main
        people = [
            (member.user, support if member.role is TeamRole.SUPPORT else main)
            for member in self.plan.members
            if member.role is not TeamRole.ADMINISTRATOR
        ]
        actions = Actions(crm, ROBOT, at, Dice(self.plan.seed, "stock"), quiet=True)
        self.floor.open_stock(people, STOCK, actions)

    def _hand_out(self, lead: int, act: Act, sellers: list[TeamMember], end: int) -> None:
        """Give a fresh lead to the next seller, some seconds after it came."""
        if not sellers:
            return
        to = sellers[self._turn % len(sellers)].user
        self._turn += 1
        at = min(act.at + act.roll % 60 + 5, end)
        actions = Actions(self.floor.crm, self.plan.administrator, at, Dice(act.roll), quiet=True)
        self.floor.assign(lead, to, actions)
