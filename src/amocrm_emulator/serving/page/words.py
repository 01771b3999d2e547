"""The language of the page: Russian texts in the code, their English twins in `locale/en.po`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

RUSSIAN, ENGLISH = "ru", "en"
LANGUAGES = (RUSSIAN, ENGLISH)

_language: ContextVar[str] = ContextVar("emulator_language", default=RUSSIAN)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language inside the block; an unknown one is Russian."""
    token = _language.set(language if language in LANGUAGES else RUSSIAN)
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    return _language.get()


def say(text: str, /, **values: object) -> str:
    """Return a text in the reader's language, with values in its places."""
    told = _english().get(text, text) if language() == ENGLISH else text
    return told.format(**values) if values else told


@cache
def _english() -> dict[str, str]:
    with files(__package__).joinpath("locale", "en.po").open("rb") as stream:
        found = read_po(stream, locale=ENGLISH)
    return {
        entry.id: entry.string
        for entry in found
        if isinstance(entry.id, str) and isinstance(entry.string, str) and entry.id and entry.string
    }


def _(text: str) -> str:
    """Mark a text of a table for translation; it is said when it is shown."""
    return text


DONE = {
    "lead": _("Сделка создана."),
    "rename": _("Название изменено."),
    "owner": _("Ответственный изменён."),
    "tags": _("Теги записаны."),
    "stage": _("Сделка переведена."),
    "price": _("Бюджет изменён."),
    "note": _("Примечание добавлено."),
    "call": _("Звонок записан."),
    "message": _("Сообщение отправлено."),
    "task": _("Задача поставлена."),
    "complete": _("Задача завершена."),
    "postpone": _("Срок задачи перенесён."),
    "delete": _("Удалено в корзину."),
    "restore": _("Возвращено из корзины."),
    "merge": _("Карточки объединены."),
    "hook_on": _("Подписка включена."),
    "hook_off": _("Подписка удалена."),
    "hook_now": _("Ожидающие вебхуки отправляются сейчас."),
    "integration": _("Интеграция создана."),
    "disabled": _("Интеграция отключена: её токены больше не действуют."),
    "faults": _("Сбои настроены."),
    "limits": _("Предел запросов изменён."),
    "clock": _("Часы переведены."),
}
"""What is told after an act, by the code that the address carries."""
