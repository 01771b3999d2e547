"""Background entry points of the connector. `register` is its timetable; called by the wiring."""

from collections.abc import Awaitable, Sequence
from datetime import datetime

from smena.connectors.amocrm import account_run, queries
from smena.connectors.amocrm.api.client import AccessLost
from smena.connectors.amocrm.api.core.listing import users
from smena.connectors.amocrm.api.core.target import Version
from smena.connectors.amocrm.connecting import access
from smena.connectors.amocrm.reading import first_load, history, polling
from smena.connectors.amocrm.reading import queries as reading_queries
from smena.connectors.amocrm.reconciliation import queries as reconciliation_queries
from smena.connectors.amocrm.reconciliation import run as reconciliation
from smena.connectors.amocrm.webhooks import consumer, subscription
from smena.connectors.amocrm.webhooks import queries as webhooks_queries
from smena.connectors.amocrm.writing import dispatcher
from smena.crm.outbox import queries as outbox_queries
from smena.kernel.db import Tx
from smena.kernel.errors import GiveUp, TryLater
from smena.kernel.i18n import gettext as _
from smena.kernel.ids import AccountId
from smena.kernel.jobs.registry import JobContext, Registry


def register(registry: Registry) -> None:
    """Put the connector's work on the timetable."""
    reads, checks = reading_queries, reconciliation_queries
    account_job, cron = registry.account_job, registry.cron
    account_job(
        "amocrm.inbox",
        drain_inbox,
        webhooks_queries.with_bodies,
        label=lambda: _("разбор вебхуков"),
    )
    account_job("amocrm.load", load, reads.loads_due, label=lambda: _("первая загрузка"))
    account_job(
        "amocrm.history",
        read_history,
        reads.histories_due,
        label=lambda: _("чтение истории событий"),
    )
    account_job("amocrm.poll", poll, reads.polls_due, label=lambda: _("опрос событий"))
    account_job("amocrm.cards", read_cards, reads.cards_due, label=lambda: _("опрос карточек"))
    account_job("amocrm.dispatcher", deliver, commands_due, label=lambda: _("запись в amoCRM"))
    account_job(
        reconciliation.ACCOUNT_JOB,
        go_on_checking,
        checks.reconciliations_due,
        label=lambda: _("сверка"),
    )
    cron("amocrm.night", "*/20 * * * *", begin_nightly_checks, label=lambda: _("ночная сверка"))
    cron("amocrm.webhooks", "17 3 * * *", check_webhooks, label=lambda: _("подписка на вебхуки"))
    cron(
        "amocrm.silence",
        "*/10 * * * *",
        check_silent_webhooks,
        label=lambda: _("поиск молчащих вебхуков"),
    )
    cron("amocrm.access", "*/10 * * * *", check_access, label=lambda: _("проверка доступа"))


async def commands_due(tx: Tx, now: datetime) -> Sequence[AccountId]:
    """Return who has commands to send now and can be reached (system transaction)."""
    reached = set(await queries.active(tx))
    due = await outbox_queries.accounts_with_due_commands(tx, now)
    return [account for account in due if account in reached]


async def drain_inbox(context: JobContext, account: AccountId) -> None:
    """Understand the webhook bodies that wait."""
    await consumer.drain(context, account)


async def load(context: JobContext, account: AccountId) -> None:
    """Go on with the first load."""
    await _watched(context, account, first_load.load(context, account))


async def read_history(context: JobContext, account: AccountId) -> None:
    """Go on with the past that somebody asked for."""
    await _watched(context, account, history.read(context, account))


async def poll(context: JobContext, account: AccountId) -> None:
    """Read the event log, and what webhooks and events named."""
    await _watched(context, account, polling.events(context, account))


async def read_cards(context: JobContext, account: AccountId) -> None:
    """Read the lists of changed cards."""
    await _watched(context, account, polling.cards(context, account))


async def deliver(context: JobContext, account: AccountId) -> None:
    """Carry commands to amoCRM."""
    async with context.db.tenant(account) as tx:
        used = await access.tokens_in_use(tx)
    await _watched(context, account, dispatcher.dispatch(context, account), used)


async def go_on_checking(context: JobContext, account: AccountId) -> None:
    """Compare the mirror with amoCRM, page by page."""
    await _watched(context, account, reconciliation.go_on(context, account))


async def begin_nightly_checks(context: JobContext) -> None:
    """Begin a reconciliation where it is night now."""
    for account in await _accounts(context, troubled=False):
        async with context.db.tenant(account) as tx:
            await reconciliation.begin_tonight(tx, context.now)


async def check_webhooks(context: JobContext) -> None:
    """See each day that amoCRM still tells us of changes; repair the subscription."""
    for account in await _accounts(context, troubled=False):
        await _look_after_webhook(context, account)


async def check_silent_webhooks(context: JobContext) -> None:
    """Look at once where changes come by polling alone."""
    for account in await _accounts(context, troubled=False):
        async with context.db.tenant(account) as tx:
            is_silent = await webhooks_queries.is_webhook_silent(tx)
        if is_silent:
            await _look_after_webhook(context, account)


async def _look_after_webhook(context: JobContext, account: AccountId) -> None:
    try:
        run = await account_run.begin(context, account)
        async with run.tenant() as tx:
            lacking = await webhooks_queries.webhook_settings_lacking(tx)
        url = run.service.webhook_url(account)
        subscribed = await subscription.ensure(run.client, url, lacking)
    except (TryLater, GiveUp):
        return  # the account jobs of this account tell about it
    async with run.tenant() as tx:
        await access.save_webhook(tx, subscribed, run.now)


async def check_access(context: JobContext) -> None:
    """Ask the accounts that shut us out once more: a block for speed ends by itself."""
    for account in await _accounts(context, troubled=True):
        try:
            run = await account_run.begin(context, account)
            await run.client.list_page(users())
        except (TryLater, GiveUp):
            continue  # still shut
        async with run.tenant() as tx:
            await access.access_regained(tx, run.now)


async def _accounts(context: JobContext, *, troubled: bool) -> list[AccountId]:
    async with context.db.system() as tx:
        return await (queries.troubled(tx) if troubled else queries.active(tx))


async def _watched(
    context: JobContext,
    account: AccountId,
    work: Awaitable[None],
    used: Version | None = None,
) -> None:
    """Leave a word for the connection page when the work cannot go on.

    `used` are the tokens it began with, for work that does not tell which ones were refused.
    """
    try:
        await work
    except AccessLost as lost:
        async with context.db.tenant(account) as tx:
            await access.access_lost(tx, lost.status, context.now, lost.used or used)
        raise
    except TryLater as trouble:
        async with context.db.tenant(account) as tx:
            await access.note_trouble(tx, trouble.reason, context.now)
        raise
