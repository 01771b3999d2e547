"""Stop working with an account: by a person here, or because amoCRM tells that we are off there."""

from smena.accounts import actions as accounts
from smena.accounts.model import AccountState
from smena.connectors.amocrm import reasons
from smena.connectors.amocrm.api.client import UNAUTHORIZED, AccessLost, TransientError
from smena.connectors.amocrm.api.core.listing import users
from smena.connectors.amocrm.connecting.core.disabled import Disabled, is_signed
from smena.connectors.amocrm.model import SwitchedOff, WebhookState
from smena.connectors.amocrm.service import AmocrmService
from smena.connectors.amocrm.store import connections
from smena.connectors.amocrm.tokens.store import tokens
from smena.connectors.amocrm.webhooks import subscription
from smena.kernel.clock import Clock
from smena.kernel.db import Database, Tx
from smena.kernel.errors import GiveUp, TryLater
from smena.kernel.ids import AccountId
from smena.kernel.jobs.enqueue import wake


async def disconnect(
    db: Database, clock: Clock, service: AmocrmService, account: AccountId
) -> None:
    """Take back the webhooks where it can still be done, forget all secrets, stop asking."""
    try:
        client = await service.client(db, clock, account)
        await subscription.cancel(client, service.webhook_url(account))
    except (TransientError, TryLater, GiveUp):
        pass  # amoCRM need not agree to be left; it gives up on an address that is gone
    async with db.tenant(account) as tx:
        await tokens.forget(tx)
        await tokens.forget_integration(tx)
        await accounts.disconnect(tx)
        await connections.deactivate(tx, "", clock.now())
        await connections.save_webhook(tx, WebhookState.UNKNOWN, "", clock.now())


async def switched_off(
    db: Database, clock: Clock, service: AmocrmService, told: Disabled
) -> SwitchedOff:
    """Stop when amoCRM says so with our secret's signature, and its own door agrees.

    The signature is the same each time, so an old message may be sent again by anybody who saw it:
    while amoCRM lets us in, or only lacks its payment, it is but the reason for what may follow.
    """
    async with db.tenant(told.account) as tx:
        known = await tokens.integration(tx, service.vault)
        held = await tokens.one(tx, service.vault)
    if known is None or known.client != told.client or not is_signed(told, known.secret):
        return SwitchedOff.NOT_SIGNED
    if held is None:
        return SwitchedOff.ALREADY_OFF
    try:
        client = await service.client(db, clock, told.account)
        await client.list_page(users())
    except AccessLost as lost:
        if lost.status == UNAUTHORIZED:
            async with db.tenant(told.account) as tx:
                await _stop(tx, clock, held.number)
            return SwitchedOff.STOPPED
    except (TryLater, GiveUp):
        pass  # nobody knows: the next request that is let in or refused will tell
    async with db.tenant(told.account) as tx:
        await tokens.note_reason(tx, reasons.DISABLED.about())
        await wake(tx, "amocrm.poll", told.account)
    return SwitchedOff.LET_IN


async def _stop(tx: Tx, clock: Clock, number: int) -> None:
    """Forget the dead tokens; the integration stays, so that it can be connected again.

    Somebody who connected the account while amoCRM was asked has other tokens, and keeps them.
    """
    if await tokens.forget_number(tx, number):
        await accounts.set_state(tx, AccountState.SIGN_IN_AGAIN, reasons.DISABLED.about())
        await connections.deactivate(tx, reasons.DISABLED.about(), clock.now())
