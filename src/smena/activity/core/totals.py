"""The day in numbers, and when work began and ended (R10, R13)."""

from collections.abc import Sequence

from smena.activity.model import Acts, CallSpan, Piece, Totals, Zone
from smena.kernel.timespan import Span, total


def totals(
    pieces: Sequence[Piece],
    calls: Sequence[Span],
    talks: Sequence[CallSpan],
    acts: Acts,
    until: int,
) -> Totals:
    """Sum up a lane that runs `until`; `talks` are those that belong to its day."""
    seconds = [0] * len(Zone)
    in_work = elapsed = longest = 0
    for start, end, zone, is_scheduled in pieces:
        length = end - start
        seconds[zone] += length
        if is_scheduled and zone is not Zone.FUTURE:
            elapsed += length
            in_work += length if zone >= Zone.WORK else 0
        if zone is Zone.IDLE and length > longest:
            longest = length
    made = [talk for talk in talks if not talk.is_missed]
    first, last = _edges(made, acts, until)
    return Totals(
        active=seconds[Zone.WORK] + seconds[Zone.CALL],
        in_work=in_work,
        calls_union=total(calls),
        calls_sum=sum(talk.seconds or 0 for talk in made),
        calls_count=len(made),
        calls_unknown=sum(talk.seconds is None for talk in made),
        missed=len(talks) - len(made),
        idle=seconds[Zone.IDLE],
        longest_idle=longest,
        pending=seconds[Zone.PENDING],
        elapsed=elapsed,
        events=acts.events + len(made),
        actions=acts.actions + len(made),
        first=first,
        last=last,
        late=_late(first, pieces),
    )


def _edges(talks: Sequence[CallSpan], acts: Acts, until: int) -> tuple[int | None, int | None]:
    """Return the first and the last moment of anything the person did, shift or not."""
    begun = [talk.start for talk in talks]
    ended = [min(talk.start + (talk.seconds or 0), until) for talk in talks]
    firsts = [*begun, *([] if acts.first is None else [acts.first])]
    lasts = [*ended, *([] if acts.last is None else [acts.last])]
    return min(firsts, default=None), max(lasts, default=None)


def _late(first: int | None, pieces: Sequence[Piece]) -> int | None:
    """Return by how much the first action came after the shift began, None without both."""
    begins = next((piece.start for piece in pieces if piece.is_scheduled), None)
    return None if first is None or begins is None else max(0, first - begins)
