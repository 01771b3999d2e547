"""How the accounts of this installation are reached: one of these is made at the start."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx2

from smena.connectors.amocrm.api.client import Client
from smena.connectors.amocrm.api.core.address import OWN_MACHINE
from smena.connectors.amocrm.api.rate_limit import Pace, Purpose
from smena.connectors.amocrm.api.request_counts import Tally
from smena.connectors.amocrm.recent_rows import Seen
from smena.connectors.amocrm.store import connection as link
from smena.connectors.amocrm.tokens.auth import Keys
from smena.connectors.amocrm.tokens.oauth_client import TokenDesk
from smena.connectors.amocrm.tokens.refresh import Keyring, held, settled
from smena.kernel.clock import Clock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.errors import GiveUp
from smena.kernel.ids import AccountId

HOOK_KEY_DIGITS = 40
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
class Reach:
    """The connector's service: what its jobs and pages need beside the database and the clock."""

    http: httpx2.AsyncClient
    vault: Vault
    options: Options = field(default_factory=Options)
    seen: dict[AccountId, "Seen"] = field(default_factory=dict)
    known: dict[AccountId, "Known"] = field(default_factory=dict)
    rings: dict[int, Keyring] = field(default_factory=dict)
    tallies: dict[tuple[int, AccountId], Tally] = field(default_factory=dict)

    def hook_key(self, account: AccountId) -> str:
        """Return the secret part of the address at which amoCRM tells us of changes."""
        return self.vault.sign(hook_text(account))[:HOOK_KEY_DIGITS]

    def hook_url(self, account: AccountId) -> str | None:
        """Return that address, None while the installation does not know its own."""
        base = self.options.public_url
        return f"{base}/hooks/amocrm/{account}/{self.hook_key(account)}" if base else None

    def is_hook_key(self, account: AccountId, key: str) -> bool:
        return self.vault.is_signed(hook_text(account), key)

    async def client(self, db: Database, clock: Clock, account: AccountId) -> Client:
        """Return a client for an account's everyday work."""
        return await self._client(db, clock, account, Purpose.POLLING)

    async def client_for_courier(self, db: Database, clock: Clock, account: AccountId) -> Client:
        """Return a client whose requests go before all others."""
        return await self._client(db, clock, account, Purpose.COURIER)

    async def client_for_load(self, db: Database, clock: Clock, account: AccountId) -> Client:
        """Return a client for the first load, which may have a pace of its own and goes last."""
        return await self._client(db, clock, account, Purpose.BULK, for_load=True)

    async def client_in_background(self, db: Database, clock: Clock, account: AccountId) -> Client:
        """Return a client for patient work beside the everyday one; it goes last."""
        return await self._client(db, clock, account, Purpose.BULK)

    async def _client(
        self,
        db: Database,
        clock: Clock,
        account: AccountId,
        purpose: Purpose,
        *,
        for_load: bool = False,
    ) -> Client:
        async with db.tenant(account) as tx:
            connection = await link.one(tx)
            if connection is None:
                raise GiveUp(f"account {account} is not connected")
            found = await held(tx, self.vault)
        told = connection.requests_per_second
        if for_load and connection.load_requests_per_second is not None:
            told = connection.load_requests_per_second
        per_second = self.options.requests_per_second if told is None else told
        pace = Pace(db, clock, account, per_second, purpose)
        tally = self.tallies.setdefault((id(db), account), Tally(db, clock, account))
        return Client(self.http, Keys(self.ring(db, clock), account, found), pace, tally=tally)

    def desk(self, clock: Clock) -> TokenDesk:
        """Return where tokens are asked for."""
        return TokenDesk(self.http, clock, self.options.crm_hosts)

    def ring(self, db: Database, clock: Clock) -> Keyring:
        """Return what renews tokens; one for each database, so that renewals are not doubled."""
        found = self.rings.get(id(db))
        if found is None:
            found = Keyring(db, clock, self.vault, self.desk(clock))
            self.rings[id(db)] = found
        return found

    async def settle(self) -> None:
        """Wait for renewals under way; call it before the database is closed."""
        for ring in self.rings.values():
            await settled(ring)

    def redirect_uri(self) -> str | None:
        """Return where amoCRM sends people after their consent, None without an own address."""
        base = self.options.public_url
        return f"{base}{REDIRECT_PATH}" if base else None

    def disable_uri(self) -> str | None:
        """Return where amoCRM tells that the integration was switched off."""
        base = self.options.public_url
        return f"{base}{DISABLED_PATH}" if base else None

    def know(self, account: AccountId, is_connected: bool, now: datetime) -> "Known":  # noqa: FBT001 -- the answer itself
        """Remember for a while whether bodies for this account are taken."""
        self.known[account] = Known(is_connected, now + KNOWN_FOR)
        return self.known[account]

    def seen_by(self, account: AccountId) -> "Seen":
        return self.seen.setdefault(account, Seen())


@dataclass(frozen=True, slots=True)
class Known:
    """Whether an account is connected, as of a moment ago."""

    is_connected: bool
    until: datetime


def hook_text(account: AccountId) -> str:
    return f"amocrm-hook:{account}"
