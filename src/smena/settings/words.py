"""What the settings say on the screen."""

from smena.accounts.model import Flaw, Misfit, Module
from smena.crm.outbox.model import (
    BATCH_MAX,
)
from smena.kernel.i18n import gettext as _


def flaw_text(flaw: Flaw) -> str:
    """Return what to write into a field of the activation form."""
    texts = {
        Flaw.NO_NAME: _("Напишите, как вас зовут."),
        Flaw.NO_PHONE: _("Напишите номер, по которому вам можно позвонить."),
        Flaw.BAD_PHONE: _("В номере от 7 до 15 цифр, например +7 900 000-00-00."),
        Flaw.NO_ROLE: _("Напишите должность, например «руководитель отдела продаж»."),
        Flaw.NO_CONSENT: _("Без согласия аккаунт не активировать."),
        Flaw.OTHER_VERSION: _("Пока вы читали, текст согласия изменился. Прочитайте новый."),
    }
    return texts[flaw]


def misfit_text(misfit: Misfit) -> str:
    """Return what to write into a field of the account's settings."""
    texts = {
        Misfit.NO_SUCH_ZONE: _(
            "Такого часового пояса нет: выберите из списка, например Asia/Yekaterinburg"
        ),
        Misfit.NO_SUCH_LANGUAGE: _("Такого языка нет: выберите из списка."),
    }
    return texts[misfit]


def language_name(language: str) -> str:
    """Return what a language calls itself."""
    return {"ru": "Русский", "en": "English"}[language]


def module_purpose(module: Module) -> str:
    return {
        Module.ACTIVITY: _("Как прошёл день каждого сотрудника."),
        Module.DISTRIBUTION: _("Кому достаётся новая сделка и почему."),
    }[module]


def what_follows(module: Module, *, is_on: bool) -> list[str]:
    """Return what switching changes and what it leaves alone, a sentence each."""
    match module, is_on:
        case Module.ACTIVITY, False:
            return [
                _("Раздел исчезнет из меню у всех, его страницы закроются."),
                _("События из amoCRM собираются дальше: включите снова, и эти дни будут видны."),
            ]
        case Module.ACTIVITY, True:
            return [
                _("Раздел появится в меню у тех, кому он открыт."),
                _("Дни, пока он был выключен, тоже будут видны: события собирались всё время."),
            ]
        case Module.DISTRIBUTION, False:
            return [
                _("Новые сделки никому не передаются: остаются у тех, кто указан в amoCRM."),
                _("Уже принятые решения дойдут до amoCRM; если она откажет, другого не выберут."),
                _("Шаблоны, балансы и результаты сохраняются, но раздел исчезнет из меню."),
            ]
        case _:
            return [
                _("Распределяются сделки, созданные с этой минуты, по сохранённым шаблонам."),
                _(
                    "Сделки, которые пришли, пока распределение было выключено, сами не раздаются:"
                    " вся пачка досталась бы тем, кто сейчас в очереди. Передайте их в amoCRM."
                ),
            ]


def bad_filter(name: str) -> str:
    return {
        "entity": _("Номер должен состоять из цифр: отбор по нему не сделан."),
        "state": _("Такого состояния нет."),
        "kind": _("Такого вида записей нет."),
    }[name]


def bad_batch() -> str:
    """Say what may be typed as the size of a batch."""
    return _("Нужно целое число от 1 до {most}.").format(most=BATCH_MAX)
