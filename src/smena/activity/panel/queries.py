"""How did the day go? Questions about people's days; read only.

One transaction, a handful of statements whatever the number of people: the mirror folds a day
into arrays, the cores judge it.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smena.accounts import queries as accounts
from smena.activity import store
from smena.activity.core.acts import Verdicts, codes, sort_out
from smena.activity.core.catalogue import is_machine
from smena.activity.core.lane import lane
from smena.activity.model import CallSpan, DayFrame, Nature, PanelSettings
from smena.activity.panel.days import Panel, PersonDay, PersonFacts
from smena.crm.mirror.model import CallsOf, EventsOf
from smena.crm.mirror.queries import change_notifications, coverage, timeline
from smena.crm.mirror.queries import people as queries_people
from smena.crm.model.entities import Coverage, User, UserId
from smena.kernel.db import Tx
from smena.kernel.timespan import Span
from smena.staff import queries as staff
from smena.staff.model import WorkDay

_NOTHING = EventsOf([], [], [])
_SILENCE = CallsOf([], [], [])


async def settings(tx: Tx) -> PanelSettings:
    """Return the settings of the account's panel; the usual ones until somebody changed them."""
    return await store.default_panel(tx) or PanelSettings()


async def panel(tx: Tx, day: date, now: datetime, only: Collection[UserId] | None = None) -> Panel:
    """Return the day of everybody, or of some people only."""
    zone = ZoneInfo((await accounts.account(tx)).time_zone)
    last_change = await change_notifications.last_change_notification(tx)
    chosen = await settings(tx)
    people = _shown(await queries_people.users(tx), chosen, only)
    rota = await staff.rota(tx, day)
    work_days = staff.work_days(rota, people, zone, chosen.day_start_minute)
    raw = await _raw(tx, work_days.values(), None if only is None else list(people))
    verdicts = Verdicts(await timeline.event_words(tx), chosen)
    moment = int(now.timestamp())
    days = {
        user: _person_day(people[user], work_day, raw, verdicts, chosen, moment)
        for user, work_day in work_days.items()
    }
    shown = {
        user: one for user, one in days.items() if one.user.is_active or one.lane.totals.events
    }
    until = (await coverage.complete_until(tx)).get(Coverage.EVENTS)
    return Panel(
        day,
        now,
        zone,
        chosen,
        await queries_people.groups(tx),
        shown,
        robots=_automatic(raw, day, zone, chosen),
        complete_until=until,
        last_change=last_change,
        special=staff.special_day(rota),
    )


async def renewed(tx: Tx, known: Panel, now: datetime, touched: Collection[UserId]) -> Panel:
    """Return the panel with the days of a few people read anew."""
    part = await panel(tx, known.day, now, touched)
    kept = {user: one for user, one in known.people.items() if user not in touched}
    return replace(
        part,
        people=kept | dict(part.people),
        robots=known.robots,
        last_change=known.last_change,
    )


async def person(tx: Tx, user: UserId, day: date, now: datetime) -> PersonFacts | None:
    """Return everything behind one lane, or None for a stranger."""
    zone = ZoneInfo((await accounts.account(tx)).time_zone)
    chosen = await settings(tx)
    people = _shown(await queries_people.users(tx), chosen, [user])
    if user not in people:
        return None
    rota = await staff.rota(tx, day)
    work_days = staff.work_days(rota, [user], zone, chosen.day_start_minute)
    raw = await _raw(tx, work_days.values(), [user])
    verdicts = Verdicts(await timeline.event_words(tx), chosen)
    frame = _frame(work_days[user])
    moment = int(now.timestamp())
    events = raw.events.get(user, _NOTHING)
    coded = codes(events.types, events.clients)
    acts = sort_out(events.moments, coded, verdicts, frame, moment)
    talks = _talks(raw.calls.get(user, _SILENCE))
    own = [
        (at, verdicts.kind(code).type)
        for at, code in zip(events.moments, coded, strict=True)
        if frame.start <= at < min(moment + 1, frame.end) and verdicts[code].nature is Nature.ACTION
    ]
    drawn = lane(acts, talks, frame, chosen, moment)
    return PersonFacts(people[user], drawn, talks, own, zone, acts.received, acts.machine)


@dataclass(frozen=True, slots=True)
class _Raw:
    events: Mapping[UserId, EventsOf]
    calls: Mapping[UserId, CallsOf]


async def _raw(tx: Tx, days: Iterable[WorkDay], users: Sequence[UserId] | None) -> _Raw:
    """Read what happened between the first start and the last end of these days."""
    edges = [(day.start, day.end) for day in days]
    if not edges:
        return _Raw({}, {})
    start, end = min(start for start, _ in edges), max(end for _, end in edges)
    return _Raw(
        await timeline.events_of(tx, users, start, end),
        await timeline.calls_of(tx, users, start, end),
    )


def _shown(
    users: Iterable[User], chosen: PanelSettings, only: Collection[UserId] | None
) -> dict[UserId, User]:
    return {
        user.id: user
        for user in users
        if not is_machine(user.id, chosen)
        and (only is None or user.id in only)
        and (chosen.users is None or user.id in chosen.users)
    }


def _person_day(
    user: User, day: WorkDay, raw: _Raw, verdicts: Verdicts, chosen: PanelSettings, now: int
) -> PersonDay:
    frame = _frame(day)
    events = raw.events.get(user.id, _NOTHING)
    coded = codes(events.types, events.clients)
    acts = sort_out(events.moments, coded, verdicts, frame, now)
    talks = _talks(raw.calls.get(user.id, _SILENCE))
    drawn = lane(acts, talks, frame, chosen, now)
    return PersonDay(user, drawn, day.time_zone, acts.machine, drawn_at=now, special=day.special)


def _frame(day: WorkDay) -> DayFrame:
    return DayFrame(
        _seconds(day.start),
        _seconds(day.end),
        tuple(Span(_seconds(shift.start), _seconds(shift.end)) for shift in day.shifts),
    )


def _talks(calls: CallsOf) -> list[CallSpan]:
    return [
        CallSpan(start, None if seconds < 0 else seconds, is_incoming)
        for start, seconds, is_incoming in zip(
            calls.starts, calls.durations, calls.incoming, strict=True
        )
    ]


def _automatic(raw: _Raw, day: date, zone: ZoneInfo, chosen: PanelSettings) -> int:
    """Count the events of the calendar day that the CRM's own robots made (R1)."""
    start = _seconds(datetime.combine(day, time.min, zone))
    end = _seconds(datetime.combine(day + timedelta(days=1), time.min, zone))
    return sum(
        bisect_left(events.moments, end) - bisect_left(events.moments, start)
        for author, events in raw.events.items()
        if is_machine(author, chosen)
    )


def _seconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())
