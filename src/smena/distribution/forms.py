"""What people type into the pages of distribution, read without trust."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from smena.crm.model.entities import GroupId, LeadId, PipelineId, UserId
from smena.distribution.model import ResultFilter, ResultId, State, TemplateDraft, TemplateId

NUMBER_MAX = 2**63 - 1
NUMBER_DIGITS_MAX = 19
YEARS = range(2000, 2101)
FILTERS = ("lead", "user", "state", "date", "template")

Number = TypeVar("Number")


class Fields(Protocol):
    """A form or a query: one name may come several times."""

    def getall(self, key: str, default: Any) -> Any: ...


def read_filter(query: Mapping[str, str], zone: ZoneInfo) -> tuple[ResultFilter, tuple[str, ...]]:
    """Return the filter of a results address and the names of parameters that make no sense."""
    bad: list[str] = []

    def take(name: str, parse: Callable[[str], Number | None]) -> Number | None:
        text = query.get(name, "").strip()
        value = parse(text) if text else None
        if text and value is None:
            bad.append(name)
        return value

    day = take("date", _day)
    state = take("state", _state)
    start = datetime(day.year, day.month, day.day, tzinfo=zone) if day else None
    wanted = ResultFilter(
        lead=take("lead", lambda text: _number(text, LeadId)),
        user=take("user", lambda text: _number(text, UserId)),
        template=take("template", lambda text: _number(text, TemplateId)),
        before=take("before", lambda text: _number(text, ResultId)),
        states=state or (),
        since=start,
        until=_next_midnight(start) if start else None,
    )
    return wanted, tuple(bad)


def read_draft(form: Fields) -> TemplateDraft:
    """Read the template form; whatever is not a number counts as not chosen."""
    pipeline = _numbers(form.getall("pipeline", []))
    return TemplateDraft(
        name="".join(form.getall("name", [])[:1]).strip(),
        pipeline=PipelineId(pipeline[0] if pipeline else 0),
        users=tuple(UserId(number) for number in _numbers(form.getall("users", []))),
        groups=tuple(GroupId(number) for number in _numbers(form.getall("groups", []))),
        is_enabled=bool(form.getall("is_enabled", [])),
    )


def read_version(form: Fields) -> int:
    versions = _numbers(form.getall("version", []))
    return versions[0] if versions else 0


def _numbers(texts: Sequence[str]) -> list[int]:
    numbers = (_number(text, int) for text in dict.fromkeys(texts))
    return [number for number in numbers if number is not None]


def _number(text: str, kind: Callable[[int], Number]) -> Number | None:
    if not (text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX):
        return None
    return kind(int(text)) if int(text) <= NUMBER_MAX else None


def _day(text: str) -> date | None:
    """Read a date of our time: the ends of the calendar have no midnight in every zone."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _next_midnight(start: datetime) -> datetime:
    """Midnight by the wall clock: days of 23 and 25 hours included."""
    following = start.date() + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=start.tzinfo)


def _state(text: str) -> tuple[State, ...] | None:
    """`green` and `yellow` are the seed's words for distributed and not."""
    groups = {
        "green": (State.SENT, State.DONE),
        "yellow": (State.NOBODY, State.REFUSED, State.SUPERSEDED, State.CANCELLED),
    }
    return groups.get(text)
