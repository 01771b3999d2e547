"""Compare the mirror with amoCRM, kind by kind, and heal what differs (CORE-2).

Nothing tells amoCRM's totals, so each list is walked in the order of its numbers, a page at a time
against the same stretch of the mirror. Every page commits with its place: a kill costs one page.
Differences are only suspects (`scan`) until a second look confirms them (`recheck`).
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from smena.accounts import queries as accounts
from smena.connectors.amocrm import account_run
from smena.connectors.amocrm.api.background_quota import BackgroundQuota
from smena.connectors.amocrm.model import Connection
from smena.connectors.amocrm.reading import queries
from smena.connectors.amocrm.reconciliation import recheck, scan
from smena.connectors.amocrm.reconciliation.context import ReconciliationRun
from smena.connectors.amocrm.reconciliation.core.plan import (
    CUT_AFTER,
    days_to_check,
    is_night_due,
    parts,
)
from smena.connectors.amocrm.reconciliation.model import AskedBy, ReconciliationOutcome
from smena.connectors.amocrm.reconciliation.store import runs
from smena.connectors.amocrm.reconciliation.store import suspects as suspect_rows
from smena.connectors.amocrm.service import AmocrmService
from smena.connectors.amocrm.store import connections
from smena.connectors.amocrm.translation.people import users_by_name
from smena.connectors.kit.rate_limiter import Purpose
from smena.crm.mirror.queries import people as mirror_people
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs.enqueue import wake
from smena.kernel.jobs.registry import JobContext

ACCOUNT_JOB = "amocrm.reconciliation"
HISTORY = 30

log = structlog.get_logger(__name__)


async def begin(tx: Tx, asked_by: AskedBy, now: datetime) -> bool:
    """Begin a reconciliation unless one is running or there is nothing to compare yet."""
    connection = await connections.active(tx)
    if connection is None:
        return False
    if connection.load_started_at is None or connection.load_finished_at is None:
        return False
    running = await runs.running(tx)
    if running is not None and now - running.started_at > CUT_AFTER:
        await runs.finish(tx, running.id, ReconciliationOutcome.CUT, now)
    done = [
        one for one in await runs.latest(tx, HISTORY) if one.outcome is ReconciliationOutcome.DONE
    ]
    days = days_to_check(done[0].started_at if done else None, now)
    log_from = await queries.loaded_from(tx) or connection.load_finished_at
    loaded_at = connection.load_started_at + connection.clock_offset
    work = parts(now + connection.clock_offset, days, log_from, loaded_at)
    if await runs.begin(tx, asked_by, work, now) is None:
        return False
    await wake(tx, ACCOUNT_JOB, tx.account)
    return True


async def begin_tonight(tx: Tx, now: datetime) -> bool:
    """Begin the nightly reconciliation of an account when its own clock says so."""
    zone = ZoneInfo((await accounts.account(tx)).time_zone)
    latest = await runs.latest(tx, 1)
    if not is_night_due(zone, latest[0].started_at if latest else None, now):
        return False
    return await begin(tx, AskedBy.NIGHT, now)


async def go_on(context: JobContext, account: AccountId) -> None:
    """Go on with an account's reconciliation until it is done or has to wait for a second look."""
    async with context.db.tenant(account) as tx:
        connection, reconciliation = await connections.active(tx), await runs.running(tx)
        work = (
            (await runs.parts(tx, [reconciliation.id]))[reconciliation.id] if reconciliation else []
        )
        names = users_by_name(await mirror_people.users(tx))
    if connection is None or reconciliation is None or reconciliation.next_at > context.now:
        return
    begun = await account_run.begin(context, account, Purpose.BULK)
    quota = BackgroundQuota(context.db, context.clock, account, _pace(begun.service, connection))
    run = ReconciliationRun(context, account, begun.client, reconciliation.id, quota, names)
    for part in work:
        if not part.is_walked:
            await scan.walk(run, part)
    while not await _has_ended(run):
        if not await recheck.recheck(run):
            return


def _pace(service: AmocrmService, connection: Connection) -> float:
    own = connection.requests_per_second
    return service.options.requests_per_second if own is None else own


async def _has_ended(run: ReconciliationRun) -> bool:
    """End the reconciliation when nothing is left; else rest until the next suspect is due."""
    async with run.tenant() as tx:
        work = (await runs.parts(tx, [run.reconciliation]))[run.reconciliation]
        if not all(part.is_walked for part in work):
            return True  # another run is walking it
        until = await suspect_rows.next_due(tx, run.reconciliation)
        if until is not None:
            await runs.rest(tx, run.reconciliation, until)
            return False
        is_healed = all(part.healed == part.found for part in work)
        outcome = ReconciliationOutcome.DONE if is_healed else ReconciliationOutcome.UNHEALED
        await runs.finish(tx, run.reconciliation, outcome, run.now)
    found = sum(part.found for part in work)
    log.info("check_done", account=run.account, differences=found, outcome=outcome.value)
    return True
