"""What is said of each finding: what is wrong, and what a person should do about it."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from smena.connectors.amocrm.health.core.findings import Finding, FindingKind
from smena.kernel.i18n import gettext as _
from smena.kernel.i18n import moment_text, ngettext, number
from smena.kernel.labels import Labels
from smena.kernel.reasons import reason_text

Told = tuple[str, str]
"""What is wrong, what to do."""


def finding_text(finding: Finding, zone: ZoneInfo, labels: Labels) -> Told:
    """Say what is wrong and what to do about it; `labels` name background work."""
    match finding.sign:
        case FindingKind.JOB_GAVE_UP:
            return _job_gave_up(finding, zone, labels)
        case FindingKind.JOB_DEFECT:
            return _job_defect(finding, zone, labels)
        case sign:
            return _SAID[sign](finding, zone)


def _disconnected(_finding: Finding, _zone: ZoneInfo) -> Told:
    return (
        _("Аккаунт отключён: данные не обновляются."),
        _("Подключите его на странице «Подключение»."),
    )


def _sign_in_again(finding: Finding, _zone: ZoneInfo) -> Told:
    return (
        _("amoCRM больше не пускает: {reason}.").format(
            reason=reason_text(finding.text) or _("без объяснения")
        ),
        _("Подключите аккаунт заново на странице «Подключение»."),
    )


def _token_ended(finding: Finding, zone: ZoneInfo) -> Told:
    return (
        _("Срок токена вышел {when}.").format(when=moment_text(finding.at, zone)),
        _("Создайте в amoCRM новый долгосрочный токен и подключите аккаунт заново."),
    )


def _token_ends(finding: Finding, _zone: ZoneInfo) -> Told:
    left = ngettext("{n} день", "{n} дня|{n} дней", finding.number).format(n=finding.number)
    return (
        _("Токен скоро кончится: осталось {days}.").format(days=left),
        _("Создайте в amoCRM новый долгосрочный токен и подключите аккаунт заново."),
    )


def _token_trouble(finding: Finding, _zone: ZoneInfo) -> Told:
    return (
        _("Токен не удалось обновить: {reason}.").format(reason=reason_text(finding.text)),
        _("Смена повторит сама. Если не пройдёт за час, подключите аккаунт заново."),
    )


def _loading(_finding: Finding, _zone: ZoneInfo) -> Told:
    return (
        _("Идёт первая загрузка: показано ещё не всё."),
        _("Делать ничего не нужно. Сколько осталось, видно на странице «Подключение»."),
    )


def _data_late(finding: Finding, zone: ZoneInfo) -> Told:
    return (
        _("Данные отстают: прочитано до {when}.").format(when=moment_text(finding.at, zone)),
        _("Проверьте, что Смена запущена (smena up) и что amoCRM открывается с её сервера."),
    )


def _webhook_refused(finding: Finding, _zone: ZoneInfo) -> Told:
    return (
        _("amoCRM не приняла подписку на вебхуки: {why}.").format(
            why=reason_text(finding.text) or "—"
        ),
        _("Проверьте тариф amoCRM и права интеграции. Пока Смена опрашивает amoCRM сама."),
    )


def _webhook_no_address(_finding: Finding, _zone: ZoneInfo) -> Told:
    return (
        _("Вебхуки выключены: Смена не знает своего адреса в интернете."),
        _("Задайте SMENA_PUBLIC_URL. Без него изменения видны на несколько секунд позже."),
    )


def _webhook_unsure(finding: Finding, _zone: ZoneInfo) -> Told:
    why = reason_text(finding.text)
    return (
        _("Подписка на вебхуки не проверена: {why}.").format(why=why)
        if why
        else _("Подписка на вебхуки не проверена."),
        _("Смена проверит её сама. Если не пройдёт за сутки, подключите аккаунт заново."),
    )


def _webhook_silent(finding: Finding, zone: ZoneInfo) -> Told:
    return (
        _("Вебхуки не приходят, хотя изменения есть. Последний: {when}.").format(
            when=moment_text(finding.at, zone)
        ),
        _("Проверьте, что адрес из SMENA_PUBLIC_URL открывается из интернета по HTTPS."),
    )


def _bodies_wait(finding: Finding, zone: ZoneInfo) -> Told:
    return (
        _("Вебхуки ждут разбора: {n}, самый старый с {when}.").format(
            n=number(finding.number), when=moment_text(finding.at, zone)
        ),
        _("Проверьте, что фоновая работа запущена: smena up без --role web."),
    )


def _dead_letters(finding: Finding, _zone: ZoneInfo) -> Told:
    return (
        _("Непонятых вебхуков за сутки: {n}.").format(n=number(finding.number)),
        _("Данные не потеряны: их принесёт опрос. Если число растёт, сообщите разработчикам."),
    )


def _unread_waits(finding: Finding, zone: ZoneInfo) -> Told:
    return (
        _("Карточки ждут чтения: {n}, самая старая с {when}.").format(
            n=number(finding.number), when=moment_text(finding.at, zone)
        ),
        _("Обычно проходит само. Если нет, проверьте, отвечает ли amoCRM."),
    )


def _commands_wait(finding: Finding, zone: ZoneInfo) -> Told:
    return (
        _("Записи в amoCRM ждут: {n}, самая старая с {when}.").format(
            n=number(finding.number), when=moment_text(finding.at, zone)
        ),
        _("Откройте очередь записей: там видно, почему они не уходят."),
    )


def _too_fast(finding: Finding, _zone: ZoneInfo) -> Told:
    return (
        _("amoCRM просила реже обращаться: {n} раз за час.").format(n=number(finding.number)),
        _("Проверьте, не работает ли с этим токеном ещё одна программа."),
    )


def _job_gave_up(finding: Finding, zone: ZoneInfo, labels: Labels) -> Told:
    job, _colon, reason = finding.text.partition(": ")
    return (
        _("Остановилось: {job} ({when}): {reason}").format(
            job=labels.job(job), when=moment_text(finding.at, zone), reason=reason_text(reason)
        ),
        _("Исправьте причину: Смена пробует снова каждую минуту."),
    )


def _job_defect(finding: Finding, zone: ZoneInfo, labels: Labels) -> Told:
    job, _colon, reason = finding.text.partition(": ")
    return (
        _("Ошибка программы: {job} ({when}): {reason}").format(
            job=labels.job(job), when=moment_text(finding.at, zone), reason=reason
        ),
        _("Смена пробует снова. Сообщите разработчикам и приложите журнал."),
    )


def _check_late(finding: Finding, zone: ZoneInfo) -> Told:
    return (
        _("Полнота давно не сверялась: последний раз {when}.").format(
            when=moment_text(finding.at, zone)
        ),
        _("Нажмите «Проверить сейчас» на странице «Полнота данных»."),
    )


def _check_unhealed(finding: Finding, _zone: ZoneInfo) -> Told:
    return (
        _("Сверка нашла расхождения и не всё исправила: осталось {n}.").format(
            n=number(finding.number)
        ),
        _("Проверьте права токена: он должен видеть все сделки, контакты и задачи."),
    )


def _trouble(finding: Finding, _zone: ZoneInfo) -> Told:
    return (
        _("Помеха: {what}.").format(what=reason_text(finding.text)),
        _("Обычно проходит само: Смена повторяет запрос."),
    )


_SAID: dict[FindingKind, Callable[[Finding, ZoneInfo], Told]] = {
    FindingKind.DISCONNECTED: _disconnected,
    FindingKind.SIGN_IN_AGAIN: _sign_in_again,
    FindingKind.TOKEN_ENDED: _token_ended,
    FindingKind.TOKEN_ENDS: _token_ends,
    FindingKind.TOKEN_TROUBLE: _token_trouble,
    FindingKind.LOADING: _loading,
    FindingKind.DATA_LATE: _data_late,
    FindingKind.WEBHOOK_REFUSED: _webhook_refused,
    FindingKind.WEBHOOK_NO_ADDRESS: _webhook_no_address,
    FindingKind.WEBHOOK_UNSURE: _webhook_unsure,
    FindingKind.WEBHOOK_SILENT: _webhook_silent,
    FindingKind.BODIES_WAIT: _bodies_wait,
    FindingKind.DEAD_LETTERS: _dead_letters,
    FindingKind.UNREAD_WAITS: _unread_waits,
    FindingKind.COMMANDS_WAIT: _commands_wait,
    FindingKind.TOO_FAST: _too_fast,
    FindingKind.CHECK_LATE: _check_late,
    FindingKind.CHECK_UNHEALED: _check_unhealed,
    FindingKind.TROUBLE: _trouble,
}
