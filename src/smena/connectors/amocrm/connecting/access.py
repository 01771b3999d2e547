"""Whether amoCRM lets us in, and how fast it may be asked."""

from datetime import datetime

from smena.accounts import actions as accounts
from smena.connectors.amocrm import reasons
from smena.connectors.amocrm.api.core.target import Version
from smena.connectors.amocrm.model import WebhookState
from smena.connectors.amocrm.store import connections
from smena.connectors.amocrm.tokens.store import tokens
from smena.connectors.amocrm.webhooks import subscription
from smena.kernel.db import Tx
from smena.kernel.jobs.enqueue import wake

UNAUTHORIZED = 401

REASONS = {UNAUTHORIZED: reasons.TOKEN, 402: reasons.NOT_PAID, 403: reasons.FORBIDDEN}


async def set_rate(tx: Tx, per_second: float | None, load_per_second: float | None) -> None:
    """Set how fast amoCRM may be asked: None is the installation's default, 0 is no limit."""
    await connections.set_rate(tx, per_second, load_per_second)


async def tokens_in_use(tx: Tx) -> Version | None:
    """Tell with which tokens amoCRM is asked now."""
    return await tokens.version(tx)


async def access_lost(tx: Tx, status: int, now: datetime, used: Version | None = None) -> None:
    """Stop asking: somebody has to connect the account again.

    An answer that was under way when a person disconnected the account changes nothing, and neither
    does one to the tokens that were `used` before somebody connected it again.
    """
    await tokens.hold(tx)
    if used is not None and await tokens.version(tx) not in (None, used):
        return
    known = REASONS.get(status)
    reason = reasons.ANSWERS.about(status=status) if known is None else known.about()
    if status == UNAUTHORIZED:
        told = await tokens.reason(tx)
        reason = told if any(one.is_of(told) for one in reasons.NO_ACCESS) else reason
    if await accounts.shut_out(tx, reason):
        await connections.deactivate(tx, reason, now)


async def access_regained(tx: Tx, now: datetime) -> None:
    """Go on asking: amoCRM lets us in again, and nobody has disconnected the account meanwhile."""
    if await accounts.let_in_again(tx):
        await connections.activate(tx, now)
        await wake(tx, "amocrm.poll", tx.account)


async def note_trouble(tx: Tx, reason: str, now: datetime) -> None:
    """Remember passing trouble for the page; the next good answer forgets it."""
    await connections.note_trouble(tx, reason, now)


async def save_webhook(tx: Tx, subscribed: subscription.Subscribed, now: datetime) -> WebhookState:
    """Remember how the subscription to webhooks stands."""
    await connections.save_webhook(tx, subscribed.state, subscribed.detail, now)
    return subscribed.state
