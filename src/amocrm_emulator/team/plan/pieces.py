"""Pieces of work: a call with what is written after it, a chat, some tasks, some card edits."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from amocrm_emulator.team.plan.act import Act, ActTarget, Verb
from amocrm_emulator.team.plan.dice import Dice
from amocrm_emulator.team.plan.habits import Habits

LONGEST_TALK = 3600
SHORTEST_TALK = 4

_AFTER_TALK = {Verb.NOTE: 0.32, Verb.STAGE: 0.24, Verb.TASK_ADD: 0.28, Verb.FIELD: 0.16}
_AFTER_SILENCE = {Verb.TASK_ADD: 0.5, Verb.TASK_MOVE: 0.3, Verb.NOTE: 0.2}
_WITH_TASKS = {Verb.TASK_DONE: 0.5, Verb.TASK_ADD: 0.25, Verb.TASK_MOVE: 0.25}
_WITH_CARD = {
    Verb.STAGE: 0.34,
    Verb.FIELD: 0.32,
    Verb.NOTE: 0.17,
    Verb.PRICE: 0.13,
    Verb.RENAME: 0.04,
}
_OF_TASKS = (Verb.TASK_DONE, Verb.TASK_MOVE)


@dataclass(slots=True)
class WorkPiece:
    """Acts of one person, one after another; `at` is where the hand is now."""

    dice: Dice
    person: int
    at: float
    acts: list[Act] = field(default_factory=list)

    def wait(self, low: float, high: float) -> None:
        self.at += self.dice.spread(low, high)

    def do(self, verb: Verb, seconds: int = 0) -> None:
        """Act now; the first act chooses the lead, the next ones stay with it."""
        target = ActTarget.SAME_LEAD if self.acts else ActTarget.MY_LEAD
        if verb in _OF_TASKS:
            target = ActTarget.MY_TASK
        roll = self.dice.roll()
        self.acts.append(Act(int(self.at), self.person, verb, target, roll, seconds))


def piece(dice: Dice, own: Habits, person: int, start: float) -> WorkPiece:
    """Do one piece of work that begins at `start`."""
    made = WorkPiece(dice, person, start)
    kind = dice.unit()
    if kind < own.call_share:
        _call(made, own)
    elif kind < own.call_share + own.message_share:
        _chat(made)
    elif kind < own.call_share + own.message_share + own.task_share:
        _several(made, _WITH_TASKS, most=3)
    else:
        _several(made, _WITH_CARD, most=4)
    return made


def _call(made: WorkPiece, own: Habits) -> None:
    dice = made.dice
    verb = Verb.CALL_OUT if dice.chance(own.outgoing_share) else Verb.CALL_IN
    made.wait(8, 35)
    if dice.chance(own.missed_share):
        made.do(verb)
        if dice.chance(0.35):
            made.wait(10, 60)
            made.do(dice.weighted(_AFTER_SILENCE))
        return
    length = dice.long_tailed(own.talk_median, own.talk_sigma)
    seconds = int(min(max(length, SHORTEST_TALK), LONGEST_TALK))
    # From the whole second on, so that no two calls of a person share one.
    made.at = int(made.at) + 1 + seconds
    made.do(verb, seconds)
    for share in (0.62, 0.4, 0.3):
        if not dice.chance(share):
            break
        made.wait(12, 80)
        made.do(dice.weighted(_AFTER_TALK))


def _chat(made: WorkPiece) -> None:
    dice = made.dice
    made.wait(3, 20)
    if dice.chance(0.6):
        made.do(Verb.MESSAGE_IN)
        made.wait(20, 100)
    made.do(Verb.MESSAGE_OUT)
    while dice.chance(0.42):
        made.wait(20, 110)
        made.do(Verb.MESSAGE_IN if dice.chance(0.5) else Verb.MESSAGE_OUT)
    if made.acts[-1].verb is Verb.MESSAGE_IN:
        made.wait(15, 90)
        made.do(Verb.MESSAGE_OUT)


def _several(made: WorkPiece, weights: Mapping[Verb, float], most: int) -> None:
    made.wait(5, 40)
    made.do(made.dice.weighted(weights))
    for _ in range(made.dice.between(0, most - 1)):
        made.wait(6, 55)
        made.do(made.dice.weighted(weights))
