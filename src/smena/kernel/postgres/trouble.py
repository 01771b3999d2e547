"""What can go wrong with the embedded database, told so that a person knows what to do.

PostgreSQL's own words stay in the message: they are what one searches for.
"""

import errno
from collections.abc import Callable
from pathlib import Path

from smena.kernel.i18n import gettext as _


class PostgresTrouble(Exception):  # noqa: N818 -- read by a person who runs the program
    """The embedded database cannot work; the message says why and what to do."""


def disk_full(folder: Path) -> str:
    return _(
        "На диске с папкой {folder} кончилось место. Освободите место и запустите программу снова: "
        "записанные данные целы."
    ).format(folder=folder)


def not_writable(folder: Path) -> str:
    return _(
        "Папка {folder} недоступна для записи. Дайте на неё права пользователю, от имени которого "
        "запущена программа, или укажите другую папку данных."
    ).format(folder=folder)


def read_only(folder: Path) -> str:
    return _(
        "Диск с папкой {folder} подключён только для чтения. Укажите папку данных на другом диске "
        "или подключите диск для записи."
    ).format(folder=folder)


def no_memory(folder: Path) -> str:
    return _(
        "Базе данных в папке {folder} не хватило оперативной памяти. Освободите не менее 256 МБ и "
        "запустите программу снова."
    ).format(folder=folder)


def no_library(folder: Path) -> str:
    return _(
        "Программы PostgreSQL для папки {folder} не запускаются: в системе нет нужной библиотеки. "
        "В Debian её ставит команда: apt-get install zlib1g"
    ).format(folder=folder)


_BY_WORDS: tuple[tuple[str, Callable[[Path], str]], ...] = (
    ("No space left on device", disk_full),
    ("Disk quota exceeded", disk_full),
    ("Read-only file system", read_only),
    ("Permission denied", not_writable),
    ("Cannot allocate memory", no_memory),
    ("error while loading shared libraries", no_library),
)

_SAID_LENGTH_MAX = 500

_BY_NUMBER: dict[int, Callable[[Path], str]] = {
    errno.ENOSPC: disk_full,
    errno.EDQUOT: disk_full,
    errno.EROFS: read_only,
    errno.EACCES: not_writable,
    errno.EPERM: not_writable,
    errno.ENOMEM: no_memory,
}


def from_log(log: str, folder: Path) -> PostgresTrouble:
    """Turn what the server wrote before it ended into advice."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    for words, advice in _BY_WORDS:
        named = [line for line in lines if words in line]
        if named:
            return PostgresTrouble(f"{advice(folder)} (PostgreSQL: {named[-1]})")
    said = _last_words(lines)
    unknown = _("База данных в папке {folder} не запустилась. PostgreSQL: {said}")
    return PostgresTrouble(unknown.format(folder=folder, said=said or "—"))


def from_error(error: OSError, folder: Path) -> PostgresTrouble:
    """Turn a failed file operation into advice."""
    said = str(error)  # of a copied folder it is one word for each file, and no number
    by_words = (advice for words, advice in _BY_WORDS if words in said)
    advice = _BY_NUMBER.get(error.errno or 0) or next(by_words, _unprepared)
    return PostgresTrouble(f"{advice(folder)} ({said[:_SAID_LENGTH_MAX]})")


def _unprepared(folder: Path) -> str:
    return _("Не удалось подготовить папку базы данных {folder}.").format(folder=folder)


def _last_words(lines: list[str]) -> str:
    """Return the line that names the cause: the last grave one, else the last one."""
    grave = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "rror:" in line]
    return (grave or lines or [""])[-1]
