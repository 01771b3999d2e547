"""What is said of each finding: what is wrong, and what a person should do about it.

One table, in four parts, made anew for each reader: its words are in the reader's language.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from smena.connectors.amocrm.health.core.findings import Finding, FindingKind
from smena.connectors.kit.core.findings import Advice
from smena.kernel.i18n import gettext as _
from smena.kernel.i18n import moment_text, ngettext, number
from smena.kernel.labels import Labels
from smena.kernel.reasons import reason_text

Table = Mapping[FindingKind, Advice]


def finding_text(finding: Finding, zone: ZoneInfo, labels: Labels) -> Advice:
    """Say what is wrong and what to do about it; `labels` name background work."""
    table = {**_access(), **_data(), **_webhooks(finding), **_work()}
    what, todo = table[finding.kind]
    return Advice(what.format(**_told(finding, zone, labels)), todo)


def _told(finding: Finding, zone: ZoneInfo, labels: Labels) -> Mapping[str, str]:
    """Return what a finding tells, in words."""
    job, _colon, why = finding.text.partition(": ")
    reason = reason_text(finding.text)
    match finding.kind:
        case FindingKind.SIGN_IN_AGAIN:
            reason = reason or _("без объяснения")
        case FindingKind.JOB_GAVE_UP:
            reason = reason_text(why)
        case FindingKind.JOB_DEFECT:
            reason = why
        case _:
            pass
    return {
        "when": moment_text(finding.at, zone),
        "n": number(finding.number),
        "days": ngettext("{n} день", "{n} дня|{n} дней", finding.number).format(n=finding.number),
        "reason": reason,
        "why": reason or "—",
        "what": reason,
        "job": labels.job(job),
    }


def _access() -> Table:
    return {
        FindingKind.DISCONNECTED: Advice(
            _("Аккаунт отключён: данные не обновляются."),
            _("Подключите его на странице «Подключение»."),
        ),
        FindingKind.SIGN_IN_AGAIN: Advice(
            _("amoCRM больше не пускает: {reason}."),
            _("Подключите аккаунт заново на странице «Подключение»."),
        ),
        FindingKind.TOKEN_ENDED: Advice(
            _("Срок токена вышел {when}."),
            _("Создайте в amoCRM новый долгосрочный токен и подключите аккаунт заново."),
        ),
        FindingKind.TOKEN_ENDS: Advice(
            _("Токен скоро кончится: осталось {days}."),
            _("Создайте в amoCRM новый долгосрочный токен и подключите аккаунт заново."),
        ),
        FindingKind.TOKEN_TROUBLE: Advice(
            _("Токен не удалось обновить: {reason}."),
            _("Смена повторит сама. Если не пройдёт за час, подключите аккаунт заново."),
        ),
    }


def _data() -> Table:
    return {
        FindingKind.LOADING: Advice(
            _("Идёт первая загрузка: показано ещё не всё."),
            _("Делать ничего не нужно. Сколько осталось, видно на странице «Подключение»."),
        ),
        FindingKind.DATA_LATE: Advice(
            _("Данные отстают: прочитано до {when}."),
            _("Проверьте, что Смена запущена (smena up) и что amoCRM открывается с её сервера."),
        ),
        FindingKind.CHECK_LATE: Advice(
            _("Полнота давно не сверялась: последний раз {when}."),
            _("Нажмите «Проверить сейчас» на странице «Полнота данных»."),
        ),
        FindingKind.CHECK_UNHEALED: Advice(
            _("Сверка нашла расхождения и не всё исправила: осталось {n}."),
            _("Проверьте права токена: он должен видеть все сделки, контакты и задачи."),
        ),
        FindingKind.TROUBLE: Advice(
            _("Помеха: {what}."), _("Обычно проходит само: Смена повторяет запрос.")
        ),
    }


def _webhooks(finding: Finding) -> Table:
    return {
        FindingKind.WEBHOOK_REFUSED: Advice(
            _("amoCRM не приняла подписку на вебхуки: {why}."),
            _("Проверьте тариф amoCRM и права интеграции. Пока Смена опрашивает amoCRM сама."),
        ),
        FindingKind.WEBHOOK_NO_ADDRESS: Advice(
            _("Вебхуки выключены: Смена не знает своего адреса в интернете."),
            _("Задайте SMENA_PUBLIC_URL. Без него изменения видны на несколько секунд позже."),
        ),
        FindingKind.WEBHOOK_UNSURE: Advice(
            _("Подписка на вебхуки не проверена: {why}.")
            if finding.text
            else _("Подписка на вебхуки не проверена."),
            _("Смена проверит её сама. Если не пройдёт за сутки, подключите аккаунт заново."),
        ),
        FindingKind.WEBHOOK_SILENT: Advice(
            _("Вебхуки не приходят, хотя изменения есть. Последний: {when}."),
            _("Проверьте, что адрес из SMENA_PUBLIC_URL открывается из интернета по HTTPS."),
        ),
        FindingKind.DEAD_LETTERS: Advice(
            _("Непонятых вебхуков за сутки: {n}."),
            _("Данные не потеряны: их принесёт опрос. Если число растёт, сообщите разработчикам."),
        ),
    }


def _work() -> Table:
    return {
        FindingKind.BODIES_WAIT: Advice(
            _("Вебхуки ждут разбора: {n}, самый старый с {when}."),
            _("Проверьте, что фоновая работа запущена: smena up без --role web."),
        ),
        FindingKind.UNREAD_WAITS: Advice(
            _("Карточки ждут чтения: {n}, самая старая с {when}."),
            _("Обычно проходит само. Если нет, проверьте, отвечает ли amoCRM."),
        ),
        FindingKind.COMMANDS_WAIT: Advice(
            _("Записи в amoCRM ждут: {n}, самая старая с {when}."),
            _("Откройте очередь записей: там видно, почему они не уходят."),
        ),
        FindingKind.TOO_FAST: Advice(
            _("amoCRM просила реже обращаться: {n} раз за час."),
            _("Проверьте, не работает ли с этим токеном ещё одна программа."),
        ),
        FindingKind.JOB_GAVE_UP: Advice(
            _("Остановилось: {job} ({when}): {reason}"),
            _("Исправьте причину: Смена пробует снова каждую минуту."),
        ),
        FindingKind.JOB_DEFECT: Advice(
            _("Ошибка программы: {job} ({when}): {reason}"),
            _("Смена пробует снова. Сообщите разработчикам и приложите журнал."),
        ),
    }
