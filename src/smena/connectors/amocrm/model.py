"""Words of the connection with amoCRM."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from smena.connectors.kit.model import Onboarded
from smena.crm.model.entities import UserId
from smena.kernel.ids import AccountId

LATE_AFTER = timedelta(seconds=60)
"""Data older than this are shown with their age (a poll runs every few seconds)."""


class WebhookState(StrEnum):
    """Whether amoCRM tells us of changes at once; without it we only learn by asking."""

    UNKNOWN = "unknown"
    ALIVE = "alive"
    REFUSED = "refused"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True)
class Connection:
    """How an account is asked and what is known of the connection."""

    account: AccountId
    is_active: bool
    current_user: UserId
    requests_per_second: float | None
    load_requests_per_second: float | None
    webhook_state: WebhookState
    webhook_detail: str
    webhook_checked_at: datetime | None
    load_started_at: datetime | None
    load_finished_at: datetime | None
    complete_until: datetime | None
    clock_offset: timedelta
    hinted_at: datetime | None
    next_poll_at: datetime
    next_cards_at: datetime
    people_at: datetime | None
    reference_data_at: datetime | None
    unsorted_at: datetime | None
    trouble: str
    trouble_at: datetime | None
    malformed_rows: int


@dataclass(frozen=True, slots=True)
class Integration:
    """Our integration inside one account of amoCRM. Its text never shows the secret."""

    client: str
    secret: str
    redirect_uri: str

    def __repr__(self) -> str:
        return f"Integration({self.client})"


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    """A consent that a browser here waits for; `account` is set when one is connected again."""

    id: UUID
    account: AccountId | None
    base_url: str
    integration: Integration
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class UnsolicitedCode:
    """A code that amoCRM sent without being asked: an administrator here has to confirm it."""

    asked: ConsentAsked
    code: str

    def __repr__(self) -> str:
        return f"UnsolicitedCode({self.asked})"


@dataclass(frozen=True, slots=True)
class KeptUnsolicited:
    """A code came unasked and is kept until somebody here confirms it."""


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """How an account lets us in, without any secret."""

    is_by_consent: bool
    client: str
    issued_at: datetime
    expires_at: datetime | None
    trouble: str
    lost_at: datetime | None


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
    webhook_state: WebhookState
    onboarded: Onboarded = field(default_factory=Onboarded)


class ConnectRefusal(StrEnum):
    """Why an account could not be connected; the page has a sentence for each."""

    BAD_ADDRESS = "bad_address"
    OWN_MACHINE = "own_machine"
    FOREIGN_HOST = "foreign_host"
    NO_TOKEN = "no_token"  # noqa: S105 -- a reason, not a secret
    WRONG_TOKEN = "wrong_token"  # noqa: S105 -- a reason, not a secret
    NOT_ADMIN = "not_admin"
    NOT_PAID = "not_paid"
    NO_ANSWER = "no_answer"
    NOT_AMOCRM = "not_amocrm"
    TOO_OFTEN = "too_often"
    MOVED = "moved"
    NO_CLIENT = "no_client"
    BAD_REDIRECT = "bad_redirect"
    NO_CODE = "no_code"
    WRONG_CODE = "wrong_code"
    WRONG_CLIENT = "wrong_client"
    ANOTHER_ACCOUNT = "another_account"
    STALE_STATE = "stale_state"
    DENIED = "denied"
    FOREIGN_REFERER = "foreign_referer"
    BAD_CALLBACK = "bad_callback"
    UNKNOWN_CLIENT = "unknown_client"
    NOT_ALLOWED = "not_allowed"
    TOO_MANY_UNSOLICITED = "too_many_unsolicited"


class SwitchedOff(StrEnum):
    """What came of a message that our integration is off."""

    STOPPED = "stopped"
    ALREADY_OFF = "already_off"
    LET_IN = "let_in"
    """amoCRM still lets us in: the message is old, or early."""
    NOT_SIGNED = "not_signed"


@dataclass(frozen=True, slots=True)
class NotConnected:
    refusal: ConnectRefusal
    detail: str = ""
