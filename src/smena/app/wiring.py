"""The table of contents of the running system, in plain lines.

Which publication wakes whom, which work runs when, which pages there are.
"""

from collections.abc import Mapping, Sequence

from litestar.types import ControllerRouterHandler, Middleware

from smena.access import jobs as access_jobs
from smena.access import pages as access
from smena.access.guard import shown_in_account, shown_to, shown_with
from smena.access.middleware import re_authenticate
from smena.access.model import Ability
from smena.access.request import PageRequest
from smena.accounts.model import Module
from smena.activity import pages as activity
from smena.app import upkeep
from smena.connectors.amocrm import jobs as amocrm_jobs
from smena.connectors.amocrm.connecting.pages import connection as amocrm
from smena.connectors.amocrm.health import pages as health
from smena.connectors.amocrm.reading import pages as amocrm_history
from smena.connectors.amocrm.reconciliation import pages as reconciliation
from smena.crm.facts.consumer import behind
from smena.distribution import jobs as distribution_jobs
from smena.distribution import pages as distribution
from smena.distribution import words as distribution_words
from smena.kernel.i18n import gettext as _
from smena.kernel.jobs.registry import Registry
from smena.kernel.labels import Labels
from smena.settings import routes as settings
from smena.staff.pages import calendar as staff_calendar
from smena.staff.pages import hours as staff
from smena.staff.pages import notices as staff_notices
from smena.web.nav import NavEntry
from smena.web.notices import NoticeSource

# What is published inside a transaction, and the account jobs that it wakes.
TOPICS: Mapping[str, Sequence[str]] = {
    "crm.facts": ("distribution.decide",),
    "crm.commands": ("amocrm.dispatcher",),
}

ROUTES: Sequence[ControllerRouterHandler] = (
    *access.ROUTES,
    *activity.ROUTES,
    *amocrm.ROUTES,
    *settings.ROUTES,
    *reconciliation.ROUTES,
    *health.ROUTES,
    *amocrm_history.ROUTES,
    *distribution.ROUTES,
    *staff.ROUTES,
    *staff_calendar.ROUTES,
)

MIDDLEWARE: Sequence[Middleware] = access.MIDDLEWARE
RE_AUTHENTICATE = re_authenticate
REQUEST = PageRequest

MENU = access.MENU


# What features say on every page to those who may mend it.
NOTICE_SOURCES: Sequence[NoticeSource] = (staff_notices.unknown_moved_days,)


def registry() -> Registry:
    """Return all background work of the installation."""
    work = Registry()
    amocrm_jobs.register(work)
    work.account_job(
        "distribution.decide",
        distribution_jobs.decide_new_leads,
        behind(distribution_jobs.CONSUMER),
        label=distribution_words.distribution,
    )
    work.cron("access.forget", "23 3 * * *", access_jobs.forget, label=access_jobs.label)
    work.cron("upkeep.trim", "13 * * * *", upkeep.trim, label=upkeep.label)
    return work


def labels() -> Labels:
    """Return the names of background work and of who asks for commands, as features gave them."""
    return Labels(jobs=registry().labels, causes={"distribution": distribution_words.distribution})


def navigation() -> Sequence[NavEntry]:
    """Return the rail: sections with the pages that a reader may open."""
    return (
        NavEntry(
            "/activity",
            lambda: _("Активность"),
            icon="activity",
            key="a",
            shown=shown_with(Module.ACTIVITY, Ability.SEE_OWN_ACTIVITY),
        ),
        NavEntry(
            "/distribution",
            lambda: _("Распределение"),
            icon="split",
            key="r",
            shown=shown_with(Module.DISTRIBUTION),
            children=(
                NavEntry(
                    "/distribution/results",
                    lambda: _("Результаты"),
                    shown=shown_to(Ability.SEE_RESULTS),
                ),
                NavEntry(
                    "/distribution/templates",
                    lambda: _("Шаблоны"),
                    shown=shown_to(Ability.EDIT_TEMPLATES),
                ),
            ),
        ),
        NavEntry(
            "/settings",
            lambda: _("Настройки"),
            icon="settings",
            key="s",
            children=(
                NavEntry("/settings/connection", lambda: "amoCRM", children=_amocrm_pages()),
                NavEntry(
                    "/settings/hours",
                    lambda: _("Рабочее время"),
                    shown=shown_to(Ability.EDIT_WORK_HOURS),
                    children=(
                        NavEntry("/settings/hours", lambda: _("Часы")),
                        NavEntry("/settings/calendar", lambda: _("Производственный календарь")),
                    ),
                ),
                NavEntry(
                    "/settings/people",
                    lambda: _("Люди"),
                    shown=shown_to(Ability.MANAGE_PEOPLE),
                ),
                NavEntry(
                    "/settings/account",
                    lambda: _("Аккаунт"),
                    shown=shown_to(Ability.EDIT_ACCOUNT),
                ),
                NavEntry("/settings/sessions", lambda: _("Сеансы")),
            ),
        ),
    )


def _amocrm_pages() -> tuple[NavEntry, ...]:
    """Return the pages about the connection with amoCRM, in the order in which they are needed."""
    return (
        NavEntry(
            "/settings/connection",
            lambda: _("Подключение"),
            shown=shown_to(Ability.CONNECT_ACCOUNT),
        ),
        NavEntry(
            "/settings/health",
            lambda: _("Состояние связи"),
            shown=shown_in_account(Ability.SEE_HEALTH),
        ),
        NavEntry(
            "/settings/reconciliation",
            lambda: _("Полнота данных"),
            shown=shown_in_account(Ability.SEE_HEALTH),
        ),
        NavEntry(
            "/settings/outbox",
            lambda: _("Очередь в amoCRM"),
            shown=shown_to(Ability.MANAGE_OUTBOX),
        ),
        NavEntry(
            "/settings/history",
            lambda: _("История событий"),
            shown=shown_in_account(Ability.CONNECT_ACCOUNT),
        ),
        NavEntry(
            "/settings/activation",
            lambda: _("Активация"),
            shown=shown_to(Ability.ACTIVATE_ACCOUNT),
        ),
    )
