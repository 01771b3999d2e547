"""Leads of the past half year, written at once: something to load, to filter, to count.

Each has a contact, some a company and a task; the older a lead, the further it has come. Unlike
a history, nobody's day is told by them.
"""

from datetime import datetime, timedelta

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import LOST, ROBOT, WON
from amocrm_emulator.account.store import Doc
from amocrm_emulator.team.actions import Actions
from amocrm_emulator.team.plan.dice import Dice

REACHES_BACK = timedelta(days=180)
ENDS_BEFORE = timedelta(days=15)
"""Where a written history of two weeks begins."""
CHUNK = 500
COMPANY_SHARE, TASK_SHARE, DONE_SHARE, LOSS_SHARE = 0.3, 0.6, 0.7, 0.25
MOST_MOVES = 7
_HOUR = 3600


def write_stock(crm: Crm, count: int, *, until: datetime, seed: int) -> None:
    """Write so many leads, evenly spread over the half year before `until`."""
    start = int((until - REACHES_BACK).timestamp())
    end = int((until - ENDS_BEFORE).timestamp())
    people = [user["id"] for user in crm.people.users.values() if user["is_active"]]
    for first in range(0, count, CHUNK):
        with crm.work.transaction():
            for place in range(first, min(first + CHUNK, count)):
                dice = Dice(seed, "stock", place)
                at = start + (end - start) * place // count
                _Life(crm, dice, dice.pick(people[1:] or people), end).live(at)


class _Life:
    """One lead from its coming until it is closed, or until now."""

    def __init__(self, crm: Crm, dice: Dice, person: int, end: int) -> None:
        self._crm = crm
        self._dice = dice
        self._person = person
        self._end = end

    def live(self, at: int) -> None:
        robot = self._hand(at, by=ROBOT)
        pipeline = self._dice.pick([int(found["id"]) for found in self._crm.pipelines.all])
        number = robot.new_lead(robot.new_contact(self._person), self._person, pipeline)
        lead = self._crm.records.existing("leads", number)
        if self._dice.chance(COMPANY_SHARE):
            self._hand(at).link_company(lead)
        if self._dice.chance(TASK_SHARE):
            self._task(lead, at)
        self._move(lead, at)

    def _task(self, lead: Doc, at: int) -> None:
        task = self._hand(at + _HOUR).add_task(lead, self._person)
        done_at = at + self._dice.between(2, 72) * _HOUR
        if done_at < self._end and self._dice.chance(DONE_SHARE):
            self._hand(done_at).complete(task["id"])

    def _move(self, lead: Doc, at: int) -> None:
        for _ in range(self._dice.between(0, MOST_MOVES)):
            at += self._dice.between(4, 200) * _HOUR
            if at >= self._end or lead["status_id"] in {WON, LOST}:
                return
            actions = self._hand(at)
            is_lost = self._dice.chance(LOSS_SHARE)
            lead = actions.move(lead, LOST if is_lost else actions.next_status(lead))

    def _hand(self, at: int, by: int | None = None) -> Actions:
        return Actions(self._crm, self._person if by is None else by, at, self._dice, quiet=True)
