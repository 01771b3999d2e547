"""When is a working day? The one place that turns wall clocks into instants.

Rules R14 and R15 (activity.md): a shift belongs to the date on which it starts, and its
length is what really passes between two wall-clock times, so the night of a clock change is an
hour shorter or longer. `special` are the dates around that do not follow the usual week.
Absences are not known here yet.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from smena.staff.core.special import NO_SPECIAL_DAYS, periods, special_for
from smena.staff.model import Shift, SpecialDay, WorkDay, WorkHours

Special = Mapping[date, SpecialDay]

NIGHT_MARGIN = timedelta(hours=3)


def instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the moment when clocks in `zone` show `minute` minutes past the midnight of `day`.

    A time that comes twice means its first coming; a time that is skipped means the moment of
    the skip. So a later wall-clock time is never an earlier instant.
    """
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 -- a wall clock
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    return _skip(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), moment, zone)


def _skip(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant between the two at which the clocks of `zone` jump ahead."""
    offset = after.astimezone(zone).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)


def work_day(
    hours: WorkHours, day: date, zone: ZoneInfo, day_start_minute: int, special: Special
) -> WorkDay:
    """Return what belongs to `day` in this person's life, with its shifts."""
    start, end = business_day(hours, day, zone, day_start_minute, special)
    found = shifts(hours, day, zone, special)
    return WorkDay(start, end, found, hours.time_zone, special_for(hours, day, special))


def shifts(
    hours: WorkHours, day: date, zone: ZoneInfo, special: Special = NO_SPECIAL_DAYS
) -> tuple[Shift, ...]:
    """Return the working spans of the shift that starts on `day`, lunch left out."""
    own = _own(hours, zone)
    spans = (
        Shift(instant(day, period.start_minute, own), instant(day, period.end_minute, own))
        for period in periods(hours, day, special)
    )
    return tuple(shift for shift in spans if shift.start < shift.end)


def business_day(
    hours: WorkHours,
    day: date,
    zone: ZoneInfo,
    day_start_minute: int = 0,
    special: Special = NO_SPECIAL_DAYS,
) -> tuple[datetime, datetime]:
    """Return `[from, to)` of what belongs to `day` in this person's life.

    Usually midnight to midnight (or from the panel's own start of day). Whoever works across that
    boundary keeps the night until 3 h after the shift, at most until 3 h before the next one; the
    next day begins where this one ended, so nothing is shown twice and nothing is lost.
    """
    return (
        _closing(hours, day - timedelta(days=1), zone, day_start_minute, special),
        _closing(hours, day, zone, day_start_minute, special),
    )


def _closing(
    hours: WorkHours, day: date, zone: ZoneInfo, day_start_minute: int, special: Special
) -> datetime:
    """Return the instant at which `day` gives way to the next one."""
    tomorrow = day + timedelta(days=1)
    usual = instant(tomorrow, day_start_minute, _own(hours, zone))
    worked, coming = shifts(hours, day, zone, special), shifts(hours, tomorrow, zone, special)
    closing = usual
    if worked and worked[-1].end > usual:
        closing = worked[-1].end + NIGHT_MARGIN
    if coming and coming[0].start - NIGHT_MARGIN < closing and closing > usual:
        closing = coming[0].start - NIGHT_MARGIN
    if worked:
        closing = max(closing, worked[-1].end)
    return min(closing, coming[0].start) if coming else closing


def _own(hours: WorkHours, zone: ZoneInfo) -> ZoneInfo:
    return zone if hours.time_zone is None else ZoneInfo(hours.time_zone)
