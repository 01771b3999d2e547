"""What the health page and `smena doctor` show of a connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from smena.accounts.model import AccountState
from smena.connectors.amocrm.api.core.request_counts import KindRate
from smena.connectors.amocrm.health.core.findings import (
    Finding,
    HealthFacts,
    WaitingQueue,
    examine,
)
from smena.connectors.amocrm.health.words import finding_text
from smena.connectors.amocrm.webhooks.words import webhook_text
from smena.connectors.kit.core.findings import Level
from smena.kernel.i18n import ago_text, duration_words, moment_text, ngettext, number
from smena.kernel.i18n import gettext as _
from smena.kernel.labels import Labels

DIRECTORIES = ("custom_fields", "tags", "roles", "sources", "loss_reasons")


@dataclass(frozen=True, slots=True)
class FindingView:
    """`kind` is a look of the kit: error or notice."""

    what: str
    todo: str
    kind: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the page; `kind` is a state of the kit, empty for a plain text."""

    name: str
    value: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class RateView:
    """A kind of request with its figures in words."""

    name: str
    last_minute: str
    per_minute: str
    hour: str
    failed: str


@dataclass(frozen=True, slots=True)
class HealthView:
    """The whole page."""

    is_well: bool
    needs_hand: bool
    findings: tuple[FindingView, ...]
    facts: tuple[Fact, ...]
    rates: tuple[RateView, ...]
    total: RateView
    too_fast: str


def health_view(health: HealthFacts, zone: ZoneInfo, now: datetime, labels: Labels) -> HealthView:
    """Put a connection's health into words; `needs_hand`: something will not pass by itself."""
    found = examine(health, now)
    rates = health.rates
    return HealthView(
        is_well=not found,
        needs_hand=any(one.level is Level.BAD for one in found),
        findings=tuple(_finding(one, zone, labels) for one in found),
        facts=tuple(_facts(health, zone, now)),
        rates=tuple(_rate(one) for one in _by_name(rates.kinds)),
        total=_rate(
            KindRate("", rates.last_minute, rates.hour, sum(one.failed for one in rates.kinds))
        ),
        too_fast=number(rates.too_fast),
    )


def _finding(finding: Finding, zone: ZoneInfo, labels: Labels) -> FindingView:
    what, todo = finding_text(finding, zone, labels)
    return FindingView(what, todo, "error" if finding.level is Level.BAD else "notice")


def _facts(health: HealthFacts, zone: ZoneInfo, now: datetime) -> Sequence[Fact]:
    webhook, poll = health.webhook, health.poll
    is_in = health.state is AccountState.CONNECTED
    return (
        Fact(_("Связь"), _("есть связь") if is_in else _("связи нет"), "good" if is_in else "bad"),
        Fact(_("Данные до"), moment_text(poll.until, zone)),
        Fact(
            _("Вебхуки"), webhook_text(webhook.state, webhook.detail) if is_in else _("не приходят")
        ),
        Fact(_("Последний вебхук"), ago_text(webhook.heard_at, now)),
        Fact(_("Задержка вебхука"), _lag(webhook.lag)),
        Fact(_("Подписка проверена"), ago_text(webhook.checked_at, now)),
        Fact(_("Последний опрос"), ago_text(poll.at, now)),
        Fact(_("Период опроса"), _poll_text(poll.period, poll.pages, poll.took)),
        Fact(_("Токен"), _token_text(health, zone, now)),
        Fact(_("Вебхуки ждут разбора"), _queue(health.bodies, now)),
        Fact(_("Непонятых вебхуков за сутки"), number(webhook.dead_letters)),
        Fact(_("Строк, которые не прочитались"), number(health.malformed_rows)),
        Fact(_("Карточки ждут чтения"), _queue(health.unread, now)),
        Fact(_("Записи ждут отправки"), _queue(health.commands, now)),
        Fact(_("Последняя сверка"), _check_text(health, zone)),
    )


def _lag(lag: timedelta | None) -> str:
    """Say a lag; a change is stamped in whole seconds, so a second and a half is nothing."""
    if lag is None:
        return "—"
    if lag < timedelta(seconds=1.5):
        return _("около секунды")
    return duration_words(round(lag.total_seconds()))


def _poll_text(period: timedelta, pages: int, took: timedelta) -> str:
    return _("раз в {period} с; последний: {requests}, {took} с").format(
        period=number(period.total_seconds()),
        requests=ngettext("{n} запрос", "{n} запроса|{n} запросов", pages).format(n=number(pages)),
        took=number(took.total_seconds(), 1),
    )


def _token_text(health: HealthFacts, zone: ZoneInfo, now: datetime) -> str:
    token = health.token
    if token is None:
        return "—"
    issued = _("выдан {ago}").format(ago=ago_text(token.issued_at, now))
    if token.is_renewed:
        return _("{issued}, обновляется сам").format(issued=issued)
    if token.expires_at is None:
        return issued
    return _("{issued}, действует до {when}").format(
        issued=issued, when=moment_text(token.expires_at, zone)
    )


def _queue(queue: WaitingQueue, now: datetime) -> str:
    if not queue.waiting:
        return _("пусто")
    if queue.oldest_at is None or queue.oldest_at > now:
        return number(queue.waiting)
    waits = duration_words(round((now - queue.oldest_at).total_seconds()))
    return _("{n}, самое старое ждёт {time}").format(n=number(queue.waiting), time=waits)


def _check_text(health: HealthFacts, zone: ZoneInfo) -> str:
    report = health.report
    if report is None or report.reconciliation.finished_at is None:
        return _("ещё не было")
    found = report.total().found
    return _("{when}, расхождений {n}").format(
        when=moment_text(report.reconciliation.finished_at, zone), n=number(found)
    )


def _by_name(kinds: Sequence[KindRate]) -> list[KindRate]:
    """Join kinds that are one thing for the reader; the most asked for are first."""
    joined: dict[str, KindRate] = {}
    for one in kinds:
        name = _kind_text(one.kind)
        known = joined.get(name, KindRate(name, 0, 0, 0))
        joined[name] = KindRate(
            name,
            known.last_minute + one.last_minute,
            known.hour + one.hour,
            known.failed + one.failed,
        )
    return sorted(joined.values(), key=lambda one: -one.hour)


def _rate(rate: KindRate) -> RateView:
    return RateView(
        rate.kind,
        number(rate.last_minute),
        number(rate.per_minute, 1),
        number(rate.hour),
        number(rate.failed),
    )


def _kind_text(kind: str) -> str:
    """Name a kind of request; the address itself is told for those without a word of their own."""
    method, _space, path = kind.partition(" ")
    words = {
        "events": _("события"),
        "leads": _("сделки"),
        "contacts": _("контакты"),
        "companies": _("компании"),
        "tasks": _("задачи"),
        "users": _("сотрудники"),
        "account": _("аккаунт"),
        "leads/pipelines": _("воронки"),
        "webhooks": _("вебхуки"),
        "leads/notes": _("примечания сделок"),
        "contacts/notes": _("примечания контактов"),
        "companies/notes": _("примечания компаний"),
        "leads/unsorted": _("неразобранное"),
        "talks": _("беседы"),
        "talks/{id}": _("беседы"),
    }
    name = words.get(path, _("справочники") if path.endswith(DIRECTORIES) else path)
    if method in {"", "GET"}:
        return name
    return _("запись: {what}").format(what=name)
