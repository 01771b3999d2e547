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
    CreateTask,
    Lane,
    Settings,
    Wish,
    WishFilter,
    WishKind,
    WishState,
    entity_of,
)
from smena.kernel.db import Tx
from smena.kernel.i18n import clock_seconds, day, duration_words, number

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
_STATUS = {
    WishState.DELIVERED: "good",
    WishState.REFUSED: "bad",
    WishState.PLANNED: "wait",
    WishState.SENDING: "wait",
}
_CARDS = {
    WishKind.LEAD: EntityKind.LEAD,
    WishKind.CONTACT: EntityKind.CONTACT,
    WishKind.COMPANY: EntityKind.COMPANY,
}


@dataclass(frozen=True, slots=True)
class WishRow:
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
class LaneRow:
    name: str
    wishes: str
    oldest: str


@dataclass(frozen=True, slots=True)
class QueueView:
    """The figures above the list."""

    waiting: int
    sending: int
    oldest: str
    per_minute: int
    refused_today: int
    lanes: tuple[LaneRow, ...]
    settings: Settings


async def figures(tx: Tx, now: datetime) -> QueueView:
    counts = await queries.wish_counts(tx)
    lanes = {lane.lane: lane for lane in await queries.wish_lanes(tx)}
    oldest = min((lane.oldest for lane in lanes.values()), default=None)
    minute = await queries.wishes_finished_since(tx, now - MINUTE)
    today = await queries.wishes_finished_since(tx, now - DAY)
    return QueueView(
        waiting=counts[WishState.PLANNED].wishes if WishState.PLANNED in counts else 0,
        sending=counts[WishState.SENDING].wishes if WishState.SENDING in counts else 0,
        oldest="" if oldest is None else _age(oldest, now),
        per_minute=minute.get(WishState.DELIVERED, 0),
        refused_today=today.get(WishState.REFUSED, 0),
        lanes=tuple(
            LaneRow(words.lane(lane), number(lanes[lane].wishes), _age(lanes[lane].oldest, now))
            for lane in Lane
            if lane in lanes
        ),
        settings=await queries.outbox_settings(tx),
    )


async def rows(tx: Tx, wanted: WishFilter, now: datetime, *, is_dry: bool) -> list[WishRow]:
    account = await accounts.account(tx)
    names = words.Names(
        {user.id: user for user in await people.users(tx)},
        {(one.pipeline, one.id): one.name for one in await people.statuses(tx)},
    )
    found = await queries.find_wishes(tx, wanted)
    return [_row(wish, account, names, now, is_dry=is_dry) for wish in found]


def since(settings: Settings, account: Account) -> str:
    """Say since when nothing is sent."""
    return "" if settings.is_dry_since is None else _moment(settings.is_dry_since, account)


def _row(
    wish: Wish, account: Account, names: words.Names, now: datetime, *, is_dry: bool
) -> WishRow:
    zone = ZoneInfo(account.time_zone)
    planned = wish.state is WishState.PLANNED
    return WishRow(
        id=wish.id,
        when=_moment(wish.asked_at, account, now),
        about=words.about(wish.change),
        address=_address(wish.change, account),
        asks_for=words.asks_for(wish.change, names, zone),
        cause=words.cause(wish.cause),
        state=words.state(wish.state, is_dry=is_dry),
        status=_STATUS.get(wish.state, "quiet"),
        error=wish.error,
        attempts=wish.attempts,
        may_retry=wish.state in (WishState.REFUSED, WishState.CANCELLED)
        or (planned and wish.not_before > now),
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
