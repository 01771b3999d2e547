"""Everything that happens on a date: people, customers and the integration, in order of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

from amocrm_emulator.team.plan.act import Act
from amocrm_emulator.team.plan.customers import incoming, integration
from amocrm_emulator.team.plan.dice import Dice
from amocrm_emulator.team.plan.habits import Habits, TeamMember, TeamRole, habits, works_on
from amocrm_emulator.team.plan.pieces import piece
from amocrm_emulator.team.plan.workday import WorkSpan, at_work, instant

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is needed to tell any day: the seed, the people, where they live."""

    seed: int
    members: tuple[TeamMember, ...]
    zone: ZoneInfo

    @property
    def administrator(self) -> int:
        return next(m.user for m in self.members if m.role is TeamRole.ADMINISTRATOR)

    def sellers(self) -> list[TeamMember]:
        return [member for member in self.members if member.role is TeamRole.SELLER]

    def habits(self, member: TeamMember) -> Habits:
        return habits(self.seed, member, len(self.members))

    def works(self, member: TeamMember, day: date) -> bool:
        """Say whether a shift of this person starts on the date."""
        return works_on(self.habits(member), day.toordinal())

    def spans(self, member: TeamMember, day: date) -> list[WorkSpan]:
        """Tell when the person is at work in the shift that starts on the date."""
        dice = Dice(self.seed, "hours", member.user, day.toordinal())
        return at_work(dice, self.habits(member), day, self.zone)

    def shift(self, member: TeamMember, day: date) -> list[Act]:
        """Tell the acts of the shift that starts on the date; a night shift ends on the next."""
        if not self.works(member, day):
            return []
        own = self.habits(member)
        dice = Dice(self.seed, "work", member.user, day.toordinal())
        return [
            act for span in self.spans(member, day) for act in _work(dice, own, member.user, span)
        ]

    def day(self, day: date) -> tuple[Act, ...]:
        """Tell all acts between two local midnights, sorted."""
        start, end = instant(day, 0, self.zone), instant(day + _ONE_DAY, 0, self.zone)
        acts = incoming(self.seed, self.administrator, len(self.sellers()), day, self.zone)
        acts += integration(self.seed, self.administrator, day, self.zone)
        for member in self.members:
            acts += self.shift(member, day)
            if member.role is TeamRole.NIGHT:
                acts += self.shift(member, day - _ONE_DAY)
        inside = (act for act in acts if start <= act.at < end)
        return tuple(sorted(inside, key=attrgetter("at", "person")))


def _work(dice: Dice, own: Habits, person: int, span: WorkSpan) -> Iterator[Act]:
    """Fill a span with pieces of work and pauses between them."""
    at = span.start + dice.spread(20, 180)
    while at < span.end:
        made = piece(dice, own, person, at)
        for act in made.acts:
            if act.at >= span.end:
                return
            yield act
        at = made.at + 2 + dice.pause(own.pause_mean)
