"""What the reconciliation page shows: up to when the data are, what is missing, past reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from smena.accounts import queries as accounts
from smena.connectors.amocrm import queries
from smena.connectors.amocrm.reading import queries as reading_queries
from smena.connectors.amocrm.reconciliation import queries as reconciliation_queries
from smena.connectors.amocrm.reconciliation.core.plan import ReconciliationPart, progress, summed
from smena.connectors.amocrm.reconciliation.model import Report
from smena.connectors.amocrm.reconciliation.words import (
    COVERAGE,
    KINDS,
    asked_text,
    found_text,
    kind_text,
    outcome_text,
)
from smena.kernel.db import Tx
from smena.kernel.i18n import ago_text, duration_words, moment_text, number
from smena.kernel.i18n import gettext as _

REPORTS = 15


@dataclass(frozen=True, slots=True)
class KindView:
    """A kind of data: `fresh` is up to when it is here, `found` what the last run said of it."""

    name: str
    fresh: str
    remote: str
    local: str
    found: str
    kind: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """A past reconciliation in a line."""

    when: str
    asked_by: str
    outcome: str
    kind: str
    found: str
    took: str
    requests: str


@dataclass(frozen=True, slots=True)
class ReconciliationView:
    """The whole page. `percent` and `now_at` are of the one that runs."""

    is_running: bool
    is_ready: bool
    percent: int
    now_at: str
    rows: str
    checked: str
    kinds: tuple[KindView, ...]
    reports: tuple[ReportView, ...]


async def reconciliation_view(tx: Tx, now: datetime) -> ReconciliationView | None:
    """Return how complete the account's mirror is, None when it never was connected."""
    connection = await queries.connection(tx)
    if connection is None:
        return None
    zone = ZoneInfo((await accounts.account(tx)).time_zone)
    reports = await reconciliation_queries.reconciliations(tx, REPORTS)
    running = next((one for one in reports if one.reconciliation.finished_at is None), None)
    ended = [one for one in reports if one.reconciliation.finished_at is not None]
    far = progress(running.parts) if running else None
    return ReconciliationView(
        is_running=running is not None,
        is_ready=connection.is_active and connection.load_finished_at is not None,
        percent=far.percent if far else 0,
        now_at=_now_at(far.now_at) if far else "",
        rows=number(running.total().remote) if running else "",
        checked=_checked(ended, zone, now),
        kinds=_kinds(
            ended[0] if ended else None,
            await reading_queries.fresh_until(tx) if connection.load_finished_at else {},
            zone,
        ),
        reports=tuple(_report(one, zone) for one in ended),
    )


def _now_at(path: str) -> str:
    return kind_text(path).lower() if path else _("смотрим на расхождения ещё раз")


def _checked(ended: Sequence[Report], zone: ZoneInfo, now: datetime) -> str:
    if not ended:
        return ""
    at = ended[0].reconciliation.finished_at
    return _("Последняя проверка: {when} ({ago}).").format(
        when=moment_text(at, zone), ago=ago_text(at, now)
    )


def _kinds(
    report: Report | None, until: Mapping[str, datetime], zone: ZoneInfo
) -> tuple[KindView, ...]:
    shown: list[KindView] = []
    for paths in KINDS:
        parts = [part for part in report.parts if part.path in paths] if report else []
        shown.append(_kind(paths[0], parts, _fresh(paths[0], until), zone))
    return tuple(shown)


def _fresh(path: str, until: Mapping[str, datetime]) -> datetime | None:
    kind = COVERAGE.get(path)
    return until.get(kind) if kind else None


def _kind(
    path: str, parts: Sequence[ReconciliationPart], until: datetime | None, zone: ZoneInfo
) -> KindView:
    fresh = moment_text(until, zone)
    if not parts:
        return KindView(kind_text(path), fresh, "—", "—", _("ещё не сверялись"), "quiet")
    total = summed(parts)
    text = found_text(total.missing, total.stale, total.surplus)
    if total.found:
        text += _("; исправлено {n}").format(n=number(total.healed))
    kind = "good" if total.healed == total.found else "bad"
    return KindView(kind_text(path), fresh, number(total.remote), number(total.local), text, kind)


def _report(report: Report, zone: ZoneInfo) -> ReportView:
    reconciliation, total = report.reconciliation, report.total()
    outcome, kind = "", "quiet"
    if reconciliation.outcome is not None:
        outcome, kind = outcome_text(reconciliation.outcome, total.found, total.healed)
    took = (
        (reconciliation.finished_at - reconciliation.started_at).total_seconds()
        if reconciliation.finished_at
        else 0
    )
    return ReportView(
        when=moment_text(reconciliation.started_at, zone),
        asked_by=asked_text(reconciliation.asked_by),
        outcome=outcome,
        kind=kind,
        found=found_text(total.missing, total.stale, total.surplus),
        took=duration_words(round(took)),
        requests=number(total.requests),
    )
