"""What the connection page shows, gathered in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from smena.accounts import queries as accounts
from smena.accounts.model import Account, AccountState
from smena.connectors.amocrm import queries
from smena.connectors.amocrm.connecting import words
from smena.connectors.amocrm.model import Connection, Freshness
from smena.connectors.amocrm.reading import queries as reading_queries
from smena.connectors.amocrm.reading.core.first_load import Progress
from smena.connectors.amocrm.webhooks import words as webhooks_words
from smena.crm.outbox import queries as outbox_queries
from smena.crm.outbox import words as outbox_words
from smena.crm.outbox.model import CommandState
from smena.kernel.db import Tx
from smena.kernel.i18n import clock_seconds, day, duration_words
from smena.kernel.i18n import gettext as _
from smena.kernel.reasons import reason_text


@dataclass(frozen=True, slots=True)
class StageLine:
    name: str
    rows: str
    percent: int
    is_done: bool


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """One connected account on its page."""

    name: str
    number: int
    address: str
    is_connected: bool
    state: str
    is_loading: bool
    left: str
    percent: int
    stages: tuple[StageLine, ...]
    fresh: str
    is_late: bool
    webhooks: str
    queue: str
    errors: tuple[str, ...]
    trouble: str


async def overview(tx: Tx, now: datetime) -> ConnectionView | None:
    """Return what is known of the account's connection, None when there never was one."""
    connection = await queries.connection(tx)
    if connection is None:
        return None
    account = await accounts.account(tx)
    progress = await reading_queries.progress(tx, now)
    freshness = await reading_queries.freshness(tx, now)
    zone = ZoneInfo(account.time_zone)
    is_connected = account.state is AccountState.CONNECTED
    is_loading = progress is not None and not progress.is_done
    return ConnectionView(
        name=account.name,
        number=account.id,
        address=account.base_url,
        is_connected=is_connected,
        state=_state(account),
        is_loading=is_loading,
        left=words.left_text(progress) if progress else "",
        percent=round(progress.share * 100) if progress else 0,
        stages=_stages(progress),
        fresh=_fresh(freshness, zone, is_loading=is_loading),
        is_late=freshness.is_late or is_loading or not is_connected,
        webhooks=webhooks_words.webhook_text(connection.webhook_state, connection.webhook_detail)
        if is_connected
        else _("не приходят: аккаунт не подключён"),
        queue=await _queue(tx, now),
        errors=await _errors(tx),
        trouble=_trouble(connection, zone),
    )


def _state(account: Account) -> str:
    if account.state is AccountState.CONNECTED:
        return _("подключён")
    if account.state is AccountState.SIGN_IN_AGAIN:
        reason = account.state_reason or _("amoCRM не принимает токен")
        return _("нужно подключить заново: {reason}").format(reason=reason)
    return _("отключён")


def _stages(progress: Progress | None) -> tuple[StageLine, ...]:
    return tuple(
        StageLine(
            words.stage_text(stage.stage),
            words.rows_text(stage.rows, stage.total, is_done=stage.is_done),
            round(stage.share * 100),
            stage.is_done,
        )
        for stage in (progress.stages if progress else ())
    )


def _fresh(freshness: Freshness, zone: ZoneInfo, *, is_loading: bool) -> str:
    if is_loading:
        return _("будет известна после первой загрузки")
    if freshness.until is None:
        return _("ещё ничего не прочитано")
    local = freshness.until.astimezone(zone)
    return _("данные до {time}, {day}").format(
        time=clock_seconds(freshness.until, zone), day=day(local.date())
    )


async def _queue(tx: Tx, now: datetime) -> str:
    counts = await outbox_queries.command_counts(tx)
    waiting = [counts[s] for s in (CommandState.PLANNED, CommandState.SENDING) if s in counts]
    if not waiting:
        return _("пуста")
    oldest = duration_words(round((now - min(count.oldest for count in waiting)).total_seconds()))
    total = sum(count.commands for count in waiting)
    return _("{n}, самая старая ждёт {time}").format(n=total, time=oldest)


async def _errors(tx: Tx) -> tuple[str, ...]:
    found: Sequence[str] = [
        _("{what}: {error}").format(
            what=outbox_words.about(command.change), error=reason_text(command.error)
        )
        for command in await outbox_queries.commands_with_errors(tx, 5)
    ]
    return tuple(found)


def _trouble(connection: Connection, zone: ZoneInfo) -> str:
    if not connection.trouble or connection.trouble_at is None:
        return ""
    since = clock_seconds(connection.trouble_at, zone)
    return _("{what} (с {since})").format(what=reason_text(connection.trouble), since=since)
