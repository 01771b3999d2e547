"""A recorded log of people's work: a CSV file, read whole and checked before anything is made.

Columns, in any order, with a header line; UTF-8:

    user        who acted. Empty, `0` or `robot`: nobody of the people (author 0)
    at          when: ISO 8601 with an offset (2011-10-01T00:38:44+02:00), or Unix seconds.
                For a call: when it began; it is saved `duration_s` later
    kind        an event type of amoCRM (`task_completed`, `lead_status_changed`,
                `outgoing_call`...) or a short one: call_out, call_in, task, note, stage,
                message, field
    entity      any text that names a case; each distinct one becomes a lead
    duration_s  talk seconds of a call, may have a fraction; empty: no talk. Others leave it empty

    user,at,kind,entity,duration_s
    Anna,2026-11-20T09:04:00+03:00,call_out,order 17,95
    Anna,2026-11-20T09:06:10+03:00,note,order 17,
    robot,2026-11-20T09:07:00+03:00,stage,order 17,

Rows need not be in order. The day of a row is told by the wall clock of its offset (Unix seconds:
by UTC).
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from amocrm_emulator.account.spec import AccountSpec, UserSpec
from amocrm_emulator.team.names import latin
from amocrm_emulator.team.people import FIRST_USER, department
from amocrm_emulator.team.plan.act import ROBOT

COLUMNS = ("user", "at", "kind", "entity", "duration_s")
SHORT_KINDS = {
    "call_out": "outgoing_call",
    "call_in": "incoming_call",
    "task": "task_completed",
    "note": "common_note_added",
    "stage": "lead_status_changed",
    "message": "outgoing_chat_message",
    "field": "custom_field_value_changed",
}
CALLS = frozenset({"outgoing_call", "incoming_call"})
KINDS = CALLS | {
    "task_completed",
    "task_added",
    "task_deadline_changed",
    "task_result_added",
    "common_note_added",
    "service_note_added",
    "lead_added",
    "lead_status_changed",
    "outgoing_chat_message",
    "incoming_chat_message",
    "custom_field_value_changed",
    "sale_field_changed",
    "name_field_changed",
}
ROBOTS = frozenset({"", "0", "robot"})
LONGEST_CALL = 24 * 3600


class BadLog(Exception):  # noqa: N818 -- reads as what it is: a bad log
    """The file cannot be played; the message names the file, the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One thing somebody did; `at` is when it was saved: for a call, its end."""

    at: datetime
    user: int
    kind: str
    entity: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Log:
    """A whole log, sorted by time; `users` are the names of the people and their numbers."""

    users: Mapping[str, int]
    rows: tuple[LogRow, ...]

    def spec(self, time_zone: str) -> AccountSpec:
        """Make an account of exactly these people; the first of them is its administrator."""
        empty = department(2, 0, time_zone)
        people = tuple(
            UserSpec(
                id=number,
                name=name if not name.isdigit() else f"Сотрудник {name}",
                email=f"{_email_part(name)}.{number - FIRST_USER + 1}@example.com",
                is_admin=number == FIRST_USER,
            )
            for name, number in self.users.items()
        )
        return AccountSpec(
            id=empty.id,
            name="Повтор журнала",
            subdomain="replay",
            time_zone=time_zone,
            users=people,
            groups=empty.groups[:1],
            pipelines=empty.pipelines,
            tokens=(("emulator-token", FIRST_USER),),
            task_types=empty.task_types,
            loss_reasons=empty.loss_reasons,
        )

    def busiest_day(self) -> date:
        """Tell the day with most acts of people; the last one of equals."""
        days = Counter(row.at.date() for row in self.rows if row.user != ROBOT)
        return max(days, key=lambda day: (days[day], day))

    def moved(self, day: date, to: date, zone: ZoneInfo) -> tuple[LogRow, ...]:
        """Return the rows of a day on another one: same time on the wall clock of `zone`."""
        if not any(row.at.date() == day for row in self.rows):
            raise BadLog(f"the log has nothing on {day}")
        moved = [
            LogRow(_wall(row.at, to, zone), row.user, row.kind, row.entity, row.seconds)
            for row in self.rows
            if row.at.date() == day
        ]
        return tuple(sorted(moved, key=lambda row: row.at))


def read_log(path: Path) -> Log:
    """Read and check a whole log; BadLog tells the first line that is wrong."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            raw = list(_raw_rows(path, file))
    except (OSError, UnicodeDecodeError) as error:
        raise BadLog(f"{path}: cannot be read: {error}") from error
    names = sorted({name for name, _row in raw if name not in ROBOTS})
    if not names:
        raise BadLog(f"{path}: no person in it")
    users = {name: FIRST_USER + place for place, name in enumerate(names)}
    rows = [LogRow(r.at, users.get(name, ROBOT), r.kind, r.entity, r.seconds) for name, r in raw]
    return Log(users, tuple(sorted(rows, key=lambda row: row.at)))


def _raw_rows(path: Path, file: Iterator[str]) -> Iterator[tuple[str, LogRow]]:
    reader = csv.DictReader(file, strict=True)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise BadLog(f"{path}, line 1: no column {', '.join(missing)}")
    try:
        for cells in reader:
            yield _row(cells)
    except (ValueError, OverflowError, csv.Error) as error:
        raise BadLog(f"{path}, line {reader.reader.line_num}: {error}") from error


def _row(cells: Mapping[str, str | None]) -> tuple[str, LogRow]:
    texts = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    kind = SHORT_KINDS.get(texts["kind"], texts["kind"])
    if kind not in KINDS:
        raise ValueError(f"unknown kind {texts['kind']!r}")
    if not texts["entity"]:
        raise ValueError("entity is empty")
    seconds = _seconds(texts["duration_s"], kind)
    at = _moment(texts["at"]) + timedelta(seconds=seconds)
    user = texts["user"]
    return user if user.lower() not in ROBOTS else "", LogRow(
        at, ROBOT, kind, texts["entity"], seconds
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromtimestamp(float(text), UTC)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"at {text!r} is neither ISO 8601 nor Unix seconds") from None
    except (OverflowError, OSError):
        raise ValueError(f"at {text!r} is out of range") from None
    if moment.tzinfo is None:
        raise ValueError(f"at {text!r} has no offset from UTC")
    return moment


def _seconds(text: str, kind: str) -> int:
    if kind not in CALLS or not text:
        return 0
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= LONGEST_CALL:
        raise ValueError(f"duration_s {text!r} is not a number of seconds from 0 to a day")
    return round(seconds)


def _wall(at: datetime, day: date, zone: ZoneInfo) -> datetime:
    clock = time(at.hour, at.minute, at.second)
    return datetime.combine(day, clock, zone)


def _email_part(name: str) -> str:
    return "".join(letter for letter in latin(name) if letter.isascii() and letter.isalnum()) or "u"
