"""Connect an account: by a long-lived token, or by a code that amoCRM gave after a consent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from smena.accounts import actions as accounts
from smena.accounts import queries as accounts_queries
from smena.accounts.model import AccountState, NewAccount
from smena.connectors.amocrm import reasons
from smena.connectors.amocrm.api.auth import TypedToken
from smena.connectors.amocrm.api.client import AccessLost, Client
from smena.connectors.amocrm.api.core.address import is_cloud, normalise
from smena.connectors.amocrm.api.core.listing import users
from smena.connectors.amocrm.api.core.payload import AccountJson, BadAnswer, read_one
from smena.connectors.amocrm.api.core.target import Target
from smena.connectors.amocrm.api.core.values import BadValue, seconds_of
from smena.connectors.amocrm.api.rate_limit import AMOCRM
from smena.connectors.amocrm.model import Connected, ConnectRefusal, Integration, NotConnected
from smena.connectors.amocrm.reading.core.first_load import slices
from smena.connectors.amocrm.reading.core.window import Cursor, Stream
from smena.connectors.amocrm.reading.store import cursors, first_load
from smena.connectors.amocrm.service import AmocrmService
from smena.connectors.amocrm.store import connections
from smena.connectors.amocrm.tokens.core.claims import read_claims
from smena.connectors.amocrm.tokens.core.token_response import (
    GrantRefused,
    NoTokenPair,
    TokenPair,
    Unclear,
)
from smena.connectors.amocrm.tokens.store import tokens
from smena.connectors.amocrm.translation import parse, people
from smena.connectors.amocrm.translation.people import AccountIdentity
from smena.connectors.amocrm.webhooks import subscription
from smena.connectors.kit import onboarding
from smena.connectors.kit.model import Founder
from smena.connectors.kit.rate_limiter import RateLimiter
from smena.crm.model.entities import User
from smena.kernel.clock import Clock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database, Tx
from smena.kernel.errors import TryLater
from smena.kernel.ids import AccountId
from smena.kernel.jobs.enqueue import wake

TOKEN_MAX = 8_000
ACCOUNT_PATH = "/api/v4/account"
ACCOUNT_WITH = (("with", "datetime_settings,users_groups,task_types"),)
PROOF_REQUESTS = 2
PROOF_ATTEMPTS = 2
UNPROVEN = AccountId(0)
"""Whose limit counts until the account has told its number."""

REFUSALS = {
    401: ConnectRefusal.WRONG_TOKEN,
    402: ConnectRefusal.NOT_PAID,
    403: ConnectRefusal.NOT_ADMIN,
}
OF_CODE = {
    GrantRefused.SPENT: ConnectRefusal.WRONG_CODE,
    GrantRefused.CLIENT: ConnectRefusal.WRONG_CLIENT,
    GrantRefused.ABSENT: ConnectRefusal.NOT_AMOCRM,
}


@dataclass(frozen=True, slots=True)
class Request:
    """What was typed, by whom. The two rates are for an emulator; None is amoCRM's own limit."""

    address: str
    token: str
    requests_per_second: float | None = None
    load_requests_per_second: float | None = None
    founder: Founder | None = None


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """A consent given in amoCRM. `expected` is the account that is being connected again."""

    base_url: str
    integration: Integration
    code: str
    expected: AccountId | None = None
    requests_per_second: float | None = None
    load_requests_per_second: float | None = None
    founder: Founder | None = None

    def __repr__(self) -> str:
        return f"CodeRequest({self.base_url})"


@dataclass(frozen=True, slots=True)
class _Proven:
    """What amoCRM told about the token."""

    base_url: str
    identity: AccountIdentity
    clock_offset: timedelta


async def connect_by_token(
    db: Database, clock: Clock, service: AmocrmService, asked: Request
) -> Connected | NotConnected:
    """Prove the token, remember the account, subscribe to webhooks, ask for the first load."""
    base_url = normalise(asked.address, service.options.crm_hosts)
    if isinstance(base_url, NotConnected):
        return base_url
    token = asked.token.strip()
    if not token or len(token) > TOKEN_MAX or not token.isascii() or not token.isprintable():
        return NotConnected(ConnectRefusal.NO_TOKEN)
    proven = await _prove(db, clock, service, Target(base_url, token))
    if isinstance(proven, NotConnected):
        return proven
    return await _take(db, clock, service, proven, asked, token)


async def connect_by_code(
    db: Database, clock: Clock, service: AmocrmService, asked: CodeRequest
) -> Connected | NotConnected:
    """Exchange the code for the first pair of tokens, then do as with a typed token."""
    granted = await service.oauth(clock).exchange(asked.base_url, asked.integration, asked.code)
    match granted:
        case Unclear(detail):
            return NotConnected(ConnectRefusal.NO_ANSWER, detail)
        case NoTokenPair(refused, detail):
            return NotConnected(OF_CODE[refused], detail)
    proven = await _prove(db, clock, service, Target(asked.base_url, granted.access))
    if isinstance(proven, NotConnected):
        return proven
    if asked.expected is not None and proven.identity.account != asked.expected:
        return NotConnected(ConnectRefusal.ANOTHER_ACCOUNT, proven.identity.name)
    return await _take(db, clock, service, proven, asked, granted)


