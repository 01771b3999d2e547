"""What the connection page says: refusals, stages, states."""

from datetime import timedelta

from smena.connectors.amocrm.model import ConnectRefusal, NotConnected
from smena.connectors.amocrm.reading.core.first_load import LoadStage, Progress
from smena.kernel.i18n import duration_words, number
from smena.kernel.i18n import gettext as _


def refusal_text(refused: NotConnected) -> str:
    """Say why an account was not connected and what to do."""
    return {
        ConnectRefusal.BAD_ADDRESS: _(
            "Это не похоже на адрес аккаунта. Он выглядит так: https://company.amocrm.ru"
        ),
        ConnectRefusal.FOREIGN_HOST: _(
            "Адрес {host} не принадлежит amoCRM или Kommo. Скопируйте его из строки браузера, "
            "когда открыт ваш аккаунт."
        ).format(host=refused.detail),
        ConnectRefusal.OWN_MACHINE: _(
            "Адрес {host} — это сам сервер Смены, а не amoCRM. Для эмулятора такой адрес разрешает "
            "тот, кто запускает Смену: SMENA_ALLOWED_CRM_HOSTS."
        ).format(host=refused.detail),
        ConnectRefusal.NO_TOKEN: _(
            "Вставьте долгосрочный токен целиком, без пробелов и переносов."
        ),
        ConnectRefusal.WRONG_TOKEN: _(
            "amoCRM не принимает этот токен: он отозван, истёк или от другого аккаунта."
        ),
        ConnectRefusal.NOT_ADMIN: _(
            "Токен создал не администратор, и сотрудников он не видит. Создайте токен под "
            "администратором аккаунта."
        ),
        ConnectRefusal.NOT_PAID: _("Аккаунт amoCRM не оплачен, поэтому закрыт для интеграций."),
        ConnectRefusal.NO_ANSWER: _(
            "amoCRM не отвечает. Проверьте адрес и попробуйте через минуту."
        ),
        ConnectRefusal.NOT_AMOCRM: _("По этому адресу отвечает не amoCRM. Проверьте адрес."),
        ConnectRefusal.TOO_OFTEN: _(
            "amoCRM просит подождать: слишком много запросов. Повторите позже."
        ),
        ConnectRefusal.MOVED: _(
            "Этот аккаунт уже подключён по адресу {address}. Если он переехал, сначала отключите "
            "его на этой странице."
        ).format(address=refused.detail),
        **_consent_refusals(refused),
    }[refused.refusal]


def _consent_refusals(refused: NotConnected) -> dict[ConnectRefusal, str]:
    return {
        ConnectRefusal.NO_CLIENT: _(
            "Скопируйте ID интеграции и секретный ключ целиком, без пробелов: они на вкладке "
            "«Ключи и доступы»."
        ),
        ConnectRefusal.BAD_REDIRECT: _(
            "Ссылка для перенаправления должна начинаться с https:// и совпадать с той, что "
            "записана в интеграции, до последнего знака."
        ),
        ConnectRefusal.NO_CODE: _(
            "Вставьте код авторизации целиком или весь адрес, в котором он пришёл."
        ),
        ConnectRefusal.WRONG_CODE: _(
            "amoCRM не принимает код: он действует 20 минут и только один раз. Получите новый."
        ),
        ConnectRefusal.WRONG_CLIENT: _(
            "amoCRM не узнаёт интеграцию. Проверьте ID, секретный ключ и ссылку для "
            "перенаправления: все три должны совпадать с карточкой интеграции."
        ),
        ConnectRefusal.ANOTHER_ACCOUNT: _(
            "Доступ дан от другого аккаунта: «{name}». Выберите в amoCRM тот аккаунт, который "
            "подключаете снова."
        ).format(name=refused.detail),
        ConnectRefusal.STALE_STATE: _(
            "Этот ответ amoCRM относится к другому или уже законченному подключению. Начните "
            "подключение здесь ещё раз."
        ),
        ConnectRefusal.DENIED: _(
            "В amoCRM отказали в доступе. Если это ошибка, начните ещё раз и нажмите «Разрешить»."
        ),
        ConnectRefusal.FOREIGN_REFERER: _(
            "Ответ пришёл не от amoCRM и не от Kommo: {host}. Ничего не подключено."
        ).format(host=refused.detail),
        ConnectRefusal.BAD_CALLBACK: _(
            "По этому адресу amoCRM присылает код, но сейчас его здесь нет."
        ),
        ConnectRefusal.UNKNOWN_CLIENT: _(
            "Эта интеграция Смене неизвестна. Сначала введите её ID и секретный ключ на этой "
            "странице."
        ),
        ConnectRefusal.TOO_MANY_OFFERS: _(
            "Подтверждения ждёт слишком много подключений этой интеграции. Подтвердите одно из них "
            "на странице «Подключение» или подождите 20 минут."
        ),
        ConnectRefusal.NOT_ALLOWED: _("Подключать аккаунты может администратор. Попросите его."),
    }


def stage_text(stage: LoadStage) -> str:
    return {
        LoadStage.PEOPLE: _("Сотрудники и воронки"),
        LoadStage.LISTS: _("Поля, теги и справочники"),
        LoadStage.UNSORTED: _("Неразобранное"),
        LoadStage.EVENTS: _("События"),
        LoadStage.CALLS: _("Звонки и примечания"),
        LoadStage.LEADS: _("Сделки"),
        LoadStage.CONTACTS: _("Контакты"),
        LoadStage.COMPANIES: _("Компании"),
        LoadStage.TASKS: _("Задачи"),
    }[stage]


def left_text(progress: Progress) -> str:
    """Say how long the first load will still take."""
    if progress.left is None:
        return _("оцениваем, сколько осталось")
    if progress.left < timedelta(seconds=5):
        return _("осталось несколько секунд")
    words = duration_words(round(progress.left.total_seconds()))
    return _("осталось около {time}").format(time=words)


def rows_text(rows: int, total: int | None, *, is_done: bool) -> str:
    if is_done or total is None:
        return number(rows)
    return _("{rows} из примерно {total}").format(rows=number(rows), total=number(total))
