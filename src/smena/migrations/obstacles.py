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
    """The database cannot be brought to this version; the message says what to do.

    `text` is what `i18n` translates, `values` belong into it.
    """

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text.format(**values))
        self.text = text
        self.values = values


def _(text: str) -> str:
    """Mark a text for translation: migrations stand below the words of the program."""
    return text


def newer_database(found: str, newest: str) -> CannotMigrate:
    return CannotMigrate(
        _(
            "База данных новее программы: в ней версия {found}, программа знает версии до "
            "{newest}. Обновите программу на этом узле или верните базу из копии."
        ),
        found=found,
        newest=newest,
    )


def locked_database(tries: int) -> CannotMigrate:
    return CannotMigrate(
        _(
            "Базу данных не удалось обновить за {tries} попыток: таблицы заняты долгой работой. "
            "Остановите другие программы, которые работают с этой базой, и запустите ещё раз."
        ),
        tries=tries,
    )


def lacking_rights(error: DBAPIError, user: str) -> CannotMigrate:
    """Say which statements an administrator of the server must run."""
    if "role" in str(error.orig):
        roles = "\n".join(f"  CREATE ROLE {role} NOLOGIN;" for role in _ROLES)
        return CannotMigrate(
            _(
                "Пользователю {user} не хватает прав, чтобы подготовить базу данных ({said}). "
                "Выполните от имени администратора сервера; роли, которые уже есть, пропустите:\n"
                "{statements}"
            ),
            user=user,
            said=_first_line(error),
            statements=f'{roles}\n  GRANT {", ".join(_ROLES)} TO "{user}";',
        )
    return CannotMigrate(
        _(
            "Пользователю {user} не хватает прав, чтобы подготовить базу данных ({said}). Сделайте "
            "этого пользователя владельцем базы:\n{statements}"
        ),
        user=user,
        said=_first_line(error),
        statements=f'  ALTER DATABASE ... OWNER TO "{user}";',
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
