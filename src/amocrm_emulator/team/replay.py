"""Plays a recorded log through the account's verbs: shifted to today, or at its own time.

What is past by now is written at once and quietly, what is still to come happens at its moment,
with webhooks. How far it came is kept with what it did, so a second start goes on. The format of
a log is told in `log`.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from amocrm_emulator.account.clock import CrmClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc
from amocrm_emulator.team import phrases
from amocrm_emulator.team.actions import Actions
from amocrm_emulator.team.log import CALLS, Log, LogRow
from amocrm_emulator.team.plan.act import ROBOT
from amocrm_emulator.team.plan.dice import Dice

ACTS_AT_ONCE = 500
LATE_SECONDS = 60
LONGEST_WAIT_SECONDS = 0.5
_KEY = "replay"


@dataclass(slots=True)
class _Cases:
    """Which lead a case is, and the open tasks on it."""

    leads: dict[str, int] = field(default_factory=dict)
    tasks: dict[int, list[int]] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)


class Replay:
    """A log on its way through an account made by `Log.spec`."""

    def __init__(
        self,
        crm: Crm,
        log: Log,
        *,
        own_time: bool = False,
        day: date | None = None,
        clock: CrmClock | None = None,
    ) -> None:
        self._crm = crm
        self._clock = clock or crm.clock
        kept = crm.store.meta(_KEY) or {"done": 0, "leads": {}, "day": None, "onto": None}
        if own_time:
            self.rows = log.rows
        else:
            # The day of the first start stays: a restart at midnight must not begin anew.
            now = datetime.fromtimestamp(self._clock.now(), UTC).astimezone(crm.account.zone)
            onto = date.fromisoformat(kept["onto"]) if kept["onto"] else now.date()
            chosen = date.fromisoformat(kept["day"]) if kept["day"] else day or log.busiest_day()
            self.rows = log.moved(chosen, onto, crm.account.zone)
            kept |= {"day": chosen.isoformat(), "onto": onto.isoformat()}
        self._kept: Doc = kept
        self._done: int = kept["done"]
        self._cases = _Cases(leads=dict(kept["leads"]))
        for row in self.rows:
            if row.user != ROBOT:
                self._cases.people.setdefault(row.entity, row.user)

    async def __call__(self, stop: asyncio.Event) -> None:
        await self.run(stop)

    @property
    def left(self) -> int:
        """How many rows are still to come."""
        return len(self.rows) - self._done

    async def run(self, stop: asyncio.Event) -> None:
        """Play until the log's end, or until told to stop."""
        while not stop.is_set() and self.left:
            if self.play_due():
                await asyncio.sleep(0)
                continue
            due = self.rows[self._done].at.timestamp() - self._clock.exact()
            wait = min(max(due, 0.01), LONGEST_WAIT_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait)

    def play_due(self) -> int:
        """Play a part of what is due, in one commit; return how many rows that were."""
        now = self._clock.exact()
        first = self._done
        due = []
        for row in self.rows[first : first + ACTS_AT_ONCE]:
            if row.at.timestamp() > now:
                break
            due.append(row)
        if not due:
            return 0
        with self._crm.work.transaction():
            for place, row in enumerate(due, first):
                self._play(row, place, is_late=row.at.timestamp() < now - LATE_SECONDS)
            done = first + len(due)
            kept = self._kept | {"done": done, "leads": self._cases.leads}
            self._crm.store.set_meta(_KEY, kept)
        self._done = done
        return len(due)

    def _play(self, row: LogRow, place: int, *, is_late: bool) -> None:
        dice = Dice("replay", place)
        at = int(row.at.timestamp())
        actions = Actions(self._crm, row.user, at, dice, quiet=is_late)
        is_new = row.entity not in self._cases.leads
        lead = self._lead(row, actions)
        if row.kind in CALLS:
            actions.call(lead, is_incoming=row.kind == "incoming_call", seconds=row.seconds)
        elif row.kind.startswith("task_"):
            self._task(row, actions, lead)
        elif row.kind == "lead_added":
            if not is_new:
                actions.note(lead)
        else:
            _ACTIONS[row.kind](actions, lead)

    def _lead(self, row: LogRow, actions: Actions) -> Doc:
        """Find the lead of a case; a robot brings it when the case is first heard of."""
        known = self._cases.leads.get(row.entity)
        doc = self._crm.store.entity("leads", known) if known else None
        if doc is not None:
            return doc
        author = row.user if row.kind == "lead_added" else ROBOT
        bringer = Actions(self._crm, author, actions.at, actions.dice, actions.quiet)
        responsible = self._cases.people.get(row.entity, self._crm.people.owner())
        pipeline = int(self._crm.pipelines.main()["id"])
        by_robot = Actions(self._crm, ROBOT, actions.at, actions.dice, actions.quiet)
        contact = by_robot.new_contact(responsible)
        number = bringer.new_lead(contact, responsible, pipeline, row.entity)
        self._cases.leads[row.entity] = number
        return self._crm.records.existing("leads", number)

    def _task(self, row: LogRow, actions: Actions, lead: Doc) -> None:
        """Work on a task of the case; one that nobody added comes from the robot."""
        mine = self._cases.tasks.setdefault(lead["id"], [])
        responsible = row.user or lead["responsible_user_id"]
        if row.kind == "task_added":
            mine.append(actions.add_task(lead, responsible)["id"])
            return
        if not mine:
            robot = Actions(self._crm, ROBOT, actions.at, actions.dice, actions.quiet)
            mine.append(robot.add_task(lead, responsible)["id"])
        if row.kind == "task_completed":
            self._crm.tasks.change(
                row.user, actions.at, mine.pop(0), quiet=actions.quiet, is_completed=True
            )
        elif row.kind == "task_deadline_changed":
            actions.postpone(self._crm.records.existing("tasks", mine[0]))
        else:
            result = {"text": f"{actions.dice.pick(phrases.RESULTS)}, {actions.at}"}
            self._crm.tasks.change(
                row.user, actions.at, mine[0], quiet=actions.quiet, result=result
            )


def _stage(actions: Actions, lead: Doc) -> None:
    """Move on; from the last stage back to the first, so that a log of any length plays."""
    status = actions.next_status(lead)
    pipeline = next(p for p in actions.crm.pipelines.all if p["id"] == lead["pipeline_id"])
    open_stages = {stage["id"] for stage in pipeline["statuses"]}
    actions.move(lead, status if status in open_stages else pipeline["statuses"][0]["id"])


def _field(actions: Actions, lead: Doc) -> None:
    actions.fill(lead, actions.dice.pick((phrases.CITY_FIELD, phrases.COLOUR_FIELD)))


def _message_out(actions: Actions, lead: Doc) -> None:
    actions.message(lead, is_incoming=False)


def _message_in(actions: Actions, lead: Doc) -> None:
    actions.message(lead, is_incoming=True)


_ACTIONS: dict[str, Callable[[Actions, Doc], Any]] = {
    "common_note_added": Actions.note,
    "service_note_added": Actions.service_note,
    "lead_status_changed": _stage,
    "custom_field_value_changed": _field,
    "sale_field_changed": Actions.price,
    "name_field_changed": Actions.rename,
    "outgoing_chat_message": _message_out,
    "incoming_chat_message": _message_in,
}
