"""Connect an account by its address and a long-lived token; let it go again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from smena.accounts import actions as accounts
from smena.accounts import queries as accounts_queries
from smena.accounts.model import AccountState, NewAccount
from smena.connectors.amocrm import hook
from smena.connectors.amocrm.client import AccessLost, Client, Passing, Target
from smena.connectors.amocrm.core import people, translate
from smena.connectors.amocrm.core.address import normalise
from smena.connectors.amocrm.core.listing import users
from smena.connectors.amocrm.core.payload import AccountJson, BadAnswer, read_one
from smena.connectors.amocrm.core.people import Identity
from smena.connectors.amocrm.core.plan import slices
from smena.connectors.amocrm.core.values import BadValue, seconds_of
from smena.connectors.amocrm.core.window import Cursor, Stream
from smena.connectors.amocrm.model import Connected, HookState, NotConnected, Refusal
from smena.connectors.amocrm.pace import Pace
from smena.connectors.amocrm.reach import Reach
from smena.connectors.amocrm.store import link, load
from smena.crm.model import User
from smena.kernel.clock import Clock
from smena.kernel.db import Database, Tx
from smena.kernel.errors import GiveUp, TryLater
from smena.kernel.ids import AccountId
from smena.kernel.jobs import wake

TOKEN_MAX = 8_000
ACCOUNT_PATH = "/api/v4/account"
ACCOUNT_WITH = (("with", "datetime_settings,users_groups,task_types"),)
PROOF_REQUESTS = 2
PROOF_TRIES = 2
UNPROVEN = AccountId(0)
"""Whose pace counts until the account has told its number."""

REFUSALS = {
    401: Refusal.WRONG_TOKEN,
    402: Refusal.NOT_PAID,
    403: Refusal.NOT_ADMIN,
}


@dataclass(frozen=True, slots=True)
class Request:
    """What a person typed. The two rates are for an emulator; None is amoCRM's own limit."""

    address: str
    token: str
    requests_per_second: float | None = None
    load_requests_per_second: float | None = None


@dataclass(frozen=True, slots=True)
class _Proven:
    """What amoCRM told about the token."""

    base_url: str
    identity: Identity
    ahead: timedelta


async def connect_by_token(
    db: Database, clock: Clock, reach: Reach, asked: Request
) -> Connected | NotConnected:
    """Prove the token, remember the account, subscribe to webhooks, ask for the first load."""
    base_url = normalise(asked.address, reach.options.allowed_hosts)
    if isinstance(base_url, NotConnected):
        return base_url
    token = asked.token.strip()
    if not token or len(token) > TOKEN_MAX or not token.isascii() or not token.isprintable():
        return NotConnected(Refusal.NO_TOKEN)
    pace = Pace(db, clock, UNPROVEN, 0)
    client = Client(reach.http, Target(base_url, token), pace, tries=PROOF_TRIES)
    proven = await _prove(client, base_url, clock)
    if isinstance(proven, NotConnected):
        return proven
    account = proven.identity.account
    async with db.tenant(account) as tx:
        elsewhere = await _connected_elsewhere(tx, base_url)
        if elsewhere is not None:
            return NotConnected(Refusal.MOVED, elsewhere)
        await _remember(tx, reach, proven, asked, clock.now())
    client = await reach.client(db, clock, account)
    await client.count_earlier(PROOF_REQUESTS)
    subscribed = await hook.ensure(client, reach.hook_url(account))
    async with db.tenant(account) as tx:
        await link.save_hook(tx, subscribed.state, subscribed.detail, clock.now())
    return Connected(account, proven.identity.name, subscribed.state)


async def disconnect(db: Database, clock: Clock, reach: Reach, account: AccountId) -> None:
    """Take back the webhooks where it can still be done, forget the token, stop asking."""
    try:
        client = await reach.client(db, clock, account)
        await hook.cancel(client, reach.hook_url(account))
    except (Passing, TryLater, GiveUp):
        pass  # amoCRM need not agree to be left; it gives up on an address that is gone
    async with db.tenant(account) as tx:
        await link.deactivate(tx, "", clock.now())
        await link.save_hook(tx, HookState.UNKNOWN, "", clock.now())
        await accounts.disconnect(tx)


async def _prove(client: Client, base_url: str, clock: Clock) -> _Proven | NotConnected:
    """Ask who we are; only an administrator's token sees everything (amocrm.md section 2.6)."""
    try:
        json = await client.read(ACCOUNT_PATH, ACCOUNT_WITH, lambda b: read_one(b, AccountJson))
        identity, _groups = people.account(json)
        people.require_name(identity)
        asked_at = clock.now()
        page = await client.list_page(users())
        told = (client.server_time or asked_at) - asked_at
    except AccessLost as lost:
        return NotConnected(REFUSALS.get(lost.status, Refusal.WRONG_TOKEN))
    except TryLater as trouble:
        return NotConnected(_refusal(trouble.reason), trouble.reason)
    except (BadAnswer, BadValue) as trouble:
        return NotConnected(Refusal.NOT_AMOCRM, str(trouble))
    found = translate.page("users", page.items).changes.users
    if not _is_admin(found, identity):
        return NotConnected(Refusal.NOT_ADMIN)
    return _Proven(base_url, identity, told)


async def _connected_elsewhere(tx: Tx, base_url: str) -> str | None:
    """Return where this account is connected, when that is another address.

    Its administrator has to let go of the old one first (docs/decisions/0001): otherwise whoever
    answers at the new address would take over the account's webhooks and wishes.
    """
    found = await link.one(tx)
    if found is None or not found.is_active:
        return None
    known = await accounts_queries.account(tx)
    return None if known.base_url == base_url else known.base_url


def _is_admin(found: tuple[User, ...], identity: Identity) -> bool:
    """Accept when the token's owner is an administrator, or is not in the first page."""
    mine = [user for user in found if user.id == identity.current_user]
    return bool(found) and (not mine or mine[0].is_admin)


def _refusal(reason: str) -> Refusal:
    if "429" in reason:
        return Refusal.TOO_OFTEN
    return Refusal.NOT_AMOCRM if "cannot be read" in reason else Refusal.NO_ANSWER


async def _remember(tx: Tx, reach: Reach, proven: _Proven, asked: Request, now: datetime) -> None:
    identity = proven.identity
    new = NewAccount(
        id=identity.account,
        name=identity.name,
        base_url=proven.base_url,
        subdomain=identity.subdomain,
        time_zone=identity.time_zone,
        token_sealed=reach.vault.seal(asked.token.strip().encode()),
    )
    await accounts.connect(tx, new, now)
    await accounts.set_state(tx, AccountState.CONNECTED)
    before = await link.one(tx)
    await link.connect(
        tx, identity.current_user, asked.requests_per_second, asked.load_requests_per_second, now
    )
    if before is None or before.load_started_at is None:
        await load.start(tx, slices(now + proven.ahead, reach.options.history_days), now)
    if not await link.cursors(tx):
        here = seconds_of(now + proven.ahead)
        await link.save_cursors(tx, [Cursor(stream, here) for stream in Stream])
    await wake(tx, "amocrm.load", identity.account)
    await wake(tx, "amocrm.poll", identity.account)
