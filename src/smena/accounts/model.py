"""Words of a connected CRM account."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from smena.kernel.ids import AccountId
from smena.kernel.reasons import reason_text

CONSENT_VERSION = 1
"""Grows with every change of the text of the consent: everybody is asked again."""


class AccountState(StrEnum):
    """Whether the CRM lets us in."""

    CONNECTED = "connected"
    SIGN_IN_AGAIN = "sign_in_again"
    DISCONNECTED = "disconnected"


class Module(StrEnum):
    """A part of the product that an account may do without."""

    ACTIVITY = "activity"
    DISTRIBUTION = "distribution"


@dataclass(frozen=True, slots=True)
class Account:
    """One account of amoCRM, known by amoCRM's own number."""

    id: AccountId
    name: str
    base_url: str
    subdomain: str
    time_zone: str
    """By which days and shifts are counted: the chosen one, else the CRM's."""
    crm_time_zone: str
    """The CRM's own: its texts without an offset are written in it."""
    language: str | None
    """For people who have not chosen one themselves; None is the installation's."""
    state: AccountState
    reason: str
    """Why the CRM does not let us in, or soon will not: a code (see `reasons`)."""
    connected_at: datetime
    active_since: datetime
    """Nothing that happened in the CRM before this moment starts an action here."""

    @property
    def state_reason(self) -> str:
        """Say the reason in the reader's language."""
        return reason_text(self.reason)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What the connector learned about an account."""

    id: AccountId
    name: str
    base_url: str
    subdomain: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What an account may set otherwise; None follows the CRM, or the installation."""

    time_zone: str | None
    language: str | None


class Misfit(StrEnum):
    """What is wrong with a field of the settings."""

    NO_SUCH_ZONE = "no_such_zone"
    NO_SUCH_LANGUAGE = "no_such_language"


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether a module works, and since when; None: nobody has ever switched it."""

    is_on: bool = True
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class FormInput:
    """What a person typed and ticked; `version` is the text they had before their eyes."""

    name: str
    phone: str
    role: str
    agrees: bool
    version: str


@dataclass(frozen=True, slots=True)
class ContactPerson:
    """Whom to call about an account."""

    name: str
    phone: str
    role: str


@dataclass(frozen=True, slots=True)
class Giver:
    """Who signed, kept as they were at that moment."""

    person: int
    email: str


@dataclass(frozen=True, slots=True)
class Activation:
    """A consent to the processing of personal data, with the version of its text."""

    version: int
    contact: ContactPerson
    giver: Giver
    given_at: datetime


@dataclass(frozen=True, slots=True)
class AccountStanding:
    """What every page has to know of its account."""

    name: str
    state: AccountState
    reason: str
    """A code (see `reasons`)."""
    version: int | None
    """The latest version of the consent that was given; None before the first entry."""
    language: str | None = None
    modules_off: frozenset[Module] = frozenset()

    @property
    def is_activated(self) -> bool:
        """Tell whether the consent that was given is the one we would ask for today."""
        return self.version is not None and self.version >= CONSENT_VERSION


class Flaw(StrEnum):
    """What is wrong with a field of the activation form."""

    NO_NAME = "no_name"
    NO_PHONE = "no_phone"
    BAD_PHONE = "bad_phone"
    NO_ROLE = "no_role"
    NO_CONSENT = "no_consent"
    OTHER_VERSION = "other_version"
