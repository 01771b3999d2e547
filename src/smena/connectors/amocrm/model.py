"""Words of the connection with amoCRM."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from smena.connectors.amocrm.core.plan import Progress
from smena.crm.model import UserId
from smena.kernel.ids import AccountId

LATE_AFTER = timedelta(seconds=60)
"""Data older than this are shown with their age (a poll runs every few seconds)."""


class HookState(StrEnum):
    """Whether amoCRM tells us of changes at once; without it we only learn by asking."""

    UNKNOWN = "unknown"
    ALIVE = "alive"
    REFUSED = "refused"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True)
class Connection:
    """How an account is asked and what is known of the link."""

    account: AccountId
    is_active: bool
    current_user: UserId
    requests_per_second: float | None
    load_requests_per_second: float | None
    hook_state: HookState
    hook_detail: str
    hook_checked_at: datetime | None
    load_started_at: datetime | None
    load_finished_at: datetime | None
    complete_until: datetime | None
    ahead: timedelta
    hinted_at: datetime | None
    next_poll_at: datetime
    next_cards_at: datetime
    roster_at: datetime | None
    lists_at: datetime | None
    unsorted_at: datetime | None
    trouble: str
    trouble_at: datetime | None
    spoiled_rows: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """Up to when the mirror is complete; None while nothing has been read."""

    until: datetime | None
    is_loading: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class Connected:
    """The account is ours to read; its first load has been asked for."""

    account: AccountId
    name: str
    hook_state: HookState


class Refusal(StrEnum):
    """Why an account could not be connected; the page has a sentence for each."""

    BAD_ADDRESS = "bad_address"
    FOREIGN_HOST = "foreign_host"
    NO_TOKEN = "no_token"  # noqa: S105 -- a reason, not a secret
    WRONG_TOKEN = "wrong_token"  # noqa: S105 -- a reason, not a secret
    NOT_ADMIN = "not_admin"
    NOT_PAID = "not_paid"
    NO_ANSWER = "no_answer"
    NOT_AMOCRM = "not_amocrm"
    TOO_OFTEN = "too_often"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class NotConnected:
    refusal: Refusal
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the connection page shows."""

    connection: Connection | None
    progress: Progress | None
    freshness: Freshness
