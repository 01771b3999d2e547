"""Why a database cannot be brought up to date, told to the person who starts the program."""

import re

from sqlalchemy.exc import DBAPIError

_ROLES = ("smena_app", "smena_system")

_PASSING_STATES = {"55P03", "40P01", "40001"}
"""A lock held too long, a deadlock, a lost race."""

_RACES = re.compile(
    "tuple concurrently updated|pg_type_typname_nsp_index|pg_class_relname_nsp_index"
)
"""Two servers' worth of nodes made the same role or table in the same instant."""


class CannotMigrate(Exception):  # noqa: N818 -- read by a person who starts the program
    """The database cannot be brought to this version; the message says what to do."""


def newer_database(found: str, newest: str) -> CannotMigrate:
    return CannotMigrate(
        f"База данных новее программы: в ней версия {found}, программа знает версии до {newest}. "
        "Обновите программу на этом узле или верните базу из копии."
    )


def locked_database(tries: int) -> CannotMigrate:
    return CannotMigrate(
        f"Базу данных не удалось обновить за {tries} попыток: таблицы заняты долгой работой. "
        "Остановите другие программы, которые работают с этой базой, и запустите ещё раз."
    )


def lacking_rights(error: DBAPIError, user: str) -> CannotMigrate:
    """Say which statements an administrator of the server must run."""
    if "role" in str(error.orig):
        advice = (
            "выполните от имени администратора сервера:\n"
            + "".join(f"  CREATE ROLE {role} NOLOGIN;  -- если её ещё нет\n" for role in _ROLES)
            + f'  GRANT {", ".join(_ROLES)} TO "{user}";'
        )
    else:
        advice = (
            f'сделайте этого пользователя владельцем базы:\n  ALTER DATABASE ... OWNER TO "{user}";'
        )
    return CannotMigrate(
        f"Пользователю {user} не хватает прав, чтобы подготовить базу данных "
        f"({_first_line(error)}): {advice}"
    )


def is_lack_of_rights(error: DBAPIError) -> bool:
    return _state(error) == "42501"


def is_passing(error: DBAPIError) -> bool:
    """Tell whether another try may succeed: somebody held a lock or did the same at that moment."""
    return _state(error) in _PASSING_STATES or bool(_RACES.search(str(error.orig)))


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", "") or "")


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).partition("\n")[0].rpartition(": ")[2]
