"""Whether a connection is well, what is wrong with it, and how bad that is.

All that is known of it goes in, findings come out, the worst first. What a person should do about
each is told in `health_words`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from smena.accounts.model import AccountState
from smena.connectors.amocrm.api.core.request_counts import Rates
from smena.connectors.amocrm.model import HookState
from smena.connectors.amocrm.reconciliation.model import CheckOutcome, Report
from smena.connectors.amocrm.webhooks.core.subscription import is_silent

DATA_LATE = timedelta(minutes=2)
DATA_LOST = timedelta(minutes=15)
QUEUE_LATE = timedelta(minutes=5)
TOKEN_SOON = timedelta(days=14)
CHECK_LATE = timedelta(days=2)
TOO_FAST_FEW = 10


class Level(StrEnum):
    """`BAD` needs a person; `WAIT` may pass by itself."""

    BAD = "bad"
    WAIT = "wait"


class Sign(StrEnum):
    """What may be wrong with a connection."""

    DISCONNECTED = "disconnected"
    SIGN_IN_AGAIN = "sign_in_again"
    TOKEN_ENDED = "token_ended"  # noqa: S105 -- a sign, not a secret
    TOKEN_ENDS = "token_ends"  # noqa: S105 -- a sign, not a secret
    TOKEN_TROUBLE = "token_trouble"  # noqa: S105 -- a sign, not a secret
    LOADING = "loading"
    DATA_LATE = "data_late"
    HOOK_REFUSED = "hook_refused"
    HOOK_NO_ADDRESS = "hook_no_address"
    HOOK_UNSURE = "hook_unsure"
    HOOK_SILENT = "hook_silent"
    BODIES_WAIT = "bodies_wait"
    BODIES_SPOILED = "bodies_spoiled"
    UNREAD_WAITS = "unread_waits"
    WISHES_WAIT = "wishes_wait"
    TOO_FAST = "too_fast"
    JOB_GAVE_UP = "job_gave_up"
    JOB_DEFECT = "job_defect"
    CHECK_LATE = "check_late"
    CHECK_UNHEALED = "check_unhealed"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Queue:
    """Things that wait, and since when the oldest does."""

    waiting: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HookVitals:
    """`lag` is from the change in amoCRM to the mirror; `spoiled` are bodies of the last day."""

    state: HookState
    detail: str
    connected_at: datetime | None
    checked_at: datetime | None
    heard_at: datetime | None
    lag: timedelta | None
    spoiled: int


@dataclass(frozen=True, slots=True)
class PollVitals:
    """How amoCRM is asked. `until`: the mirror holds everything up to this moment."""

    at: datetime | None
    pages: int
    took: timedelta
    period: timedelta
    news_at: datetime | None
    until: datetime | None
    is_loading: bool


@dataclass(frozen=True, slots=True)
class TokenVitals:
    """`is_renewed`: it is renewed by itself, so its end is no trouble."""

    issued_at: datetime
    expires_at: datetime | None
    is_renewed: bool
    trouble: str


@dataclass(frozen=True, slots=True)
class JobTrouble:
    """Background work that stopped, or that fails again and again by a defect of ours."""

    job: str
    is_defect: bool
    reason: str
    times: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Vitals:
    """All vital signs of a connection at one moment."""

    state: AccountState
    reason: str
    hook: HookVitals
    poll: PollVitals
    token: TokenVitals | None
    bodies: Queue
    unread: Queue
    wishes: Queue
    rates: Rates
    troubles: tuple[JobTrouble, ...] = ()
    report: Report | None = None
    spoiled_rows: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, with what its sentence needs."""

    sign: Sign
    level: Level
    number: int = 0
    at: datetime | None = None
    text: str = ""


def examine(vitals: Vitals, now: datetime) -> tuple[Finding, ...]:
    """Return what is wrong, the worst first; a connection that is not there has one finding."""
    if vitals.state is AccountState.DISCONNECTED:
        return (Finding(Sign.DISCONNECTED, Level.BAD),)
    found = [
        *_access(vitals, now),
        *_data(vitals, now),
        *_hook(vitals),
        *_queues(vitals, now),
        *_work(vitals),
        *_check(vitals, now),
    ]
    return tuple(sorted(found, key=lambda one: one.level is not Level.BAD))


