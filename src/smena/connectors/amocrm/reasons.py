"""Why amoCRM does not let us in, does not answer, or gives no more tokens."""

from smena.kernel.i18n import gettext as _
from smena.kernel.reasons import declare

TOKEN = declare("token", lambda: _("amoCRM не принимает токен: он отозван или истёк"))
NOT_PAID = declare("not_paid", lambda: _("аккаунт amoCRM не оплачен"))
FORBIDDEN = declare("forbidden", lambda: _("у токена нет прав, или amoCRM закрыла доступ к API"))
ANSWERS = declare("answers", lambda: _("amoCRM отвечает {status}"))
SPENT = declare("spent", lambda: _("amoCRM отозвала доступ"))
CLIENT = declare(
    "client", lambda: _("amoCRM не узнаёт интеграцию: её удалили или сменили секретный ключ")
)
ABSENT = declare("absent", lambda: _("аккаунта нет по прежнему адресу"))
LOST_ANSWER = declare("lost_answer", lambda: _("ответ amoCRM с новым токеном потерялся в пути"))
DISABLED = declare("disabled", lambda: _("интеграцию выключили в amoCRM"))
NO_ACCESS = (TOKEN, NOT_PAID, FORBIDDEN, SPENT, CLIENT, ABSENT, LOST_ANSWER, DISABLED)
"""Only a person can mend these."""

NOT_CONNECTED = declare("amocrm.not_connected", lambda: _("аккаунт не подключён"))
TOO_FAST = declare("amocrm.too_fast", lambda: _("amoCRM просит реже: пробуем снова"))
NO_ANSWER = declare("amocrm.no_answer", lambda: _("amoCRM не отвечает"))
EMPTY = declare("amocrm.empty", lambda: _("amoCRM прислала пустой ответ"))
UNREADABLE = declare("amocrm.unreadable", lambda: _("ответ amoCRM не читается"))
NO_TOKENS = declare("amocrm.no_tokens", lambda: _("в ответе amoCRM нет токенов"))

WRITE_LOST = declare("amocrm.write_lost", lambda: _("ответ amoCRM потерян"))
WRITE_UNSEEN = declare(
    "amocrm.write_unseen", lambda: _("amoCRM пока не показывает, создано ли это")
)
WEBHOOK_REFUSED = declare("amocrm.webhook_refused", lambda: _("ответ {status}: {text}"))
WEBHOOK_NO_SETTINGS = declare(
    "amocrm.webhook_no_settings", lambda: _("нет ни одного из событий: {names}")
)
