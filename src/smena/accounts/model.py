"""Words of a connected CRM account."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from smena.kernel.ids import AccountId


class AccountState(StrEnum):
    """Whether the CRM lets us in."""

    CONNECTED = "connected"
    SIGN_IN_AGAIN = "sign_in_again"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, slots=True)
class Account:
    """One account of amoCRM, known by amoCRM's own number."""

    id: AccountId
    name: str
    base_url: str
    subdomain: str
    time_zone: str
    state: AccountState
    state_reason: str
    connected_at: datetime
    active_since: datetime
    """Nothing that happened in the CRM before this moment starts an action here."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What the connector learned about an account, with the token already sealed."""

    id: AccountId
    name: str
    base_url: str
    subdomain: str
    time_zone: str
    token_sealed: bytes
