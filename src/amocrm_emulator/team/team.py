"""The simulated team at work: its plan of today, played by the clock through the same verbs.

At speed 1 an act happens at its own moment. At speed X the plan runs X times faster from where it
was, one plan day after another, and a talk lasts X times shorter, so that a person still has one
call at a time; stamps are always real moments. What should have happened while nothing ran is
written on the next start, dated back, without webhooks. Position and acts are committed together.
"""

import asyncio
import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from amocrm_emulator.account.clock import CrmClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.team.acting import SalesFloor
from amocrm_emulator.team.history import count_events, plan_of
from amocrm_emulator.team.plan.act import Act
from amocrm_emulator.team.plan.day import Plan
from amocrm_emulator.team.plan.habits import DAY
from amocrm_emulator.team.position import Position

LONGEST_GAP = 14 * DAY
LATE_SECONDS = 60
"""An act this late was missed; it gets its own moment instead of the present one."""
ACTS_AT_ONCE = 200
LONGEST_WAIT_SECONDS = 0.5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PlanPace:
    """How moments of the plan lie on real ones."""

    plan: float
    real: float
    speed: float

    def plan_at(self, real: float) -> float:
        return self.plan + (real - self.real) * self.speed

    def real_at(self, plan: float) -> float:
        return self.real + (plan - self.plan) / self.speed


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a team did since it was made."""

    acts: int
    skipped: int
    missed: int
    events: int
    seconds: float

    @property
    def events_per_second(self) -> float:
        return self.events / self.seconds if self.seconds > 0 else 0.0


class ActStream:
    """The acts of a plan from a moment on, without end."""

    def __init__(self, plan: Plan, after: int) -> None:
        self._acts = self._from(plan, after)
        self.next = next(self._acts)

    def take(self, until: float, most: int) -> list[Act]:
        """Take what is due; acts of one second stay together."""
        taken: list[Act] = []
        while self.next.at <= until and (len(taken) < most or self.next.at == taken[-1].at):
            taken.append(self.next)
            self.next = next(self._acts)
        return taken

    @staticmethod
    def _from(plan: Plan, after: int) -> Iterator[Act]:
        day = datetime.fromtimestamp(after, UTC).astimezone(plan.zone).date()
        while True:
            for act in plan.day(day):
                if act.at > after:
                    yield act
            day += _ONE_DAY


class Team:
    """The people of an account who act by themselves."""

    def __init__(
        self, crm: Crm, *, seed: int, speed: float = 1.0, clock: CrmClock | None = None
    ) -> None:
        if not speed > 0:
            raise ValueError("speed must be more than 0")
        self._crm = crm
        self._clock = clock or crm.clock
        self._speed = speed
        plan = plan_of(crm, seed)
        self.floor = SalesFloor(crm, plan.administrator)
        self._missed = 0
        self._began = self._clock.exact()
        self._events = count_events(crm)
        self.pace, after = self._start(Position.load(crm.store))
        self._stream = ActStream(plan, after)

    async def __call__(self, stop: asyncio.Event) -> None:
        await self.run(stop)

    async def run(self, stop: asyncio.Event) -> None:
        """Live until told to stop; first of all make up for what was missed."""
        self.catch_up()
        while not stop.is_set():
            if self.play_due():
                await asyncio.sleep(0)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._wait_seconds())

    def catch_up(self) -> None:
        """Write everything that is late, without giving way to anybody."""
        while self.pace.real_at(self._stream.next.at) < self._clock.exact() - LATE_SECONDS:
            self.play_due()

    def play_due(self) -> int:
        """Perform what is due in one commit; return how many acts that were."""
        now = self._clock.exact()
        acts = self._stream.take(self.pace.plan_at(now), ACTS_AT_ONCE)
        if not acts:
            return 0
        with self._crm.work.transaction():
            self.floor.refresh(int(now))
            for act in acts:
                self._perform(act, int(now))
            done = acts[-1].at
            Position(plan=done, real=math.floor(self.pace.real_at(done))).save(self._crm.store)
        return len(acts)

    def statistics(self) -> Statistics:
        """Tell what was done since the start, on the team's clock."""
        return Statistics(
            self.floor.performed,
            self.floor.skipped,
            self._missed,
            count_events(self._crm) - self._events,
            self._clock.exact() - self._began,
        )

    def _start(self, kept: Position | None) -> tuple[PlanPace, int]:
        """Go on from the kept position, at most two weeks back; without one begin now."""
        now = self._clock.now()
        if kept is None:
            return PlanPace(now, now, self._speed), now
        real = min(max(kept.real, now - LONGEST_GAP), now)
        if self._speed == 1:
            return PlanPace(now, now, 1), real
        pace = PlanPace(kept.plan, real, self._speed)
        oldest = int(pace.plan_at(now)) - LONGEST_GAP
        return pace, max(kept.plan, oldest)

    def _perform(self, act: Act, now: int) -> None:
        own = int(self.pace.real_at(act.at))
        is_missed = own < now - LATE_SECONDS
        self._missed += is_missed
        if act.seconds and self._speed > 1:
            act = replace(act, seconds=max(1, int(act.seconds / self._speed)))
        self.floor.perform(act, own if is_missed else now, quiet=is_missed)

    def _wait_seconds(self) -> float:
        due = self.pace.real_at(self._stream.next.at) - self._clock.exact()
        return min(max(due, 0.01), LONGEST_WAIT_SECONDS)