def _access(vitals: Vitals, now: datetime) -> Iterator[Finding]:
    if vitals.state is AccountState.SIGN_IN_AGAIN:
        yield Finding(Sign.SIGN_IN_AGAIN, Level.BAD, text=vitals.reason)
        return
    token = vitals.token
    if token is None:
        return
    if token.trouble:
        yield Finding(Sign.TOKEN_TROUBLE, Level.WAIT, text=token.trouble)
    if token.expires_at is not None and not token.is_renewed:
        if token.expires_at <= now:
            yield Finding(Sign.TOKEN_ENDED, Level.BAD, at=token.expires_at)
        elif token.expires_at - now < TOKEN_SOON:
            days = (token.expires_at - now).days
            yield Finding(Sign.TOKEN_ENDS, Level.WAIT, days, token.expires_at)


def _data(vitals: Vitals, now: datetime) -> Iterator[Finding]:
    poll = vitals.poll
    if vitals.state is AccountState.SIGN_IN_AGAIN:
        return
    if poll.is_loading:
        yield Finding(Sign.LOADING, Level.WAIT)
    late = None if poll.until is None else now - poll.until
    is_beginning = poll.is_loading and late is None
    if not is_beginning and (late is None or late > max(DATA_LATE, poll.period * 3)):
        is_bad = late is None or late > DATA_LOST
        yield Finding(Sign.DATA_LATE, Level.BAD if is_bad else Level.WAIT, at=poll.until)
    if vitals.trouble:
        yield Finding(Sign.TROUBLE, Level.WAIT, text=vitals.trouble)


def _hook(vitals: Vitals) -> Iterator[Finding]:
    hook = vitals.hook
    match hook.state:
        case HookState.REFUSED:
            yield Finding(Sign.HOOK_REFUSED, Level.BAD, text=hook.detail)
        case HookState.NO_ADDRESS:
            yield Finding(Sign.HOOK_NO_ADDRESS, Level.WAIT)
        case HookState.UNKNOWN:
            yield Finding(Sign.HOOK_UNSURE, Level.WAIT, text=hook.detail)
        case HookState.ALIVE:
            if is_silent(hook.heard_at, vitals.poll.news_at, hook.connected_at):
                yield Finding(Sign.HOOK_SILENT, Level.BAD, at=hook.heard_at)
    if hook.spoiled:
        yield Finding(Sign.BODIES_SPOILED, Level.WAIT, hook.spoiled)


def _queues(vitals: Vitals, now: datetime) -> Iterator[Finding]:
    for sign, queue in (
        (Sign.BODIES_WAIT, vitals.bodies),
        (Sign.UNREAD_WAITS, vitals.unread),
        (Sign.WISHES_WAIT, vitals.wishes),
    ):
        if queue.oldest_at is not None and now - queue.oldest_at > QUEUE_LATE:
            yield Finding(sign, Level.BAD, queue.waiting, queue.oldest_at)
    if vitals.rates.too_fast > TOO_FAST_FEW:
        yield Finding(Sign.TOO_FAST, Level.WAIT, vitals.rates.too_fast)


def _work(vitals: Vitals) -> Iterator[Finding]:
    """Tell of work that stopped; a lost access stops all of it and has a sign of its own."""
    if vitals.state is AccountState.SIGN_IN_AGAIN:
        return
    for trouble in vitals.troubles:
        sign = Sign.JOB_DEFECT if trouble.is_defect else Sign.JOB_GAVE_UP
        text = f"{trouble.job}: {trouble.reason}"
        yield Finding(sign, Level.BAD, trouble.times, trouble.at, text)


def _check(vitals: Vitals, now: datetime) -> Iterator[Finding]:
    if vitals.poll.is_loading:
        return
    report = vitals.report
    if report is None or report.check.finished_at is None:
        return
    if now - report.check.finished_at > CHECK_LATE:
        yield Finding(Sign.CHECK_LATE, Level.WAIT, at=report.check.finished_at)
    if report.check.outcome is CheckOutcome.UNHEALED:
        total = report.total()
        left = total.found - total.healed
        yield Finding(Sign.CHECK_UNHEALED, Level.BAD, left, report.check.finished_at)
