"""What the page of the queue shows, gathered in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from smena.accounts import queries as accounts
from smena.accounts.model import Account
from smena.crm.links import card_url
from smena.crm.mirror.queries import people
from smena.crm.model.entities import EntityKind
from smena.crm.outbox import queries, words
from smena.crm.outbox.model import (
    AddNote,
    Change,
    ChangeTask,
    Command,
    CommandFilter,
    CommandKind,
    CommandState,
    CreateTask,
    OutboxSettings,
    Priority,
    entity_of,
)
from smena.kernel.db import Tx
from smena.kernel.i18n import clock_seconds, day, duration_words, number
from smena.kernel.labels import Labels
from smena.kernel.reasons import reason_text

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
_STATUS = {
    CommandState.DELIVERED: "good",
    CommandState.REFUSED: "bad",
    CommandState.PLANNED: "wait",
    CommandState.SENDING: "wait",
}
_CARDS = {
    CommandKind.LEAD: EntityKind.LEAD,
    CommandKind.CONTACT: EntityKind.CONTACT,
    CommandKind.COMPANY: EntityKind.COMPANY,
}


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One line of the list."""

    id: int
    when: str
    about: str
    address: str
    asks_for: tuple[str, ...]
    cause: str
    state: str
    status: str
    error: str
    attempts: int
    may_retry: bool
    may_cancel: bool


@dataclass(frozen=True, slots=True)
class PriorityRow:
    name: str
    commands: str
    oldest: str


@dataclass(frozen=True, slots=True)
class QueueView:
    """The figures above the list."""

    waiting: int
    sending: int
    oldest: str
    per_minute: int
    refused_today: int
    priorities: tuple[PriorityRow, ...]
    settings: OutboxSettings


async def figures(tx: Tx, now: datetime) -> QueueView:
    counts = await queries.command_counts(tx)
    priorities = {priority.priority: priority for priority in await queries.command_priorities(tx)}
    oldest = min((priority.oldest for priority in priorities.values()), default=None)
    minute = await queries.commands_finished_since(tx, now - MINUTE)
    today = await queries.commands_finished_since(tx, now - DAY)
    return QueueView(
        waiting=counts[CommandState.PLANNED].commands if CommandState.PLANNED in counts else 0,
        sending=counts[CommandState.SENDING].commands if CommandState.SENDING in counts else 0,
        oldest="" if oldest is None else _age(oldest, now),
        per_minute=minute.get(CommandState.DELIVERED, 0),
        refused_today=today.get(CommandState.REFUSED, 0),
        priorities=tuple(
            PriorityRow(
                words.priority(priority),
                number(priorities[priority].commands),
                _age(priorities[priority].oldest, now),
            )
            for priority in Priority
            if priority in priorities
        ),
        settings=await queries.outbox_settings(tx),
    )


async def rows(
    tx: Tx, wanted: CommandFilter, now: datetime, labels: Labels, *, is_dry: bool
) -> list[CommandRow]:
    """Return the lines of the list; `labels` name who asked."""
    account = await accounts.account(tx)
    names = words.Names(
        {user.id: user for user in await people.users(tx)},
        {(one.pipeline, one.id): one.name for one in await people.statuses(tx)},
    )
    found = await queries.find_commands(tx, wanted)
    return [_row(command, account, names, now, labels, is_dry=is_dry) for command in found]


def since(settings: OutboxSettings, account: Account) -> str:
    """Say since when nothing is sent."""
    return "" if settings.is_dry_since is None else _moment(settings.is_dry_since, account)


def _row(
    command: Command,
    account: Account,
    names: words.Names,
    now: datetime,
    labels: Labels,
    *,
    is_dry: bool,
) -> CommandRow:
    zone = ZoneInfo(account.time_zone)
    planned = command.state is CommandState.PLANNED
    return CommandRow(
        id=command.id,
        when=_moment(command.asked_at, account, now),
        about=words.about(command.change),
        address=_address(command.change, account),
        asks_for=words.asks_for(command.change, names, zone),
        cause=labels.cause(command.cause),
        state=words.state(command.state, is_dry=is_dry),
        status=_STATUS.get(command.state, "quiet"),
        error=reason_text(command.error),
        attempts=command.attempts,
        may_retry=command.state in (CommandState.REFUSED, CommandState.CANCELLED)
        or (planned and command.not_before > now),
        may_cancel=planned,
    )


def _address(change: Change, account: Account) -> str:
    """Return where the card is in amoCRM; a task has no page of its own."""
    kind, card = entity_of(change)
    if isinstance(change, ChangeTask):
        return ""
    card_kind = change.card_kind if isinstance(change, CreateTask | AddNote) else _CARDS[kind]
    return card_url(account.base_url, card_kind, card)


def _moment(at: datetime, account: Account, now: datetime | None = None) -> str:
    zone = ZoneInfo(account.time_zone)
    local = at.astimezone(zone)
    time = clock_seconds(at, zone)
    is_today = now is not None and now.astimezone(zone).date() == local.date()
    return time if is_today else f"{day(local.date())}, {time}"


def _age(oldest: datetime, now: datetime) -> str:
    return duration_words(round((now - oldest).total_seconds()))
