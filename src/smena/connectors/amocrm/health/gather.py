"""Gather what is known of a connection in one transaction.

Trouble of background work is not an account's own row: whoever may read across accounts adds it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from smena.accounts import queries as accounts
from smena.connectors.amocrm.api.core.request_counts import rates
from smena.connectors.amocrm.api.store import request_counts
from smena.connectors.amocrm.health.core.findings import (
    HealthFacts,
    JobTrouble,
    PollFacts,
    TokenFacts,
    WaitingQueue,
    WebhookFacts,
)
from smena.connectors.amocrm.model import (
    Connection,
)
from smena.connectors.amocrm.reconciliation.model import Report
from smena.connectors.amocrm.reconciliation.store import runs
from smena.connectors.amocrm.store import connections, last_seen
from smena.connectors.amocrm.store.last_seen import LastSeen
from smena.connectors.amocrm.webhooks.consumer import SOURCE
from smena.crm.outbox import queries
from smena.crm.outbox.model import CommandState
from smena.kernel import inbox
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs import failures
from smena.kernel.jobs.failures import Failure, FailureKind

DAY = timedelta(days=1)


async def gather(tx: Tx, period: timedelta, now: datetime) -> HealthFacts | None:
    """Return the health of this account, without the trouble of its background work."""
    connection = await connections.one(tx)
    if connection is None:
        return None
    account, signs = await accounts.account(tx), await last_seen.last_seen(tx)
    bodies = await inbox.state(tx, SOURCE, now - DAY)
    unread, unread_since = await last_seen.unread(tx)
    return HealthFacts(
        state=account.state,
        reason=account.reason,
        webhook=_webhook(connection, signs, bodies.dead_letters),
        poll=_poll(connection, signs, period),
        token=await _token(tx),
        bodies=WaitingQueue(bodies.waiting, bodies.oldest_at),
        unread=WaitingQueue(unread, unread_since),
        commands=await _commands(tx),
        rates=rates(await request_counts.hour(tx, now), now),
        report=await _last_finished(tx),
        malformed_rows=connection.malformed_rows,
        trouble=connection.trouble,
    )


async def of_account(
    db: Database, account: AccountId, period: timedelta, now: datetime
) -> HealthFacts | None:
    """Return the health of an account with the trouble of its background work."""
    async with db.tenant(account) as tx:
        found = await gather(tx, period, now)
    if found is None:
        return None
    async with db.system() as tx:
        return with_trouble(found, await failures.of_account(tx, account))


def with_trouble(health: HealthFacts, known: Sequence[Failure]) -> HealthFacts:
    """Add the trouble of background work."""
    return replace(health, troubles=tuple(_trouble(failure) for failure in known))


def _trouble(failure: Failure) -> JobTrouble:
    is_defect = failure.kind is FailureKind.DEFECT
    return JobTrouble(failure.job, is_defect, failure.reason, failure.times, failure.last_at)


def _webhook(connection: Connection, signs: LastSeen, dead_letters: int) -> WebhookFacts:
    return WebhookFacts(
        state=connection.webhook_state,
        detail=connection.webhook_detail,
        connected_at=connection.load_started_at,
        checked_at=connection.webhook_checked_at,
        heard_at=signs.webhook_at,
        lag=signs.webhook_lag,
        dead_letters=dead_letters,
    )


def _poll(connection: Connection, signs: LastSeen, period: timedelta) -> PollFacts:
    is_loading = connection.load_started_at is not None and connection.load_finished_at is None
    return PollFacts(
        at=signs.polled_at,
        pages=signs.poll_pages,
        took=signs.poll_took,
        period=period,
        news_at=signs.news_at,
        until=connection.complete_until,
        is_loading=is_loading,
    )


async def _token(tx: Tx) -> TokenFacts | None:
    token = await last_seen.token(tx)
    if token is None:
        return None
    return TokenFacts(token.issued_at, token.expires_at, token.is_renewed, token.trouble)


async def _commands(tx: Tx) -> WaitingQueue:
    counts = await queries.command_counts(tx)
    waiting = [counts[s] for s in (CommandState.PLANNED, CommandState.SENDING) if s in counts]
    if not waiting:
        return WaitingQueue()
    count = sum(one.commands for one in waiting)
    if (await queries.outbox_settings(tx)).is_dry:
        return WaitingQueue(count)  # they wait for a person, not for amoCRM
    return WaitingQueue(count, min(one.oldest for one in waiting))


async def _last_finished(tx: Tx) -> Report | None:
    """Return the latest reconciliation that has ended; one that runs tells nothing yet."""
    ended = [one for one in await runs.latest(tx, 2) if one.finished_at is not None]
    if not ended:
        return None
    parts = await runs.parts(tx, [ended[0].id])
    return Report(ended[0], tuple(parts[ended[0].id]))
