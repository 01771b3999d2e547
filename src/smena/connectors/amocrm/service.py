"""The connector's service object: how the accounts of this installation are asked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx2

from smena.connectors.amocrm import reasons
from smena.connectors.amocrm.api.client import Client
from smena.connectors.amocrm.api.core.address import OWN_MACHINE
from smena.connectors.amocrm.api.rate_limit import AMOCRM
from smena.connectors.amocrm.api.request_counts import RequestCounter
from smena.connectors.amocrm.recent_rows import RecentRows
from smena.connectors.amocrm.store import connections
from smena.connectors.amocrm.tokens.auth import TokenAuth
from smena.connectors.amocrm.tokens.oauth_client import OAuthClient
from smena.connectors.amocrm.tokens.refresh import TokenRefresher, held
from smena.connectors.kit.rate_limiter import Purpose, RateLimiter
from smena.kernel.clock import Clock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.errors import GiveUp
from smena.kernel.ids import AccountId

WEBHOOK_KEY_DIGITS = 40
REDIRECT_PATH = "/oauth/amocrm"
DISABLED_PATH = "/hooks/amocrm/disabled"
KNOWN_FOR = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator of the installation may set."""

    public_url: str = ""
    poll_period: timedelta = timedelta(seconds=5)
    requests_per_second: float = 7.0
    history_days: int = 14
    allowed_hosts: frozenset[str] = frozenset()
    """Hosts beside the clouds of amoCRM that an account may live on, e.g. an emulator's."""
    is_own_machine_allowed: bool = True
    """False where people other than this machine's own may type an address."""

    @property
    def crm_hosts(self) -> frozenset[str]:
        """Return all hosts beside the clouds that may be asked."""
        return self.allowed_hosts | (OWN_MACHINE if self.is_own_machine_allowed else frozenset())


@dataclass(frozen=True, slots=True)
class AmocrmService:
    """The connector's service: what its jobs and pages need beside the database and the clock."""

    http: httpx2.AsyncClient
    vault: Vault
    options: Options = field(default_factory=Options)
    seen: dict[AccountId, "RecentRows"] = field(default_factory=dict)
    known: dict[AccountId, "KnownConnection"] = field(default_factory=dict)
    refreshers: dict[int, TokenRefresher] = field(default_factory=dict)
    request_counters: dict[tuple[int, AccountId], RequestCounter] = field(default_factory=dict)

    def webhook_key(self, account: AccountId) -> str:
        """Return the secret part of the address at which amoCRM tells us of changes."""
        return self.vault.sign(webhook_text(account))[:WEBHOOK_KEY_DIGITS]

    def webhook_url(self, account: AccountId) -> str | None:
        """Return that address, None while the installation does not know its own."""
        base = self.options.public_url
        return f"{base}/hooks/amocrm/{account}/{self.webhook_key(account)}" if base else None

    def is_webhook_key(self, account: AccountId, key: str) -> bool:
        return self.vault.is_signed(webhook_text(account), key)

    async def client(
        self,
        db: Database,
        clock: Clock,
        account: AccountId,
        purpose: Purpose = Purpose.POLLING,
        *,
        for_load: bool = False,
    ) -> Client:
        """Return a client of an account, whose requests wait their turn by `purpose`.

        The first load may have a pace of its own. Raise `GiveUp` when no account is connected.
        """
        async with db.tenant(account) as tx:
            connection = await connections.one(tx)
            if connection is None:
                raise GiveUp(reasons.NOT_CONNECTED.about())
            found = await held(tx, self.vault)
        own = connection.requests_per_second
        if for_load and connection.load_requests_per_second is not None:
            own = connection.load_requests_per_second
        per_second = self.options.requests_per_second if own is None else own
        pace = RateLimiter(db, clock, account, AMOCRM, per_second, purpose)
        request_counter = self.request_counters.setdefault(
            (id(db), account), RequestCounter(db, clock, account)
        )
        return Client(
            self.http,
            TokenAuth(self.refresher(db, clock), account, found),
            pace,
            request_counter=request_counter,
        )

    def oauth(self, clock: Clock) -> OAuthClient:
        """Return where tokens are asked for."""
        return OAuthClient(self.http, clock, self.options.crm_hosts)

    def refresher(self, db: Database, clock: Clock) -> TokenRefresher:
        """Return what renews tokens; one for each database, so that renewals are not doubled."""
        found = self.refreshers.get(id(db))
        if found is None:
            found = TokenRefresher(db, clock, self.vault, self.oauth(clock))
            self.refreshers[id(db)] = found
        return found

    async def settle(self) -> None:
        """Wait for renewals under way; call it before the database is closed."""
        for refresher in self.refreshers.values():
            await refresher.settle()

    def redirect_uri(self) -> str | None:
        """Return where amoCRM sends people after their consent, None without an own address."""
        base = self.options.public_url
        return f"{base}{REDIRECT_PATH}" if base else None

    def disable_uri(self) -> str | None:
        """Return where amoCRM tells that the integration was switched off."""
        base = self.options.public_url
        return f"{base}{DISABLED_PATH}" if base else None

    def know(self, account: AccountId, is_connected: bool, now: datetime) -> "KnownConnection":  # noqa: FBT001 -- the answer itself
        """Remember for a while whether bodies for this account are taken."""
        self.known[account] = KnownConnection(is_connected, now + KNOWN_FOR)
        return self.known[account]

    def seen_by(self, account: AccountId) -> "RecentRows":
        return self.seen.setdefault(account, RecentRows())


@dataclass(frozen=True, slots=True)
class KnownConnection:
    """Whether an account is connected, as of a moment ago."""

    is_connected: bool
    until: datetime


def webhook_text(account: AccountId) -> str:
    return f"amocrm-webhook:{account}"
