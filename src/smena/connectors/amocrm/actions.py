"""What the application may do with the connection to amoCRM."""

from datetime import datetime, timedelta

from smena.accounts import actions as accounts
from smena.accounts.reasons import Reason
from smena.connectors.amocrm import connecting, deep_history, hook, letting_go, reconcile
from smena.connectors.amocrm.connecting import CodeRequest, Request
from smena.connectors.amocrm.core.disabled import Disabled
from smena.connectors.amocrm.core.history import History, Unwanted
from smena.connectors.amocrm.core.renewal import Version
from smena.connectors.amocrm.model import AskedBy, Connected, HookState, NotConnected, SwitchedOff
from smena.connectors.amocrm.reach import Reach
from smena.connectors.amocrm.store import check, link, minutes, tokens
from smena.kernel.clock import Clock
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs import wake

UNAUTHORIZED = 401
REASONS = {UNAUTHORIZED: Reason.TOKEN, 402: Reason.NOT_PAID, 403: Reason.FORBIDDEN}

REPORTS_KEPT = timedelta(days=60)
MINUTES_KEPT = timedelta(days=1)


async def connect_by_token(
    db: Database, clock: Clock, reach: Reach, asked: Request
) -> Connected | NotConnected:
    """Connect an account by its address and a long-lived token (see `connecting`)."""
    return await connecting.connect_by_token(db, clock, reach, asked)


async def disconnect(db: Database, clock: Clock, reach: Reach, account: AccountId) -> None:
    """Stop reading an account and forget its tokens; what was read stays."""
    await letting_go.disconnect(db, clock, reach, account)


async def connect_by_code(
    db: Database, clock: Clock, reach: Reach, asked: CodeRequest
) -> Connected | NotConnected:
    """Connect an account by a code that amoCRM gave after a consent (see `connecting`)."""
    return await connecting.connect_by_code(db, clock, reach, asked)


async def switched_off(db: Database, clock: Clock, reach: Reach, told: Disabled) -> SwitchedOff:
    """Hear that our integration was switched off in amoCRM (see `letting_go`)."""
    return await letting_go.switched_off(db, clock, reach, told)


async def set_rate(tx: Tx, per_second: float | None, load_per_second: float | None) -> None:
    """Set how fast amoCRM may be asked: None is the installation's default, 0 is no limit."""
    await link.set_rate(tx, per_second, load_per_second)


async def want_history(tx: Tx, text: str, now: datetime) -> History | Unwanted:
    """Have the event log read back to a date (`2025-01-01`) of the account's calendar."""
    return await deep_history.ask(tx, text, now)


async def pause_history(tx: Tx) -> None:
    """Stop reading the past until somebody goes on."""
    await deep_history.pause(tx)


async def go_on_with_history(tx: Tx, now: datetime) -> None:
    await deep_history.go_on(tx, now)


async def tokens_in_use(tx: Tx) -> Version | None:
    """Tell with which tokens amoCRM is asked now."""
    return await tokens.version(tx)


async def access_lost(tx: Tx, status: int, now: datetime, used: Version | None = None) -> None:
    """Stop asking: somebody has to connect the account again.

    An answer that was under way when a person let go of the account changes nothing, and neither
    does one to the tokens that were `used` before somebody connected it again.
    """
    await tokens.hold(tx)
    if used is not None and await tokens.version(tx) not in (None, used):
        return
    reason = REASONS.get(status, Reason.ANSWERS.about(status))
    if status == UNAUTHORIZED:
        known = await tokens.reason(tx)
        reason = Reason(known) if known in set(Reason) else reason
    if await accounts.shut_out(tx, reason):
        await link.deactivate(tx, reason, now)


async def access_regained(tx: Tx, now: datetime) -> None:
    """Go on asking: amoCRM lets us in again, and nobody has let go of the account meanwhile."""
    if await accounts.let_in_again(tx):
        await link.activate(tx, now)
        await wake(tx, "amocrm.poll", tx.account)


async def hint(tx: Tx, now: datetime) -> None:
    """Ask amoCRM for news soon."""
    await link.hint(tx, now)


async def note_trouble(tx: Tx, reason: str, now: datetime) -> None:
    """Remember passing trouble for the page; the next good answer forgets it."""
    await link.note_trouble(tx, reason, now)


async def save_hook(tx: Tx, subscribed: hook.Subscribed, now: datetime) -> HookState:
    """Remember how the subscription to webhooks stands."""
    await link.save_hook(tx, subscribed.state, subscribed.detail, now)
    return subscribed.state


async def check_now(tx: Tx, now: datetime) -> bool:
    """Begin to compare the mirror with amoCRM; False when that is under way or not possible."""
    return await reconcile.begin(tx, AskedBy.PERSON, now)


async def check_tonight(tx: Tx, now: datetime) -> bool:
    """Begin the nightly comparison when the account's own clock says so."""
    return await reconcile.begin_tonight(tx, now)


async def trim(tx: Tx, now: datetime) -> None:
    """Forget old reports of checks and counted requests (system transaction)."""
    await check.trim(tx, now - REPORTS_KEPT)
    await minutes.trim(tx, now - MINUTES_KEPT)
