"""One stretch of a lane in the reader's words: for the hint over it and for the list of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from smena.activity import words
from smena.activity.core.parts import Part
from smena.activity.event_names import event_name
from smena.kernel.i18n import gettext as _

LINES = 3


@dataclass(frozen=True, slots=True)
class PartRow:
    """A stretch with its exact times, state, number of actions and the first of them."""

    zone: str
    state: str
    time: str
    length: str
    count: str
    lines: Sequence[str]
    more: str


def part_row(part: Part, zone: ZoneInfo) -> PartRow:
    told = _told(part, zone)
    rest = len(told) - LINES
    return PartRow(
        zone=part.zone.name.lower(),
        state=words.state_name(part.zone),
        time=_time(part, zone),
        length=words.exact_length(part.seconds) if part.seconds else "",
        count=_count(part),
        lines=told[:LINES],
        more=_("ещё {n}").format(n=rest) if rest > 0 else "",
    )


def _time(part: Part, zone: ZoneInfo) -> str:
    start = words.exact_clock(part.start, zone)
    return f"{start}–{words.exact_clock(part.end, zone)}" if part.seconds else start


def _count(part: Part) -> str:
    counts = []
    if part.talks:
        counts.append(words.counted_calls(len(part.talks)))
    if part.events:
        counts.append(words.counted_events(len(part.events)))
    return ", ".join(counts)


def _told(part: Part, zone: ZoneInfo) -> list[str]:
    """Return everything done in the stretch in order of time, each with its own time."""
    lines = [(one.start, words.talk(one)) for one in part.talks]
    lines += [(at, event_name(event_type)) for at, event_type in part.events]
    return [f"{words.clock(at, zone)} {text}" for at, text in sorted(lines)]
