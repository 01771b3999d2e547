"""A reconciliation: what is compared, in which order, when, and how far it is.

All kinds of cards in `translation/kinds.py` are compared, with their notes. People, stages and
other short lists come first (they are read whole), then the last days of the log, then notes, then
the cards, then talks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import NewType
from zoneinfo import ZoneInfo

from smena.connectors.amocrm.api.core.listing import LIMIT, Listing, Params, with_parts
from smena.connectors.amocrm.api.core.values import seconds_of
from smena.connectors.amocrm.translation import kinds
from smena.connectors.amocrm.translation.reference_data import REFERENCE_LISTS
from smena.crm.mirror.model import ComparedKind

ReconciliationId = NewType("ReconciliationId", int)

PEOPLE = "users"
EVENTS = "events"
UNSORTED = "leads/unsorted"
TALKS = "talks"
TASK_TYPES = "account"
"""Types of tasks stand in the account itself; they have no list of their own."""

SHORT = (TASK_TYPES, *REFERENCE_LISTS)
DAY = timedelta(days=1)
DAYS_MIN, DAYS_MAX = 2, 14
SETTLED = timedelta(minutes=10)
"""The log's last minutes may still be filling up; polling reads them again and again."""

NIGHT = time(3, 0)
MORNING = time(7, 0)
CUT_AFTER = timedelta(hours=20)
"""A reconciliation that did not end within this is cut, so that the next night gets its own."""


@dataclass(frozen=True, slots=True)
class ComparedList:
    """A list of cards and the rows that should equal it.

    What the list does not show is not there. `is_recent`: only the last days are read, because
    the mirror keeps no more.
    """

    path: str
    of: ComparedKind
    is_recent: bool = False


LISTS = (
    *(ComparedList(notes.path, notes.rows, is_recent=True) for notes in kinds.NOTES),
    *(ComparedList(one.path, one.rows) for one in kinds.KINDS),
)
BY_PATH = {one.path: one for one in LISTS}
NOTES = frozenset(one.path for one in LISTS if one.is_recent)


@dataclass(frozen=True, slots=True)
class ReconciliationPart:
    """A list, or a stretch of time of a list, walked page by page; `number` is its turn."""

    number: int
    path: str
    from_at: datetime | None = None
    to_at: datetime | None = None
    page: int = 1
    after_id: int = 0
    is_walked: bool = False
    is_whole: bool = True
    remote: int = 0
    local: int = 0
    remote_sum: int = 0
    local_sum: int = 0
    missing: int = 0
    stale: int = 0
    surplus: int = 0
    healed: int = 0
    requests: int = 0
    seconds: float = 0.0

    @property
    def found(self) -> int:
        return self.missing + self.stale + self.surplus


def summed(work: Sequence[ReconciliationPart]) -> ReconciliationPart:
    """Return the figures of several parts as one."""
    return ReconciliationPart(
        number=0,
        path="",
        remote=sum(part.remote for part in work),
        local=sum(part.local for part in work),
        missing=sum(part.missing for part in work),
        stale=sum(part.stale for part in work),
        surplus=sum(part.surplus for part in work),
        healed=sum(part.healed for part in work),
        requests=sum(part.requests for part in work),
        seconds=sum(part.seconds for part in work),
    )


def parts(
    now: datetime, days: int, log_from: datetime, loaded_at: datetime
) -> tuple[ReconciliationPart, ...]:
    """Cut a reconciliation into parts; `now` is amoCRM's clock.

    What is older than `log_from` was never asked for, so it is not missing. The first load reads
    no talks, so those are expected that somebody named since `loaded_at`.
    """
    end = (now - SETTLED).replace(microsecond=0)
    start = max(end - DAY * days, log_from)
    work: list[tuple[str, datetime | None, datetime | None]] = [
        (path, None, None) for path in (PEOPLE, *SHORT, UNSORTED)
    ]
    work += [
        (EVENTS, max(end - DAY * (day + 1), start), end - DAY * day)
        for day in range(days)
        if end - DAY * day > start
    ]
    work += [(one.path, start if one.is_recent else None, None) for one in LISTS]
    work.append((TALKS, max(start, loaded_at), None))
    return tuple(
        ReconciliationPart(number, path, from_at, to_at)
        for number, (path, from_at, to_at) in enumerate(work)
    )


def days_to_check(last_finished: datetime | None, now: datetime) -> int:
    """Return how many days of the log to compare: those since the last one, and one more."""
    if last_finished is None:
        return DAYS_MAX
    return min(DAYS_MAX, max(DAYS_MIN, (now - last_finished) // DAY + 1))


def listing(part: ReconciliationPart, events_max: int) -> Listing:
    """Return the list that a part walks, in the order of its numbers."""
    since = seconds_of(part.from_at) if part.from_at else None
    if part.path == EVENTS and part.to_at is not None:
        until = str(seconds_of(part.to_at) - 1)
        within = (("filter[created_at][from]", str(since)), ("filter[created_at][to]", until))
        return Listing(EVENTS, within, events_max)
    recent: Params = () if since is None else (("filter[updated_at][from]", str(since)),)
    return Listing(part.path, (*with_parts(part.path), *recent, ("order[id]", "asc")), LIMIT)


def is_night_due(zone: ZoneInfo, last_started: datetime | None, now: datetime) -> bool:
    """Tell whether the nightly run of an account is to begin, on the account's own clock."""
    local = now.astimezone(zone)
    if not NIGHT <= local.time() < MORNING:
        return False
    tonight = local.replace(hour=NIGHT.hour, minute=0, second=0, microsecond=0).astimezone(UTC)
    return last_started is None or last_started < tonight


@dataclass(frozen=True, slots=True)
class ReconciliationProgress:
    """How far a running reconciliation is: parts walked, of all."""

    walked: int
    parts: int
    now_at: str

    @property
    def percent(self) -> int:
        return round(100 * self.walked / self.parts) if self.parts else 0


def progress(work: Sequence[ReconciliationPart]) -> ReconciliationProgress:
    """Tell what is compared now."""
    left = [part for part in work if not part.is_walked]
    return ReconciliationProgress(len(work) - len(left), len(work), left[0].path if left else "")
