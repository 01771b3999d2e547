"""The first load: which pages, in which order, and how much is left.

People and reference data first, then the event log and the notes day by day backwards from today,
so that the panel lives at once; then the cards. Each piece of work is a slice with its own page to
go on from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from smena.connectors.amocrm.api.core.listing import Listing, between, users, with_parts
from smena.connectors.amocrm.api.core.values import seconds_of
from smena.connectors.amocrm.translation.kinds import NOTES

DAYS_BACK = 14
DAY = timedelta(days=1)


class LoadStage(StrEnum):
    """What is being loaded, in the order of the screen."""

    PEOPLE = "people"
    LISTS = "lists"
    UNSORTED = "unsorted"
    EVENTS = "events"
    CALLS = "calls"
    LEADS = "leads"
    CONTACTS = "contacts"
    COMPANIES = "companies"
    TASKS = "tasks"


WHOLE = (LoadStage.PEOPLE, LoadStage.LISTS, LoadStage.UNSORTED)
"""Stages that are read in one piece."""
CARDS = (LoadStage.LEADS, LoadStage.CONTACTS, LoadStage.COMPANIES, LoadStage.TASKS)
NOTE_PATHS = tuple(notes.path for notes in NOTES)


@dataclass(frozen=True, slots=True)
class Slice:
    """A list, or a stretch of time of a list, read page by page; `number` is its turn."""

    number: int
    stage: LoadStage
    path: str
    from_at: datetime | None = None
    to_at: datetime | None = None
    page: int = 1
    rows: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    is_done: bool = False

    @property
    def seconds(self) -> tuple[int, int] | None:
        """The stretch in whole seconds, both ends belong to it; neighbours do not overlap."""
        if self.from_at is None or self.to_at is None:
            return None
        return seconds_of(self.from_at), seconds_of(self.to_at) - 1


def slices(now: datetime, days: int = DAYS_BACK) -> tuple[Slice, ...]:
    """Cut the load into slices in the order of their turn."""
    work: list[tuple[LoadStage, str, datetime | None, datetime | None]] = [
        (LoadStage.PEOPLE, "users", None, None),
        (LoadStage.LISTS, "lists", None, None),
        (LoadStage.UNSORTED, "leads/unsorted", None, None),
    ]
    end = now + DAY  # a clock of theirs that is ahead of ours loses nothing
    start = now - timedelta(hours=12)
    for _ in range(days):
        work.append((LoadStage.EVENTS, "events", start, end))
        work += [(LoadStage.CALLS, path, start, end) for path in NOTE_PATHS]
        start, end = start - DAY, start
    work += [(stage, stage.value, None, None) for stage in CARDS]
    return tuple(Slice(number, *parts) for number, parts in enumerate(work))


@dataclass(frozen=True, slots=True)
class StageProgress:
    """`total` is an estimate while `is_done` is false, None while there is nothing to go by."""

    stage: LoadStage
    rows: int
    total: int | None
    is_done: bool

    @property
    def share(self) -> float:
        if self.is_done:
            return 1.0
        return min(0.99, self.rows / self.total) if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the first load is; `left` None means that it cannot be told yet."""

    stages: tuple[StageProgress, ...]
    is_done: bool
    left: timedelta | None
    started_at: datetime | None = None

    @property
    def share(self) -> float:
        if self.is_done or not self.stages:
            return 1.0 if self.is_done else 0.0
        return sum(stage.share for stage in self.stages) / len(self.stages)


def progress(work: Sequence[Slice], started_at: datetime, now: datetime) -> Progress:
    """Tell what is done, out of how much, and how long the rest will take."""
    stages = tuple(
        _stage([one for one in work if one.stage is stage], stage, now)
        for stage in LoadStage
        if any(one.stage is stage for one in work)
    )
    is_done = bool(work) and all(one.is_done for one in work)
    shown = Progress(stages, is_done, None, started_at)
    if is_done:
        return Progress(stages, is_done, timedelta(0), started_at)
    elapsed = now - started_at
    share = shown.share
    if share <= 0.02 or elapsed < timedelta(seconds=1):  # noqa: PLR2004 -- a guess from nothing
        return shown
    return Progress(stages, is_done, elapsed * ((1 - share) / share), started_at)


def _stage(work: Sequence[Slice], stage: LoadStage, now: datetime) -> StageProgress:
    rows = sum(one.rows for one in work)
    if all(one.is_done for one in work):
        return StageProgress(stage, rows, rows, is_done=True)
    totals = [_estimate(one, now) for one in work]
    known = [total for total in totals if total is not None]
    if not known:
        return StageProgress(stage, rows, None, is_done=False)
    average = sum(known) / len(known)
    total = sum(known) + average * (len(totals) - len(known))
    return StageProgress(stage, rows, max(rows, round(total)), is_done=False)


def _estimate(one: Slice, now: datetime) -> int | None:
    """Guess the rows of a slice from the stretch of time that its first pages cover."""
    if one.is_done:
        return one.rows
    if one.first_at is None or one.last_at is None or not one.rows:
        return None
    if one.from_at is not None and one.to_at is not None:
        whole, covered = min(one.to_at, now) - one.from_at, one.first_at - one.last_at
    else:
        whole, covered = now - one.first_at, one.last_at - one.first_at
    covered, whole = abs(covered), abs(whole)
    if covered <= timedelta(0) or whole <= covered:
        return one.rows
    return round(one.rows * (whole / covered))


def after_page(one: Slice, moments: Iterable[datetime], rows: int, *, has_next: bool) -> Slice:
    """Return the slice after its page was taken in."""
    at = list(moments)
    first = one.first_at or (at[0] if at else None)
    return Slice(
        one.number,
        one.stage,
        one.path,
        one.from_at,
        one.to_at,
        one.page + 1,
        one.rows + rows,
        first,
        at[-1] if at else one.last_at,
        not has_next,
    )


def of_slice(one: Slice, events_max: int) -> Listing:
    """Return the list that a slice of the first load reads; stable under rows that come in."""
    if one.path == "events":
        return Listing("events", between("created_at", one.seconds), events_max)
    if one.path in NOTE_PATHS:
        within = between("updated_at", one.seconds)
        return Listing(one.path, (*within, ("order[id]", "asc")))
    if one.path == "users":
        return users()
    return Listing(one.path, (*with_parts(one.path), ("order[id]", "asc")))
