"""The reader's language: texts, plural forms, moments and lengths of time in words.

The source text of a translation is the Russian one, so Russian is always complete; English lies
beside each context in `locale/en.po`. Nothing here reads the clock.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, tzinfo
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

DEFAULT = "ru"
LANGUAGES = ("ru", "en")
NBSP = "\u00a0"

_language: ContextVar[str] = ContextVar("language", default=DEFAULT)


def language() -> str:
    """Return the language of the present reader: `ru` or `en`."""
    return _language.get()


@contextmanager
def use(chosen: str) -> Iterator[None]:
    """Speak a language inside the block; an unknown one is Russian."""
    token = _language.set(chosen if chosen in LANGUAGES else DEFAULT)
    try:
        yield
    finally:
        _language.reset(token)


def of_environment(environment: Mapping[str, str]) -> str:
    """Return the language of a terminal: Russian where the locale says so, else English."""
    locale = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "ru" if re.match("ru(_|$|[.@])", locale, re.IGNORECASE) else "en"


def gettext(text: str) -> str:
    """Return the text in the reader's language; the Russian text itself when there is no other."""
    if language() == DEFAULT:
        return text
    found = catalog(language()).get(text)
    return str(found.string) if found and isinstance(found.string, str) and found.string else text


def ngettext(one: str, many: str, count: int) -> str:
    """Choose by number. Russian needs three forms: `many` may hold two, split by `|`.

    `ngettext("{n} звонок", "{n} звонка|{n} звонков", n)`.
    """
    form = Locale.parse(language()).plural_form(count)
    if language() == DEFAULT:
        few, _, plenty = many.partition("|")
        return {"one": one, "few": few}.get(form, plenty or few)
    found = catalog(language()).get(one)
    forms = found.string if found else None
    if isinstance(forms, (tuple, list)) and all(forms):
        return str(forms[0] if form == "one" else forms[-1])
    return one if form == "one" else many.partition("|")[0]


@cache
def catalog(chosen: str) -> Catalog:
    """Read and merge every context's translations into one language, once."""
    merged = Catalog(locale=chosen)
    for source in translation_files(chosen):
        with source.open("rb") as stream:
            for message in read_po(stream, locale=chosen):
                if message.id:
                    merged.add(message.id, message.string)
    return merged


def translation_files(chosen: str) -> list[Traversable]:
    root = files("smena")
    folders = [*root.iterdir(), *(root / "connectors").iterdir()]
    found = (folder / "locale" / f"{chosen}.po" for folder in folders if folder.is_dir())
    return [file for file in found if file.is_file()]


def number(value: float, digits: int = 0) -> str:
    """Return a number with the reader's separators: 1 234,5."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, pattern, locale=language())


def signed(value: float, digits: int = 2) -> str:
    """Return a number with its sign: +0,33, −1,00, 0,00."""
    sign = "+" if round(value, digits) > 0 else "−" if round(value, digits) < 0 else ""
    return sign + number(abs(value), digits)


def duration_words(seconds: int) -> str:
    """Return a length of time as people say it: 4 ч 47 мин, 12 мин, 45 с, 0 мин."""
    hours, minutes = divmod(max(seconds, 0) // 60, 60)
    hour, minute, second = ("ч", "мин", "с") if language() == DEFAULT else ("h", "min", "s")
    if hours:
        return f"{hours}{NBSP}{hour} {minutes:02d}{NBSP}{minute}"
    if minutes or seconds <= 0:
        return f"{minutes}{NBSP}{minute}"
    return f"{seconds}{NBSP}{second}"


def clock(moment: datetime, zone: tzinfo) -> str:
    """Return the time of day: 09:07."""
    return moment.astimezone(zone).strftime("%H:%M")


def clock_seconds(moment: datetime, zone: tzinfo) -> str:
    """Return the time of day to the second: 09:07:41."""
    return moment.astimezone(zone).strftime("%H:%M:%S")


def day(value: date) -> str:
    """Return a date in words: 20 ноября, November 20."""
    pattern = "d MMMM" if language() == DEFAULT else "MMMM d"
    return format_date(value, pattern, locale=language())


def weekday_day(value: date) -> str:
    """Return a date with its weekday: пт, 20 ноября."""
    pattern = "EEE, d MMMM" if language() == DEFAULT else "EEE, MMMM d"
    return format_date(value, pattern, locale=language())


def month(value: date) -> str:
    """Return the month of a calendar's head: Ноябрь 2026."""
    text = format_date(value, "LLLL y", locale=language())
    return text[:1].upper() + text[1:]


def moment_text(at: datetime | None, zone: ZoneInfo) -> str:
    """Say a moment: 14:05, 20 November; a dash when there was none."""
    return f"{clock(at, zone)}, {day(at.astimezone(zone).date())}" if at else "—"


def ago_text(at: datetime | None, now: datetime) -> str:
    """Say how long ago something was."""
    if at is None:
        return gettext("ещё не было")
    seconds = round((now - at).total_seconds())
    if seconds < 5:  # noqa: PLR2004 -- shorter is no length
        return gettext("только что")
    return gettext("{time} назад").format(time=duration_words(seconds))
