"""What did the person really do? Robots apart, mass actions as one (R1, R2, R11, R12)."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from operator import sub
from typing import NamedTuple

from smena.activity.core.catalogue import MASS_FAMILIES, family_of, nature_of
from smena.activity.model import Acts, DayFrame, EventKind, Nature, PanelSettings, Point

MASS_EVENTS = 5
MASS_STEP_SECONDS = 2
_CLIENT = 1 << 32


class Verdict(NamedTuple):
    """How each event of one kind is taken; `mass` groups the kinds of one mass action."""

    nature: Nature
    credit: int
    mass: str | None


class Verdicts(dict[int, Verdict]):
    """Judges each kind once, when it is first met, so that the loop over events only looks it up.

    A code is the number of the type's label, with the number of the client's label on top.
    """

    def __init__(self, labels: Mapping[int, str], settings: PanelSettings) -> None:
        super().__init__()
        self._labels = labels
        self._settings = settings

    def __missing__(self, code: int) -> Verdict:
        kind = self.kind(code)
        family = family_of(kind.type)
        self[code] = verdict = Verdict(
            nature_of(kind, self._settings),
            self._settings.credits.get(family, 0),
            kind.type if family in MASS_FAMILIES else None,
        )
        return verdict

    def kind(self, code: int) -> EventKind:
        client, event_type = divmod(code, _CLIENT)
        return EventKind(self._labels[event_type], self._labels[client] if client else None)


def codes(kinds: Sequence[int], clients: Sequence[int]) -> Sequence[int]:
    """Join two parallel lists of label numbers into one of codes; no clients: all acted alone."""
    if not clients:
        return kinds
    return [kind + client * _CLIENT for kind, client in zip(kinds, clients, strict=True)]


def sort_out(
    ats: Sequence[int], coded: Sequence[int], verdicts: Verdicts, frame: DayFrame, now: int
) -> Acts:
    """Take one person's events, in order of time, for the day `frame` so far."""
    low, high = bisect_left(ats, frame.start), bisect_left(ats, min(now + 1, frame.end))
    ats, coded = ats[low:high], coded[low:high]
    tally = dict.fromkeys(Nature, 0)
    credit: dict[int, int] = {}
    for code, count in Counter(coded).items():
        verdict = verdicts[code]
        tally[verdict.nature] += count
        if verdict.nature is Nature.ACTION:
            credit[code] = verdict.credit
    human = _credited(ats, coded, credit)
    repeats = _repeats(ats, coded, verdicts)
    points = human
    if repeats:
        points = [
            (at, credit[code])
            for place, (at, code) in enumerate(zip(ats, coded, strict=True))
            if code in credit and place not in repeats
        ]
    return Acts(
        points,
        events=len(human),
        actions=len(points),
        first=human[0][0] if human else None,
        last=human[-1][0] if human else None,
        machine=tally[Nature.MACHINE],
        received=tally[Nature.RECEIVED],
    )


def _credited(ats: Sequence[int], coded: Sequence[int], credit: Mapping[int, int]) -> list[Point]:
    """Return the events of kinds that have a credit; mostly all have one, and that is faster."""
    try:
        return list(zip(ats, map(credit.__getitem__, coded), strict=True))
    except KeyError:
        return [(at, credit[code]) for at, code in zip(ats, coded, strict=True) if code in credit]


def _repeats(ats: Sequence[int], coded: Sequence[int], verdicts: Verdicts) -> frozenset[int]:
    """Return the places of events that repeat the first one of a mass action."""
    service = MASS_STEP_SECONDS * (MASS_EVENTS - 1)
    if min(map(sub, ats[MASS_EVENTS - 1 :], ats), default=service + 1) > service:
        return frozenset()
    runs: dict[str, list[int]] = {}
    found: set[int] = set()
    for place, (at, code) in enumerate(zip(ats, coded, strict=True)):
        verdict = verdicts[code]
        if verdict.mass is None or verdict.nature is not Nature.ACTION:
            continue
        run = runs.get(verdict.mass)
        if run is None or at - ats[run[-1]] > MASS_STEP_SECONDS:
            runs[verdict.mass] = run = []
        run.append(place)
        if len(run) == MASS_EVENTS:
            found.update(run[1:])
        elif len(run) > MASS_EVENTS:
            found.add(place)
    return frozenset(found)