async def _take(
    db: Database,
    clock: Clock,
    service: AmocrmService,
    proven: _Proven,
    asked: Request | CodeRequest,
    secret: str | TokenPair,
) -> Connected | NotConnected:
    """Remember a proven account with its first settings, then subscribe to its webhooks."""
    account = proven.identity.account
    async with db.tenant(account) as tx:
        # Tokens, account, connection: locks in this order everywhere, as a renewal takes them.
        await tokens.hold(tx)
        elsewhere = await _connected_elsewhere(tx, proven.base_url)
        if elsewhere is not None:
            return NotConnected(ConnectRefusal.MOVED, elsewhere)
        await _remember(tx, service, proven, asked, clock.now())
        onboarded = await onboarding.settle(tx, asked.founder, clock.now())
        if isinstance(secret, TokenPair):
            await tokens.put_pair(tx, service.vault, secret)
        else:
            await _keep_long_lived(tx, service.vault, secret, clock.now())
        if isinstance(asked, CodeRequest):
            await tokens.put_integration(tx, service.vault, asked.integration)
    client = await service.client(db, clock, account)
    await client.count_earlier(PROOF_REQUESTS)
    subscribed = await subscription.ensure(client, service.webhook_url(account))
    async with db.tenant(account) as tx:
        await connections.save_webhook(tx, subscribed.state, subscribed.detail, clock.now())
    onboarded = await onboarding.open_session(db, onboarded, asked.founder, account, clock.now())
    return Connected(account, proven.identity.name, subscribed.state, onboarded)


async def _keep_long_lived(tx: Tx, vault: Vault, token: str, now: datetime) -> None:
    claims = read_claims(token)
    await tokens.put_long_lived(tx, vault, token, claims.issued_at or now, claims.expires_at)


async def _prove(
    db: Database, clock: Clock, service: AmocrmService, target: Target
) -> _Proven | NotConnected:
    """Ask who we are; only an administrator's token sees everything (amocrm.md section 2.6)."""
    pace = RateLimiter(db, clock, UNPROVEN, AMOCRM, 0)
    client = Client(service.http, TypedToken(target), pace, attempts=PROOF_ATTEMPTS)
    try:
        json = await client.read(ACCOUNT_PATH, ACCOUNT_WITH, lambda b: read_one(b, AccountJson))
        identity, _groups = people.account(json)
        people.require_name(identity)
        asked_at = clock.now()
        page = await client.list_page(users())
        told = (client.server_time or asked_at) - asked_at
    except AccessLost as lost:
        return NotConnected(REFUSALS.get(lost.status, ConnectRefusal.WRONG_TOKEN))
    except TryLater as trouble:
        return NotConnected(_refusal(trouble.reason), trouble.reason)
    except (BadAnswer, BadValue) as trouble:
        return NotConnected(ConnectRefusal.NOT_AMOCRM, str(trouble))
    found = parse.page("users", page.items).changes.users
    if not _is_admin(found, identity):
        return NotConnected(ConnectRefusal.NOT_ADMIN)
    return _Proven(target.base_url, identity, told)


async def _connected_elsewhere(tx: Tx, base_url: str) -> str | None:
    """Return where this account is connected, when that is another address.

    Its administrator has to disconnect the old one first (docs/decisions/0001): otherwise whoever
    answers at the new address would take over the account's webhooks and commands. Between two
    hosts of amoCRM's own clouds nobody else can answer: there it is a rename.
    """
    if await connections.active(tx) is None:
        return None
    known = (await accounts_queries.account(tx)).base_url
    if known == base_url or (_is_clouds(known) and _is_clouds(base_url)):
        return None
    return known


def _is_clouds(base_url: str) -> bool:
    return is_cloud(urlsplit(base_url).hostname or "")


def _is_admin(found: tuple[User, ...], identity: AccountIdentity) -> bool:
    """Accept when the token's owner is an administrator, or is not in the first page."""
    mine = [user for user in found if user.id == identity.current_user]
    return bool(found) and (not mine or mine[0].is_admin)


def _refusal(reason: str) -> ConnectRefusal:
    if reasons.TOO_FAST.is_of(reason):
        return ConnectRefusal.TOO_OFTEN
    is_foreign = reasons.UNREADABLE.is_of(reason)
    return ConnectRefusal.NOT_AMOCRM if is_foreign else ConnectRefusal.NO_ANSWER


async def _remember(
    tx: Tx, service: AmocrmService, proven: _Proven, asked: Request | CodeRequest, now: datetime
) -> None:
    identity = proven.identity
    new = NewAccount(
        id=identity.account,
        name=identity.name,
        base_url=proven.base_url,
        subdomain=identity.subdomain,
        time_zone=identity.time_zone,
    )
    await accounts.connect(tx, new, now)
    await accounts.set_state(tx, AccountState.CONNECTED)
    before = await connections.one(tx)
    await connections.connect(
        tx, identity.current_user, asked.requests_per_second, asked.load_requests_per_second, now
    )
    if before is None or before.load_started_at is None:
        await first_load.start(
            tx, slices(now + proven.clock_offset, service.options.history_days), now
        )
    if not await cursors.cursors(tx):
        here = seconds_of(now + proven.clock_offset)
        await cursors.save_cursors(tx, [Cursor(stream, here) for stream in Stream])
    await wake(tx, "amocrm.load", identity.account)
    await wake(tx, "amocrm.poll", identity.account)
