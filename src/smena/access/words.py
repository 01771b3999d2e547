"""What access says on the screen."""

from collections.abc import Sequence
from datetime import timedelta

from smena.access.core.admission import PASSWORD_MIN
from smena.access.model import AccessRefusal, Role
from smena.accounts.model import Module
from smena.kernel.i18n import gettext as _
from smena.kernel.i18n import ngettext


def role_name(role: Role) -> str:
    names = {
        Role.ADMIN: _("Администратор"),
        Role.SUPERVISOR: _("Руководитель"),
        Role.EMPLOYEE: _("Сотрудник"),
    }
    return names[role]


def refusal_text(refusal: AccessRefusal) -> str:
    """Return why a change was not made and what to do instead."""
    texts = {
        AccessRefusal.LAST_ADMIN: _(
            "Это последний администратор аккаунта: сначала назначьте другого."
        ),
        AccessRefusal.EMPLOYEE_TAKEN: _("Этот сотрудник amoCRM уже связан с другим человеком."),
        AccessRefusal.ALREADY_HERE: _("У этого человека уже есть доступ к аккаунту."),
        AccessRefusal.BAD_EMAIL: _("Это не похоже на адрес e-mail."),
        AccessRefusal.WEAK_PASSWORD: _(
            "Пароль слишком простой: нужно не меньше {n} разных знаков, не e-mail."
        ).format(n=PASSWORD_MIN),
        AccessRefusal.WRONG_PASSWORD: _("Текущий пароль не подходит."),
    }
    return texts[refusal]


def module_name(module: Module) -> str:
    return {
        Module.ACTIVITY: _("Активность"),
        Module.DISTRIBUTION: _("Распределение"),
    }[module]


NAMES_SHOWN = 3


def names(people: Sequence[str]) -> str:
    """Return whom to ask, a few of many."""
    if not people:
        return _("оператор установки")
    shown = ", ".join(people[:NAMES_SHOWN])
    return _("{names} и другие").format(names=shown) if len(people) > NAMES_SHOWN else shown


def wait_text(wait: timedelta) -> str:
    seconds = max(int(wait.total_seconds() + 0.999), 1)
    return ngettext(
        "Слишком много попыток. Повторите через {n} секунду.",
        "Слишком много попыток. Повторите через {n} секунды."
        "|Слишком много попыток. Повторите через {n} секунд.",
        seconds,
    ).format(n=seconds)
