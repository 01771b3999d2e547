"""Whether a connection is well, what is wrong with it, and how bad that is.

All that is known of it goes in, findings come out, the worst first. What a person should do about
each is told in `health/words.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from smena.accounts.model import AccountState
from smena.connectors.amocrm.api.core.request_counts import Rates
from smena.connectors.amocrm.model import WebhookState
from smena.connectors.amocrm.reconciliation.model import ReconciliationOutcome, Report
from smena.connectors.amocrm.webhooks.core.subscription import is_silent
from smena.connectors.kit.core import findings
from smena.connectors.kit.core.findings import Level, worst_first

DATA_LATE = timedelta(minutes=2)
DATA_LOST = timedelta(minutes=15)
QUEUE_LATE = timedelta(minutes=5)
TOKEN_SOON = timedelta(days=14)
CHECK_LATE = timedelta(days=2)
TOO_FAST_FEW = 10


class FindingKind(StrEnum):
    """What may be wrong with a connection."""

    DISCONNECTED = "disconnected"
    SIGN_IN_AGAIN = "sign_in_again"
    TOKEN_ENDED = "token_ended"  # noqa: S105 -- a name, not a secret
    TOKEN_ENDS = "token_ends"  # noqa: S105 -- a name, not a secret
    TOKEN_TROUBLE = "token_trouble"  # noqa: S105 -- a name, not a secret
    LOADING = "loading"
    DATA_LATE = "data_late"
    WEBHOOK_REFUSED = "webhook_refused"
    WEBHOOK_NO_ADDRESS = "webhook_no_address"
    WEBHOOK_UNSURE = "webhook_unsure"
    WEBHOOK_SILENT = "webhook_silent"
    BODIES_WAIT = "bodies_wait"
    DEAD_LETTERS = "dead_letters"
    UNREAD_WAITS = "unread_waits"
    COMMANDS_WAIT = "commands_wait"
    TOO_FAST = "too_fast"
    JOB_GAVE_UP = "job_gave_up"
    JOB_DEFECT = "job_defect"
    CHECK_LATE = "check_late"
    CHECK_UNHEALED = "check_unhealed"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class WaitingQueue:
    """Things that wait, and since when the oldest does."""

    waiting: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WebhookFacts:
    """`lag` is from the change in amoCRM to the mirror.

    `dead_letters` are bodies of the last day.
    """

    state: WebhookState
    detail: str
    connected_at: datetime | None
    checked_at: datetime | None
    heard_at: datetime | None
    lag: timedelta | None
    dead_letters: int


@dataclass(frozen=True, slots=True)
class PollFacts:
    """How amoCRM is asked. `until`: the mirror holds everything up to this moment."""

    at: datetime | None
    pages: int
    took: timedelta
    period: timedelta
    news_at: datetime | None
    until: datetime | None
    is_loading: bool


@dataclass(frozen=True, slots=True)
class TokenFacts:
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
class HealthFacts:
    """All that is known of a connection at one moment."""

    state: AccountState
    reason: str
    webhook: WebhookFacts
    poll: PollFacts
    token: TokenFacts | None
    bodies: WaitingQueue
    unread: WaitingQueue
    commands: WaitingQueue
    rates: Rates
    troubles: tuple[JobTrouble, ...] = ()
    report: Report | None = None
    malformed_rows: int = 0
    trouble: str = ""


Finding = findings.Finding[FindingKind]


def examine(health: HealthFacts, now: datetime) -> tuple[Finding, ...]:
    """Return what is wrong, the worst first; a connection that is not there has one finding."""
    if health.state is AccountState.DISCONNECTED:
        return (Finding(FindingKind.DISCONNECTED, Level.BAD),)
    found = [
        *_access(health, now),
        *_data(health, now),
        *_webhook(health),
        *_queues(health, now),
        *_work(health),
        *_check(health, now),
    ]
    return worst_first(found)


def _access(health: HealthFacts, now: datetime) -> Iterator[Finding]:
    if health.state is AccountState.SIGN_IN_AGAIN:
        yield Finding(FindingKind.SIGN_IN_AGAIN, Level.BAD, text=health.reason)
        return
    token = health.token
    if token is None:
        return
    if token.trouble:
        yield Finding(FindingKind.TOKEN_TROUBLE, Level.WAIT, text=token.trouble)
    if token.expires_at is not None and not token.is_renewed:
        if token.expires_at <= now:
            yield Finding(FindingKind.TOKEN_ENDED, Level.BAD, at=token.expires_at)
        elif token.expires_at - now < TOKEN_SOON:
            days = (token.expires_at - now).days
            yield Finding(FindingKind.TOKEN_ENDS, Level.WAIT, days, token.expires_at)


def _data(health: HealthFacts, now: datetime) -> Iterator[Finding]:
    poll = health.poll
    if health.state is AccountState.SIGN_IN_AGAIN:
        return
    if poll.is_loading:
        yield Finding(FindingKind.LOADING, Level.WAIT)
    late = None if poll.until is None else now - poll.until
    is_beginning = poll.is_loading and late is None
    if not is_beginning and (late is None or late > max(DATA_LATE, poll.period * 3)):
        is_bad = late is None or late > DATA_LOST
        yield Finding(FindingKind.DATA_LATE, Level.BAD if is_bad else Level.WAIT, at=poll.until)
    if health.trouble:
        yield Finding(FindingKind.TROUBLE, Level.WAIT, text=health.trouble)


def _webhook(health: HealthFacts) -> Iterator[Finding]:
    webhook = health.webhook
    match webhook.state:
        case WebhookState.REFUSED:
            yield Finding(FindingKind.WEBHOOK_REFUSED, Level.BAD, text=webhook.detail)
        case WebhookState.NO_ADDRESS:
            yield Finding(FindingKind.WEBHOOK_NO_ADDRESS, Level.WAIT)
        case WebhookState.UNKNOWN:
            yield Finding(FindingKind.WEBHOOK_UNSURE, Level.WAIT, text=webhook.detail)
        case WebhookState.ALIVE:
            if is_silent(webhook.heard_at, health.poll.news_at, webhook.connected_at):
                yield Finding(FindingKind.WEBHOOK_SILENT, Level.BAD, at=webhook.heard_at)
    if webhook.dead_letters:
        yield Finding(FindingKind.DEAD_LETTERS, Level.WAIT, webhook.dead_letters)


def _queues(health: HealthFacts, now: datetime) -> Iterator[Finding]:
    for kind, queue in (
        (FindingKind.BODIES_WAIT, health.bodies),
        (FindingKind.UNREAD_WAITS, health.unread),
        (FindingKind.COMMANDS_WAIT, health.commands),
    ):
        if queue.oldest_at is not None and now - queue.oldest_at > QUEUE_LATE:
            yield Finding(kind, Level.BAD, queue.waiting, queue.oldest_at)
    if health.rates.too_fast > TOO_FAST_FEW:
        yield Finding(FindingKind.TOO_FAST, Level.WAIT, health.rates.too_fast)


def _work(health: HealthFacts) -> Iterator[Finding]:
    """Tell of work that stopped; a lost access stops all of it and is a finding of its own."""
    if health.state is AccountState.SIGN_IN_AGAIN:
        return
    for trouble in health.troubles:
        kind = FindingKind.JOB_DEFECT if trouble.is_defect else FindingKind.JOB_GAVE_UP
        text = f"{trouble.job}: {trouble.reason}"
        yield Finding(kind, Level.BAD, trouble.times, trouble.at, text)


def _check(health: HealthFacts, now: datetime) -> Iterator[Finding]:
    if health.poll.is_loading:
        return
    report = health.report
    if report is None or report.reconciliation.finished_at is None:
        return
    if now - report.reconciliation.finished_at > CHECK_LATE:
        yield Finding(FindingKind.CHECK_LATE, Level.WAIT, at=report.reconciliation.finished_at)
    if report.reconciliation.outcome is ReconciliationOutcome.UNHEALED:
        total = report.total()
        left = total.found - total.healed
        yield Finding(
            FindingKind.CHECK_UNHEALED, Level.BAD, left, report.reconciliation.finished_at
        )
