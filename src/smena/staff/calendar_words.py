"""What the page of the production calendar says of its sources and of what nobody knows yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from smena.kernel.i18n import gettext as _
from smena.staff.core.country import BELARUS, KAZAKHSTAN, RUSSIA
from smena.staff.model import ShortDays, Year


@dataclass(frozen=True, slots=True)
class CalendarKnowledge:
    """How far a year can be trusted."""

    warning: str
    """Empty while the moved days of the year are known, or none are moved."""
    lines: Sequence[str]


def knowledge(found: Year, year: int, this_year: int) -> CalendarKnowledge:
    """Say where a year of a country comes from, and what is missing in it."""
    until = found.moves_until
    is_missing = until is not None and year > until
    warning = _missing(year, this_year, until) if is_missing else ""
    return CalendarKnowledge(warning, tuple(_lines(found, is_missing=is_missing)))


def _missing(year: int, this_year: int, until: int | None) -> str:
    if year > this_year:
        text = _(
            "Переносы на {year} год ещё не опубликованы: показаны только праздники по закону. "
            "Смене переносы известны по {until} год."
        )
    else:
        text = _(
            "Переносов на {year} год Смена не знает: показаны только праздники по закону. "
            "Смене переносы известны по {until} год."
        )
    return text.format(year=year, until=until)


def unknown_coming_year(year: int) -> str:
    """Tell an administrator in December that the next year is still without its moved days."""
    return _(
        "Переносов на {year} год Смена ещё не знает. Когда их опубликуют, обновите Смену "
        "или запишите дни в календарь сами."
    ).format(year=year)


def _lines(found: Year, *, is_missing: bool) -> Iterator[str]:
    if found.moves_until is not None and not is_missing:
        yield _("Переносы выходных и рабочие субботы известны по {until} год.").format(
            until=found.moves_until
        )
    source = {
        RUSSIA: _(
            "Источник — постановления Правительства РФ; короткие дни — статья 95 Трудового кодекса."
        ),
        BELARUS: _("Короткие дни — статья 116 Трудового кодекса Республики Беларусь."),
        KAZAKHSTAN: _("Трудовой кодекс Казахстана не сокращает день перед праздником."),
    }.get(found.country)
    if source:
        yield source
    if found.moves_until is None:
        yield _("Праздники отдельных регионов не учтены: запишите их ниже как свои дни.")
    if found.short_days is ShortDays.UNKNOWN:
        yield _("Короткие дни этой страны не известны: запишите их ниже, если они у вас есть.")
