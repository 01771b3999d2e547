"""Figures of each connection for monitoring: one label, the account's number."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from smena.accounts.model import AccountState
from smena.connectors.amocrm.health import gather
from smena.connectors.amocrm.health.core.findings import HealthFacts, examine
from smena.connectors.amocrm.service import AmocrmService
from smena.connectors.amocrm.store import connections
from smena.connectors.kit.core.findings import Level
from smena.kernel import metrics
from smena.kernel.clock import Clock
from smena.kernel.concurrency import together
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.kernel.jobs import failures
from smena.kernel.jobs.failures import Failure

AT_MOST_EVERY = timedelta(seconds=10)
"""Whoever asks oftener gets the same figures: looking must cost the installation little."""
AT_ONCE = 6
"""Accounts that are read side by side; a quarter of a node's connections."""

log = structlog.get_logger(__name__)


class Gauges:
    """Brings the gauges of all connections up to date before they are read."""

    def __init__(self, db: Database, clock: Clock, service: AmocrmService) -> None:
        self._db = db
        self._clock = clock
        self._service = service
        self._read_at: datetime | None = None
        self._shown: set[str] = set()
        self._reading = asyncio.Lock()

    async def refresh(self) -> None:
        async with self._reading:
            now = self._clock.now()
            if self._read_at is not None and now - self._read_at < AT_MOST_EVERY:
                return
            self._read_at = now
            async with self._db.system() as tx:
                known = await connections.all_accounts(tx)
                troubles = await failures.by_account(tx)
            waiting = iter(known)
            await together([self._show_all(waiting, troubles, now) for _ in range(AT_ONCE)])
            for gone in self._shown - {str(account) for account in known}:
                metrics.forget_account(gone)
            self._shown = {str(account) for account in known}

    async def _show_all(
        self,
        waiting: Iterator[AccountId],
        troubles: Mapping[str, Sequence[Failure]],
        now: datetime,
    ) -> None:
        """Show one account after another, as long as somebody waits."""
        period = self._service.options.poll_period
        for account in waiting:
            async with self._db.tenant(account) as tx:
                health = await gather.gather(tx, period, now)
            if health is not None:
                known = troubles.get(str(account), ())
                show(str(account), gather.with_trouble(health, known), now)


def show(account: str, health: HealthFacts, now: datetime) -> None:
    """Set the gauges of one account; an age is -1 while there is nothing to measure."""
    found = examine(health, now)
    figures = {
        metrics.CONNECTED: float(health.state is AccountState.CONNECTED),
        metrics.DATA_AGE: _age(health.poll.until, now),
        metrics.WEBHOOK_AGE: _age(health.webhook.heard_at, now),
        metrics.WEBHOOK_LAG: health.webhook.lag.total_seconds() if health.webhook.lag else 0.0,
        metrics.BODIES_WAITING: float(health.bodies.waiting),
        metrics.UNREAD: float(health.unread.waiting),
        metrics.COMMANDS_WAITING: float(health.commands.waiting),
        metrics.REQUESTS_MINUTE: float(health.rates.last_minute),
        metrics.TOO_FAST_HOUR: float(health.rates.too_fast),
        metrics.RECONCILIATION_AGE: _age(
            health.report.reconciliation.finished_at if health.report else None, now
        ),
        metrics.RECONCILIATION_FOUND: float(health.report.total().found if health.report else 0),
        metrics.FINDINGS: float(sum(one.level is Level.BAD for one in found)),
    }
    for gauge, value in figures.items():
        gauge.labels(account).set(value)


def _age(at: datetime | None, now: datetime) -> float:
    return -1.0 if at is None else (now - at).total_seconds()
